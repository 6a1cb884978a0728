"""`onboarding-bot migrate`: from the SQLite file to PostgreSQL, for several replicas; all of it or nothing."""

import asyncio
from collections.abc import Callable
from importlib.util import find_spec

from rich.console import Console

from bot.commands import connection, memory
from bot.commands.progress import Tell, progress
from bot.commands.terminal import plain
from bot.config import DRIVER, ConfigurationError
from bot.domain.errors import BotError
from bot.store.database import Database
from bot.store.engines import address
from bot.store.moving import Step, move

FAILED = 1
INTERRUPTED = 130


def main(to: str) -> int:
    """Move the memory of the environment and `.env` into the database at `to`; gives the exit code."""
    console = Console(highlight=False, markup=False, soft_wrap=True)
    errors = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    try:
        source, target = _ends(to)
        with progress(console) as tell:
            moved = asyncio.run(_move(source, target, lambda step: _tell(step, console, tell)))
    except ConfigurationError as error:
        return connection.complain(error)
    except (BotError, OSError, TypeError, ValueError) as error:  # asyncpg's: an option it does not know
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
