"""The connection to the database: one transaction at a time for who asks, isolated on SQLite as on PostgreSQL.

SQLite's driver opens no transaction for a SELECT and shares its lock too late, so both are done here by hand
(https://docs.sqlalchemy.org/en/21/dialects/sqlite.html#transactions).
"""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.domain.errors import MemoryAway

BUSY_TIMEOUT = 5
"""Seconds a SQLite connection waits for another process to finish writing."""
QUEUE = 15.0
"""Seconds a writer on SQLite waits for those of its own process: longer, and a person had better be told."""

CONNECT_TIMEOUT, ANSWER_TIMEOUT = 5, 60
"""Seconds that PostgreSQL has to let us in, and to answer a statement."""
POOL_TIMEOUT = 5
"""Seconds that somebody waits for a connection while all are taken: longer, and a person had better be told."""
CLOSING = 5
"""Seconds that transactions under way are given when the database is closed."""
RECONNECT = (0.1, 0.3, 0.6, 1.0, 1.0)
"""Seconds between tries to connect again: a restart of the server passes unnoticed."""
_POLITE = {
    "application_name": "onboarding-bot",
    # A replica that hangs in the middle of a transaction must not stop the others for good.
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "30s",
}

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

    def __init__(self, engine: AsyncEngine, *, queue: float = QUEUE) -> None:
        self.engine = engine
        self.queue = queue
        self.is_sqlite = engine.dialect.name == "sqlite"
        options: dict[str, Any] = {_READS: True}
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
        place = address(url)
        if place.get_backend_name() == "sqlite":
            _private_file(place.database)
            engine = create_async_engine(place)
            event.listen(engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(engine.sync_engine, "begin", _begin_sqlite)
        else:
            engine = create_async_engine(
                place,
                pool_pre_ping=True,
                pool_timeout=POOL_TIMEOUT,
                connect_args={
                    "timeout": CONNECT_TIMEOUT,
                    "command_timeout": ANSWER_TIMEOUT,
                    "server_settings": _POLITE,
                },
            )
        return cls(engine)

    @classmethod
    def to_read(cls, url: str) -> "Database":
        """Prepare the same for looking only: no file is made, and none is changed. Raises ValueError, as `at` does."""
        place = address(url)
        if place.get_backend_name() != "sqlite":
            return cls.at(url)
        # https://sqlite.org/uri.html#urimode
        only = {"mode": "ro", "uri": "true"}
        engine = create_async_engine(place.set(database=Path(str(place.database)).resolve().as_uri(), query=only))
        event.listen(engine.sync_engine, "connect", _prepare_sqlite_to_read)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
        return cls(engine)

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
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

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


def _away(error: Exception) -> bool:
    """Whether it is the database that fails, and not what it was asked."""
    if isinstance(error, OSError | OperationalError | InterfaceError | PoolTimeout):
        return True
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    # By class of https://www.postgresql.org/docs/current/errcodes-appendix.html: the line, resources, the server's
    # own state, a lock not to be had, and a transaction ended because it was idle.
    state = str(getattr(getattr(error, "orig", None) or error, "sqlstate", None) or "")
    return state.startswith(("08", "53", "55", "57", "58", "25P03"))


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


def _prepare_sqlite_to_read(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT * 1000}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    reads = connection.get_execution_options().get(_READS, False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
