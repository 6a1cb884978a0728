"""Finds settings whose names are misspelled, by their names alone: what they hold is never read out."""

import os
from difflib import get_close_matches
from pathlib import Path

from pydantic_settings import DotEnvSettingsSource

from bot.config.loading import REFUSED
from bot.config.settings import Settings

_OURS = ("BOT_", "SLACK_", "PIVOTAL_")
"""How a name begins that can be meant for the bot; others are somebody else's."""
_LIKE = 0.8
"""How alike two names are, from 0 to 1, of which one is meant by the other: by their beginning alone none is."""


def misspelled(env_file: Path | None = Path(".env")) -> dict[str, str]:
    """The names in the environment and the file that look like settings and are none, each with the one likely meant.

    That one is empty where none is like it. A file that cannot be read has none: whoever loads it says why.
    """
    try:
        written = tuple(DotEnvSettingsSource(Settings, env_file=env_file).env_vars)
    except (UnicodeDecodeError, OSError):
        written = ()
    known = [name.upper() for name in Settings.model_fields]
    set_here = {name.upper() for name in (*os.environ, *written)}
    unknown = sorted(name for name in set_here.difference(known, REFUSED) if name.startswith(_OURS))
    return {name: next(iter(get_close_matches(name, known, n=1, cutoff=_LIKE)), "") for name in unknown}
