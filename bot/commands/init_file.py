"""The `.env` that `init` writes: what it says now, and the same file with some settings changed; all else stays."""

import os
import re
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from pydantic_settings import DotEnvSettingsSource

from bot.config import ConfigurationError, Settings, unreadable

HEAD = """\
# Settings of onboarding-bot, written by `onboarding-bot init`. The README says what each one means.
# Keep this file to yourself: whoever has these values can do what the bot can do.

"""
_PLAIN = re.compile(r"[A-Za-z0-9_./:@,+=-]*")
"""What needs no quotes in such a file."""
_VALUE = r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\n]*)"""
"""A value may be quoted, and go over several lines then."""


def read(path: Path) -> dict[str, str]:
    """What the file sets, by lower-case names and as the bot reads it; nothing when there is no file.

    Raises ConfigurationError when it cannot be read.
    """
    try:
        found = DotEnvSettingsSource(Settings, env_file=path).env_vars
    except (UnicodeDecodeError, OSError) as error:
        raise ConfigurationError([unreadable(path, error)]) from None
    return {name.lower(): value for name, value in found.items() if value is not None}


def changed(text: str, settings: Mapping[str, str]) -> str:
    """The text of a file with these settings, by lower-case names; comments and all other lines stay as they are."""
    text = text or HEAD
    for name, value in settings.items():
        line = f"{name.upper()}={_quoted(value)}"
        there = list(
            re.finditer(rf"^[ \t]*(?:export[ \t]+)?{name}[ \t]*=[ \t]*{_VALUE}.*$", text, re.MULTILINE | re.IGNORECASE)
        )
        example = re.search(rf"^#[ \t]*{name}=.*$", text, re.MULTILINE | re.IGNORECASE)
        if there:  # of several the last one holds
            text = text[: there[-1].start()] + line + text[there[-1].end() :]
        elif example:
            text = f"{text[: example.end()]}\n{line}{text[example.end() :]}"
        else:
            text = f"{text}{'' if text.endswith(chr(10)) else chr(10)}{line}\n"
    return text


def write(path: Path, settings: Mapping[str, str]) -> None:
    """Change these settings in the file, readable by this user only: the old file or the new one, never half of it.

    Raises OSError when it cannot be written.
    """
    place = path.resolve()  # a link stays one
    before = place.read_text(encoding="utf-8") if place.exists() else ""
    handle, temporary = tempfile.mkstemp(prefix=".env.", dir=place.parent)  # 0600 from its first moment
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(changed(before, settings))
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(place)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(temporary).unlink()
        raise


def _quoted(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
