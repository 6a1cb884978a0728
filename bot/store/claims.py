"""Claims: who is the first to see a key, and who holds a lease on it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, DateTime, case, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.database import Database
from bot.store.tables import claims


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on a key until `until`, proven by its token."""

    key: str
    holder: str
    token: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Held:
    """Somebody else has the lease, since when."""

    holder: str
    since: datetime


class Claims:
    """Keys that were claimed. Callers prefix theirs (`view:`, `press:`), as first times and leases share one space.

    Callers tell the time; on PostgreSQL it is the database's own that says what has expired.
    """

    def __init__(self, database: Database, *, token: Callable[[], str]) -> None:
        self._database = database
        self._token = token

    async def first_time(self, key: str, *, now: datetime, keep: timedelta | None) -> bool:
        """Say whether `key` is seen for the first time, and remember it for `keep` (None: for good)."""
        present = self._present(now)
        insert = self._database.insert(claims).values(
            key=key, holder="", token=self._token(), since=present, expires_at=None if keep is None else present + keep
        )
        statement = insert.on_conflict_do_update(
            index_elements=["key"],
            set_={name: insert.excluded[name] for name in ("holder", "token", "since", "expires_at")},
            where=_free(insert.excluded),
        ).returning(claims.c.key)
        async with self._database.writing() as connection:
            return (await connection.execute(statement)).first() is not None

    async def seen(self, key: str, *, now: datetime) -> bool:
        """Say whether `key` was claimed before and is remembered still, without claiming it."""
        query = select(claims.c.key).where(
            claims.c.key == key, or_(claims.c.expires_at.is_(None), claims.c.expires_at > self._present(now))
        )
        async with self._database.reading() as connection:
            return (await connection.execute(query)).first() is not None

    async def mark(self, key: str, *, now: datetime) -> None:
        """Remember an instant under `key` for good, in place of the one before."""
        async with self._database.writing() as connection:
            await remember(self._database, connection, key, token=self._token(), now=now)

    async def marked(self, key: str) -> datetime | None:
        """Give the instant that `key` was marked with, None when it was not."""
        async with self._database.reading() as connection:
            since: datetime | None = await connection.scalar(select(claims.c.since).where(claims.c.key == key))
        return since

    async def marks(self, prefix: str) -> dict[str, datetime]:
        """Give the instant of every key that begins so and was marked, the oldest first."""
        marked = claims.c.key.startswith(prefix, autoescape=True) & claims.c.expires_at.is_(None)
        query = select(claims.c.key, claims.c.since).where(marked).order_by(claims.c.since, claims.c.key)
        async with self._database.reading() as connection:
            return {row.key: row.since for row in await connection.execute(query)}

    async def forget(self, key: str) -> None:
        """Take away what is remembered under `key`."""
        async with self._database.writing() as connection:
            await connection.execute(delete(claims).where(claims.c.key == key))

    async def held(self, key: str, *, now: datetime) -> bool:
        """Say whether somebody has the lease on `key`."""
        present = self._present(now)
        query = select(claims.c.key).where(
            claims.c.key == key, claims.c.expires_at > present, claims.c.since <= present
        )
        async with self._database.reading() as connection:
            return (await connection.execute(query)).first() is not None

    async def lease(self, key: str, *, holder: str, now: datetime, ttl: timedelta) -> Lease | Held:
        """Take the lease on `key` for `ttl` if nobody has it or theirs has expired; else say who has it."""
        token, present = self._token(), self._present(now)
        insert = self._database.insert(claims).values(
            key=key, holder=holder, token=token, since=present, expires_at=present + ttl
        )
        free = _free(insert.excluded)
        statement = insert.on_conflict_do_update(
            index_elements=["key"],
            set_={
                name: case((free, insert.excluded[name]), else_=claims.c[name])
                for name in ("holder", "token", "since", "expires_at")
            },
        ).returning(claims.c.token, claims.c.holder, claims.c.since, claims.c.expires_at)
        async with self._database.writing() as connection:
            found = (await connection.execute(statement)).one()
        if found.token != token:
            return Held(holder=found.holder, since=found.since)
        return Lease(key=key, holder=holder, token=token, since=found.since, until=found.expires_at)

    async def renew(self, lease: Lease, *, now: datetime, ttl: timedelta) -> bool:
        """Have a lease last for `ttl` from now on; False when it had expired and is another's, or gone, by now."""
        longer = update(claims).where(claims.c.key == lease.key, claims.c.token == lease.token)
        async with self._database.writing() as connection:
            renewed = await connection.execute(longer.values(expires_at=self._present(now) + ttl))
        return renewed.rowcount == 1

    async def release(self, lease: Lease) -> bool:
        """Give a lease back; False when it had expired and is another's, or gone, by now."""
        statement = delete(claims).where(claims.c.key == lease.key, claims.c.token == lease.token)
        async with self._database.writing() as connection:
            return (await connection.execute(statement)).rowcount == 1

    def _present(self, now: datetime) -> Any:
        """The instant that claims are judged by: PostgreSQL's own, for the clocks of those who share it may differ."""
        return now if self._database.is_sqlite else func.clock_timestamp(type_=DateTime(timezone=True))


async def remember(database: Database, connection: AsyncConnection, key: str, *, token: str, now: datetime) -> None:
    """Remember an instant under `key` for good, with what else its transaction does."""
    row = {"key": key, "holder": "", "token": token, "since": now, "expires_at": None}
    await connection.execute(database.upsert(claims).values(row))


def _free(wanted: Any) -> ColumnElement[bool]:
    """What has expired; and unless it is for good, what a clock claimed that was ahead and has since been set back."""
    ahead = claims.c.expires_at.is_not(None) & (claims.c.since > wanted.expires_at)
    return or_(claims.c.expires_at <= wanted.since, ahead)
