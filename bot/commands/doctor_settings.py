"""The settings as doctor reads them: as far as they can be used, and what is wrong with the rest."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bot import config
from bot.config import ConfigurationError, Settings
from bot.domain.findings import Finding, Level, Part
from bot.store import looking

_STAND_INS = {"slack_bot_token": "xoxb-none", "pivotal_api_key": "pivotal_none", "slack_signing_secret": "none"}
"""Take the place of settings that cannot be used and have no usual value: nobody is asked with them."""


def read() -> tuple[Settings, frozenset[str], list[str]]:
    """The settings, as far as they can be used; the names of those that cannot; and what is wrong, in sentences."""
    problems: list[str] = []
    env_file: Path | None = Path(".env")
    try:
        config.load(env_file)
    except ConfigurationError as error:
        problems = error.problems
    wrong: frozenset[str] = frozenset()
    while True:
        try:
            return Settings(_env_file=env_file, **{name: _usual(name) for name in wrong}), wrong, problems
        except (UnicodeDecodeError, OSError):
            env_file = None
        except ValidationError as error:
            more = wrong | {str(one["loc"][0]) for one in error.errors()}
            if more == wrong:
                raise
            wrong = more


def _usual(name: str) -> Any:
    return _STAND_INS.get(name) or Settings.model_fields[name].get_default(call_default_factory=True)


def problem(sentence: str) -> Finding:
    """A problem of the configuration as `config` words it, taken apart: the setting, what is wrong, what to do."""
    name, _, told = sentence.rstrip(".").partition(" ")
    found, _, remedy = told.partition(": ")
    if found == "is missing":
        remedy = f"set it: {remedy}"
    elif told.startswith("must "):
        found, remedy = "cannot be used", f"it {told}"
    elif ". " in remedy:
        why, _, remedy = remedy.rpartition(". ")
        found = f"{found}: {why}"
    remedy = remedy or "mend it in the environment or in .env"
    return Finding(Part.SETTINGS, name, Level.FAIL, found, f"{remedy[:1].upper()}{remedy[1:]}.")


def advice(settings: Settings, *, usable: bool) -> Iterable[Finding]:
    """What is worth a word of settings that can be used."""
    if usable:
        mode = "Socket Mode" if settings.mode == "socket" else "HTTP mode"
        yield Finding(Part.SETTINGS, "values", Level.OK, f"all can be used; {mode}")
    if folder := _missing(settings.database_url):
        remedy = "Check DATABASE_URL; where it is right, serve makes the folder, and a new, empty memory in it."
        yield Finding(
            Part.SETTINGS, "DATABASE_URL", Level.WARN, f"names a folder that does not exist, {folder}", remedy
        )
    for name, meant in config.misspelled().items():
        remedy = f"Did you mean {meant}?" if meant else "Take it out, or see the README’s “Settings” for its name."
        yield Finding(Part.SETTINGS, name, Level.WARN, "is no setting", remedy)
    if not settings.bot_admins:
        remedy = "Put your own Slack member ID into BOT_ADMINS (profile > Copy member ID)."
        yield Finding(Part.SETTINGS, "BOT_ADMINS", Level.WARN, "nobody is an admin of the bot", remedy)


def _missing(url: str) -> Path | None:
    """The folder of a database's file, where it is not there; at the usual place it is made without a word."""
    try:
        file = looking.file(url)
    except OSError:  # of which the check of the disk tells
        return None
    return file.path.parent if file and url != _usual("database_url") and not file.path.parent.is_dir() else None
