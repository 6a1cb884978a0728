"""`onboarding-bot migrate`: from the SQLite file to PostgreSQL, for several replicas; all of it or nothing."""

import asyncio
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from bot.commands import connection, memory
from bot.commands.backup import NotCopied, copy
from bot.commands.progress import Tell, progress
from bot.commands.terminal import plain
from bot.config import DRIVER, ConfigurationError
from bot.domain.errors import BotError
from bot.store.database import Database
from bot.store.engines import BUSY_TIMEOUT, address
from bot.store.moving import Step, check, move

FAILED = 1
INTERRUPTED = 130


def main(to: str) -> int:
    """Move the memory of the environment and `.env` into the database at `to`; gives the exit code."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    console = Console(highlight=False, markup=False, soft_wrap=True)
    errors = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    try:
        source, target = _ends(to)
        with progress(console) as tell:
            # Before the old file is looked at: a wrong address is known at once.
            asyncio.run(_check(target))
            with _copied(source, tell) as copied:
                moved = asyncio.run(_move(copied, target, lambda step: _tell(step, console, tell)))
    except ConfigurationError as error:
        return connection.complain(error)
    except (BotError, NotCopied, OSError, TypeError, ValueError) as error:  # asyncpg's: an option it does not know
        said = f"{error} {error.hint}" if isinstance(error, BotError) and error.hint else str(error)
        errors.print(f"Nothing was moved, and the new database is as it was. {plain(said)}")
        return FAILED
    except KeyboardInterrupt:
        errors.print("Stopped. Nothing was moved, and the new database is as it was.")
        return INTERRUPTED
    console.print(
        f"Moved {moved} rows, and compared each with what arrived. Now set DATABASE_URL to the new address and start "
        "the bot. The old file stays as it is."
    )
    return 0


def _ends(to: str) -> tuple[str, str]:
    """From where to where; raises ConfigurationError when that cannot be."""
    source = memory.load()
    if address(source).get_backend_name() != "sqlite":
        raise ConfigurationError(["DATABASE_URL names PostgreSQL already: this moves an SQLite file there."])
    memory.check(source)
    try:
        if address(to).get_backend_name() == "sqlite":
            raise ConfigurationError(["--to must start with postgresql://."])
    except ValueError as error:
        raise ConfigurationError([f"--to cannot be used: {error}"]) from None
    if find_spec("asyncpg") is None:
        raise ConfigurationError([f"PostgreSQL’s driver is not installed: {DRIVER}."])
    return source, to


async def _check(target: str) -> None:
    new = Database.at(target)
    try:
        await check(new)
    finally:
        await new.close()


@contextmanager
def _copied(source: str, tell: Tell) -> Iterator[str]:
    """The address of a copy to bring up to date: the old file stays one that the older bot can start with.

    Nobody writes to the old file meanwhile, for that would be left behind. Raises NotCopied.
    """
    file = Path(str(address(source).database))
    with (
        closing(sqlite3.connect(file, timeout=BUSY_TIMEOUT, isolation_level=None)) as old,
        TemporaryDirectory(prefix="onboarding-bot-") as folder,
    ):
        try:
            old.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            raise NotCopied(f"{file} cannot be used: {error}.") from error
        copied = Path(folder) / "bot.db"
        copy(file, copied, tell=lambda done, total: tell("Copying pages", done, total))
        yield f"sqlite:///{copied}"


async def _move(source: str, target: str, tell: Callable[[Step], None]) -> int:
    old, new = Database.at(source), Database.at(target)
    try:
        return await move(old, new, tell=tell)
    finally:
        await old.close()
        await new.close()


def _tell(step: Step, console: Console, tell: Tell) -> None:
    """How far it is; and where there is no terminal, a line for each table that is through."""
    said = f"{'Checked' if step.checked else 'Copied'} {step.table}"
    if step.done and not console.is_terminal:
        console.print(f"{said}: {step.rows} rows")
    else:
        tell(said, step.rows, step.total)
