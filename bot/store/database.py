"""The connection to the database: one transaction at a time for who asks, isolated on SQLite as on PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import datetime
from typing import Any

from sqlalchemy import Table, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.domain.errors import MemoryAway
from bot.store import engines

QUEUE = 15.0
"""Seconds a writer on SQLite waits for those of its own process: longer, and a person had better be told."""

CLOSING = 5
"""Seconds that transactions under way are given when the database is closed."""
TURN = 0.2
"""Seconds between two looks of whoever waits patiently for their turn."""
RECONNECT = (0.1, 0.3, 0.6, 1.0, 1.0)
"""Seconds between tries to connect again: a restart of the server passes unnoticed."""


class Database:
    """An engine that hands out transactions: `reading()` for looking, `writing()` for everything else."""

    def __init__(self, engine: AsyncEngine, *, queue: float = QUEUE) -> None:
        self.engine = engine
        self.queue = queue
        self.is_sqlite = engine.dialect.name == "sqlite"
        options: dict[str, Any] = {engines.READS: True}
        if not self.is_sqlite:
            options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        self._readers = engine.execution_options(**options)
        self._writers = asyncio.Lock()
        self._users = 0
        self._closed = False
        self._unused = asyncio.Event()
        self._unused.set()
        self._fails: tuple[type[Exception], ...] = (SQLAlchemyError, OSError)
        if not self.is_sqlite:
            # A server that is starting refuses in the driver's own words, which nobody translates.
            driver: Any = engine.dialect.dbapi
            self._fails += (driver.asyncpg.PostgresError, driver.asyncpg.InterfaceError)

    @classmethod
    def at(cls, url: str) -> "Database":
        """Prepare the database behind a SQLAlchemy URL; nothing is connected yet.

        Raises ValueError when the URL is of no database the bot can use.
        """
        return cls(engines.to_write(url))

    @classmethod
    def to_read(cls, url: str) -> "Database":
        """Prepare the same for looking only: no file is made, and none is changed. Raises ValueError, as `at` does."""
        return cls(engines.to_read(url))

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """One transaction that sees the database as it was at its first query. Raises MemoryAway."""
        async with self._transaction(self._readers) as connection:
            yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """One transaction that may write; on SQLite it is the only writer from its first moment on. Raises MemoryAway.

        Whether it was committed nobody knows when the line breaks at that very moment.
        """
        if not self.is_sqlite:
            async with self._transaction(self.engine) as connection:
                yield connection
            return
        # Writers of this process queue here in order, instead of polling for the file's lock until the time-out.
        async with self._turn(), self._transaction(self.engine) as connection:
            yield connection

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self.queue):
                await self._writers.acquire()
        except TimeoutError:
            raise MemoryAway("The database is busy: others have been writing to it for too long") from None
        try:
            yield
        finally:
            self._writers.release()

    @asynccontextmanager
    async def _transaction(self, engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        try:
            with self._used():
                connection = await self._connected(engine)
                try:
                    async with connection.begin():
                        yield connection
                finally:
                    await connection.close()
        except self._fails as error:
            if not _away(error):
                raise
            raise MemoryAway(f"The database does not answer: {getattr(error, 'orig', None) or error}") from error

    @contextmanager
    def _used(self) -> Iterator[None]:
        if self._closed:
            raise MemoryAway("The database is closed")
        self._users += 1
        self._unused.clear()
        try:
            yield
        finally:
            self._users -= 1
            if not self._users:
                self._unused.set()

    async def _connected(self, engine: AsyncEngine) -> AsyncConnection:
        """A connection; while a server starts anew it is tried again, for nothing was asked of it yet."""
        for pause in RECONNECT:
            try:
                return await engine.connect()
            except self._fails as error:
                if self.is_sqlite or isinstance(error, PoolTimeout) or not _away(error):
                    raise
                await asyncio.sleep(pause)
        return await engine.connect()

    async def alone(self, connection: AsyncConnection, *, key: int, patient: bool = False) -> None:
        """Let nobody else who asks for the same `key` write until this transaction ends.

        Who is not `patient` is told after a while when the other does not come to an end.
        """
        if not self.is_sqlite:
            if patient:
                await connection.execute(text("SET LOCAL lock_timeout = 0"))
                free = text("SELECT pg_try_advisory_xact_lock(:key)")
                # Asked again and again, for no statement may take as long as another's migration.
                while not await connection.scalar(free, {"key": key}):  # noqa: ASYNC110 - other processes set no event
                    await asyncio.sleep(TURN)
            else:
                await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})

    async def present(self) -> datetime | None:
        """Give the time by PostgreSQL's own clock; SQLite has none but the machine's."""
        if self.is_sqlite:
            return None
        async with self.reading() as connection:
            present: datetime = (await connection.execute(text("SELECT clock_timestamp()"))).scalar_one()
        return present

    def insert(self, table: Table) -> Any:
        """An INSERT that knows `on_conflict_do_update`, which both databases have in the same words.

        It is `Any` to the type checker: the two dialects share no class that declares it.
        """
        # Only the dialect that is in use is loaded: the other one costs every start a twentieth of its time.
        if self.is_sqlite:
            from sqlalchemy.dialects import sqlite

            return sqlite.insert(table)
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table)

    def upsert(self, table: Table, *, kept: tuple[str, ...] = ()) -> Any:
        """An INSERT that replaces every other column, but those `kept`, of the row with the same primary key."""
        statement = self.insert(table)
        key = {column.name for column in table.primary_key.columns}
        changed = [column.name for column in table.columns if column.name not in key.union(kept)]
        replaced = {name: statement.excluded[name] for name in changed}
        return statement.on_conflict_do_update(index_elements=sorted(key), set_=replaced)

    async def close(self) -> None:
        """Close every connection, once the transactions under way have ended or have had their time.

        What begins later finds the database away, instead of opening connections that nobody closes.
        """
        self._closed = True
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSING):
                await self._unused.wait()
        await self.engine.dispose()


def _away(error: Exception) -> bool:
    """Whether it is the database that fails, and not what it was asked."""
    if isinstance(error, OSError | OperationalError | InterfaceError | PoolTimeout):
        return True
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    # By class of https://www.postgresql.org/docs/current/errcodes-appendix.html: the line, a transaction undone for
    # another's sake, resources, the server's own state, a lock not to be had, and a transaction ended for being idle.
    state = str(getattr(getattr(error, "orig", None) or error, "sqlstate", None) or "")
    return state.startswith(("08", "40", "53", "55", "57", "58", "25P03"))
