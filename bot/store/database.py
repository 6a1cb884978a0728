"""The connection to the database: one transaction at a time for who asks, isolated on SQLite as on PostgreSQL.

SQLite's driver opens no transaction for a SELECT and shares its lock too late, so both are done here by hand
(https://docs.sqlalchemy.org/en/21/dialects/sqlite.html#transactions).
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

BUSY_TIMEOUT = 5
"""Seconds a SQLite connection waits for another process to finish writing."""

_READS = "reads_only"
_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
}


class Database:
    """An engine that hands out transactions: `reading()` for looking, `writing()` for everything else."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"
        options: dict[str, Any] = {_READS: True}
        if not self.is_sqlite:
            options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        self._readers = engine.execution_options(**options)
        self._writers = asyncio.Lock()

    @classmethod
    def at(cls, url: str) -> "Database":
        """Prepare the database behind a SQLAlchemy URL; nothing is connected yet.

        Raises ValueError when the URL is of no database the bot can use.
        """
        place = address(url)
        if place.get_backend_name() == "sqlite":
            _private_file(place.database)
            engine = create_async_engine(place)
            event.listen(engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(engine.sync_engine, "begin", _begin_sqlite)
        else:
            engine = create_async_engine(place, pool_pre_ping=True)
        return cls(engine)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """One transaction that sees the database as it was at its first query."""
        async with self._readers.connect() as connection, connection.begin():
            yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """One transaction that may write; on SQLite it is the only writer from its first moment on."""
        if not self.is_sqlite:
            async with self.engine.begin() as connection:
                yield connection
            return
        # Writers of this process queue here in order, instead of polling for the file's lock until the time-out.
        async with self._writers, self.engine.begin() as connection:
            yield connection

    async def alone(self, connection: AsyncConnection, *, key: int) -> None:
        """Let nobody else who asks for the same `key` write until this transaction ends."""
        if not self.is_sqlite:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})

    def insert(self, table: Table) -> Any:
        """An INSERT that knows `on_conflict_do_update`, which both databases have in the same words.

        It is `Any` to the type checker: the two dialects share no class that declares it.
        """
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    def upsert(self, table: Table, *, kept: tuple[str, ...] = ()) -> Any:
        """An INSERT that replaces every other column, but those `kept`, of the row with the same primary key."""
        statement = self.insert(table)
        key = {column.name for column in table.primary_key.columns}
        changed = [column.name for column in table.columns if column.name not in key.union(kept)]
        replaced = {name: statement.excluded[name] for name in changed}
        return statement.on_conflict_do_update(index_elements=sorted(key), set_=replaced)

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()


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
    if driver.startswith("sqlite") and place.database in (None, "", ":memory:"):
        raise ValueError("SQLite needs a file: sqlite:///path/to/bot.db")
    return place.set(drivername=driver)


def _private_file(database: str | None) -> None:
    """Make the file readable by its owner only before SQLite writes to it; its companions inherit that."""
    path = Path(str(database))
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    path.chmod(0o600)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (f"busy_timeout = {BUSY_TIMEOUT * 1000}", "journal_mode = WAL", "foreign_keys = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    reads = connection.get_execution_options().get(_READS, False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
