"""Makes the engine for a database's URL: which driver it needs, and how each of its connections is prepared.

SQLite's driver opens no transaction for a SELECT and shares its lock too late, so both are done here by hand
(https://docs.sqlalchemy.org/en/21/dialects/sqlite.html#transactions).
"""

import asyncio
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

BUSY_TIMEOUT = 5
"""Seconds a SQLite connection waits for another process to finish writing."""
CONNECT_TIMEOUT, ANSWER_TIMEOUT = 5, 60
"""Seconds that PostgreSQL has to let us in, and to answer a statement."""
CONNECTIONS = 15
"""Connections of one process to PostgreSQL at the most, kept: to make one costs more than what it is made for."""
POOL_TIMEOUT = 5
"""Seconds that somebody waits for a connection while all are taken: longer, and a person had better be told."""
_POLITE = {
    "application_name": "onboarding-bot",
    # A replica that hangs in the middle of a transaction must not stop the others for good.
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "30s",
}

READS = "reads_only"
"""The option of an engine whose transactions only look."""
_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
}


def to_write(url: str) -> AsyncEngine:
    """Prepare the engine for a URL; nothing is connected yet. Raises ValueError, as `address` does."""
    place = address(url)
    if place.get_backend_name() == "sqlite":
        _private_file(place.database)
        engine = _engine(place, connect_args={"async_creator_fn": _opened})
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
        return engine
    return _engine(
        place,
        pool_pre_ping=True,
        pool_size=CONNECTIONS,
        max_overflow=0,
        pool_timeout=POOL_TIMEOUT,
        connect_args={
            "timeout": CONNECT_TIMEOUT,
            "command_timeout": ANSWER_TIMEOUT,
            "server_settings": _POLITE,
        },
    )


def to_read(url: str) -> AsyncEngine:
    """Prepare the same for looking only: no file is made, and none is changed. Raises ValueError, as `address` does."""
    place = address(url)
    if place.get_backend_name() != "sqlite":
        return to_write(url)
    # https://sqlite.org/uri.html#urimode
    only = {"mode": "ro", "uri": "true"}
    file = place.set(database=Path(str(place.database)).resolve().as_uri(), query=only)
    engine = _engine(file, connect_args={"async_creator_fn": _opened})
    event.listen(engine.sync_engine, "connect", _prepare_sqlite_to_read)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _engine(place: URL, **options: Any) -> AsyncEngine:
    """Make an engine whose errors, which the log shows, say what failed without the texts that were in it."""
    return create_async_engine(place, hide_parameters=True, **options)


async def _opened(*place: Any, **options: Any) -> Any:
    """Open an SQLite file in its own thread, which has ended when that fails: it would speak to a loop that is gone."""
    import aiosqlite  # of no use with PostgreSQL

    connection = aiosqlite.connect(*place, **options)
    connection._thread.daemon = True  # noqa: SLF001 - as SQLAlchemy does, whose place this takes
    try:
        return await connection
    except BaseException:
        await asyncio.to_thread(connection._thread.join)  # noqa: SLF001 - there is no other way to wait for it
        raise


def address(url: str) -> URL:
    """Read a SQLAlchemy URL, naming the driver it needs.

    Raises ValueError, in words without any password, when it is of no database the bot can use.
    """
    try:
        place = make_url(url)
    except (ArgumentError, ValueError):
        raise ValueError("That is no address of a database: sqlite:///path/to/bot.db or postgresql://…") from None
    driver = _DRIVERS.get(place.drivername)
    if driver is None:
        raise ValueError(f"The bot keeps its memory in SQLite or PostgreSQL, not in {place.drivername!r}.")
    if driver.startswith("sqlite") and not _is_file(place):
        raise ValueError("SQLite needs a file, and only that: sqlite:///path/to/bot.db")
    if place.port is not None and not 0 < place.port < 65_536:
        raise ValueError(f"There is no port {place.port}: ports go from 1 to 65535.")
    if not driver.startswith("sqlite") and not _ends_with_its_server(url, place):
        raise ValueError(
            "What follows its last @ is not the server alone: in a user’s name, a password or an option, "
            "@ is written %40."
        )
    return place.set(drivername=driver)


def _is_file(place: URL) -> bool:
    """Whether it names a file and no more: an option could make it another file, which nobody keeps private."""
    file = place.database or ":memory:"
    more = place.username or place.password or place.host or place.port or place.query
    return file != ":memory:" and not file.startswith("file:") and not more


def _ends_with_its_server(url: str, place: URL) -> bool:
    """Whether nothing of a password that has an @ in it was taken for the server or the database."""
    before, _, behind = url.rpartition("@")
    try:
        alone = make_url(f"postgresql://{behind}") if before else place
    except (ArgumentError, ValueError):
        return False
    return (alone.host, alone.port, alone.database) == (place.host, place.port, place.database)


def _private_file(database: str | None) -> None:
    """Make the file readable by its owner only before SQLite writes to it, and what stands beside it while in use."""
    path = Path(str(database))
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    path.chmod(0o600)
    # New ones get the file's own rights: https://sqlite.org/tempfiles.html names them.
    real = path.resolve()
    for companion in ("-wal", "-shm", "-journal"):
        with suppress(FileNotFoundError):
            real.with_name(real.name + companion).chmod(0o600)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (f"busy_timeout = {BUSY_TIMEOUT * 1000}", "journal_mode = WAL", "foreign_keys = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _prepare_sqlite_to_read(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT * 1000}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    reads = connection.get_execution_options().get(READS, False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
