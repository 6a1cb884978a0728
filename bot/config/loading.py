"""Reads the settings, and says in words what is wrong with them: all of it at once, and no secret."""

import os
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bot.config.settings import Settings
from bot.domain import retention

REFUSED = ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET")
"""What must not be set: Slack's framework reads it by itself."""

_MEANT = {
    "port": "must be a whole number from 0 to 65535",
    "bot_keep_days": f"must be a whole number of days, from {retention.SHORTEST} to {retention.LONGEST}",
    "bot_writes": "must be owners, team or off",
    "bot_week_start": "must be auto, monday, saturday or sunday",
}
"""What is said in the place of pydantic's own words."""


class ConfigurationError(Exception):
    """The settings cannot be used; `problems` says why, one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def load(env_file: Path | None = Path(".env"), **overrides: Any) -> Settings:
    """Read the settings from the environment and `env_file`; `overrides` win over both.

    Raises ConfigurationError with every problem at once.
    """
    problems = [
        f"{name} is set: Slack’s framework would look for an installation store instead of the bot token. Unset it."
        for name in REFUSED
        if os.environ.get(name)
    ]
    try:
        settings = Settings(_env_file=env_file, **overrides)
    except (UnicodeDecodeError, OSError) as error:
        raise ConfigurationError([unreadable(env_file, error)]) from None
    except ValidationError as error:
        problems += [_in_words(str(detail["loc"][0]), detail["type"], detail["msg"]) for detail in error.errors()]
        raise ConfigurationError(problems) from None
    if problems:
        raise ConfigurationError(problems)
    return settings


def unreadable(env_file: Path | None, error: Exception) -> str:
    """Say why a file of settings cannot be read."""
    why = "it is not text in UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
    return f"{env_file} cannot be read: {why}. Save it as UTF-8, and readable by this user."


def _in_words(field: str, kind: str, message: str) -> str:
    if kind == "missing":
        told = str(Settings.model_fields[field].description).replace("`", "")  # no mark in a terminal
        return f"{field.upper()} is missing: {told}."
    said = _MEANT.get(field, message).removeprefix("Value error, ")
    return f"{field.upper()} {said[:1].lower()}{said[1:].rstrip('.')}."
