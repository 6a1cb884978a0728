"""`onboarding-bot backup`: a consistent copy of the bot's SQLite file, made while the bot runs."""

import os
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from rich.console import Console

from bot.commands import connection, memory
from bot.commands.progress import progress
from bot.config import ConfigurationError
from bot.store.engines import BUSY_TIMEOUT, address

FAILED = 1
INTERRUPTED = 130
_PART = 1_000
"""Pages of 4 kB that are copied between two looks at how far it is."""


class NotCopied(Exception):
    """There is no copy, and the message says why."""


def main(target: Path) -> int:
    """Copy the database of the environment and `.env` into a new file; gives the exit code."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    console = Console(highlight=False, markup=False, soft_wrap=True)
    errors = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    try:
        place = address(memory.load())
    except ConfigurationError as error:
        return connection.complain(error)
    if place.get_backend_name() != "sqlite":
        errors.print(
            "The bot’s memory is in PostgreSQL, which brings its own tool:\n"
            f"  pg_dump --format=custom --file={target} --dbname=…\n"
            "with the address in DATABASE_URL, as postgresql://. Back from it, into an empty database:\n"
            f"  pg_restore --exit-on-error --no-owner --dbname=… {target}"
        )
        return FAILED
    try:
        with progress(errors) as tell:
            size = copy(Path(str(place.database)), target, tell=lambda done, total: tell("Copying pages", done, total))
    except NotCopied as error:
        errors.print(f"No backup was made: {error}")
        return FAILED
    except KeyboardInterrupt:
        errors.print("Stopped. No backup was made.")
        return INTERRUPTED
    console.print(f"{target} is a backup of the bot’s memory, {size / 1_000_000:.1f} MB, readable by you only.")
    return 0


def copy(source: Path, target: Path, *, tell: Callable[[int, int], None]) -> int:
    """Make `target` a copy of the database `source` as it is at one moment; gives its size in bytes.

    `tell` is told how many pages of how many are copied.
    Whoever writes is not held up (https://sqlite.org/backup.html). The copy has its name only when it is whole, and
    never takes the place of a file there is. Raises NotCopied.
    """
    if not source.is_file():
        raise NotCopied(f"{source} does not exist: has the bot run with it yet?")
    if os.path.lexists(target):
        raise NotCopied(f"{target} exists already. Name a new file.")
    part = target.with_name(f"{target.name}.part")
    try:
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise NotCopied(f"{part} cannot be made: {error.strerror}.") from error
    try:
        _fill(part, source, tell)
        os.link(part, target)
        return target.stat().st_size
    except (sqlite3.Error, OSError) as error:
        raise NotCopied(f"{error}.") from error
    finally:
        part.unlink(missing_ok=True)


def _fill(part: Path, source: Path, tell: Callable[[int, int], None]) -> None:
    where = f"{source.resolve().as_uri()}?mode=ro"
    with (
        closing(sqlite3.connect(where, uri=True, timeout=BUSY_TIMEOUT)) as original,
        closing(sqlite3.connect(part)) as copied,
    ):
        # A reader's view is of one moment: without it, whatever is written between two parts begins the copy anew.
        original.execute("BEGIN")
        original.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        original.backup(copied, pages=_PART, progress=lambda _, left, total: tell(total - left, total))
        copied.execute("PRAGMA journal_mode = DELETE")
        (found,) = copied.execute("PRAGMA integrity_check").fetchone()
        if found != "ok":
            raise sqlite3.DatabaseError(f"the copy is damaged, and so may the original be ({found})")
    with part.open("rb") as written:
        os.fsync(written.fileno())
