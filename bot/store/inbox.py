"""Pivotal's events as they came: each id once, worked off in the order of their coming, remembered for a while."""

from collections.abc import Collection, Iterable
from dataclasses import asdict, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, or_, select, update

from bot.domain.records import Event
from bot.store.database import Database
from bot.store.tables import inbox

_CHUNK = 1_000
"""Ids named in one statement: databases take some ten thousand at the most."""
FARTHEST = timedelta(hours=1)
"""No event is put off further; one that is due later came to a clock that was ahead, and is due now."""
_COLUMNS = [inbox.c[field.name] for field in fields(Event)]


class Inbox:
    """Events that are not worked off yet, and the ids of those that are."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, events: Iterable[Event]) -> None:
        """Keep events; one whose id is known already changes nothing."""
        by_id = {event.id: event for event in events}
        # In one order: two replicas that are brought the same events would wait for each other in a circle.
        rows = [asdict(by_id[one]) for one in sorted(by_id)]
        if rows:
            statement = self._database.insert(inbox).on_conflict_do_nothing()
            async with self._database.writing() as connection:
                await connection.execute(statement, rows)

    async def due(self, now: datetime, *, limit: int) -> list[Event]:
        """What is to be worked off at `now`, oldest first."""
        due = or_(inbox.c.due_at <= now, inbox.c.due_at > now + FARTHEST)
        query = select(*_COLUMNS).where(inbox.c.done_at.is_(None), due)
        async with self._database.reading() as connection:
            rows = await connection.execute(query.order_by(inbox.c.due_at, inbox.c.received_at).limit(limit))
            return [Event(*row) for row in rows]

    async def next_due(self) -> datetime | None:
        """When the next event is to be worked off; None when there is none."""
        return await self._instant(select(func.min(inbox.c.due_at)).where(inbox.c.done_at.is_(None)))

    async def of(self, record: str) -> list[Event]:
        """The events of one record that are not worked off."""
        query = select(*_COLUMNS).where(inbox.c.record == record, inbox.c.done_at.is_(None))
        async with self._database.reading() as connection:
            return [Event(*row) for row in await connection.execute(query)]

    async def done(self, ids: Collection[str], *, now: datetime) -> None:
        """Note that events are worked off."""
        await self._set(ids, done_at=now)

    async def later(self, ids: Collection[str], *, due_at: datetime, failed: bool = False) -> None:
        """Put events off; `failed` counts one more attempt that came to nothing."""
        await self._set(ids, due_at=due_at, **({"attempts": inbox.c.attempts + 1} if failed else {}))

    async def waiting(self) -> int:
        """How many events are not worked off."""
        query = select(func.count()).select_from(inbox).where(inbox.c.done_at.is_(None))
        async with self._database.reading() as connection:
            return int(await connection.scalar(query) or 0)

    async def last_received(self, now: datetime) -> datetime | None:
        """When the newest event came, as far as that was by `now`."""
        return await self._instant(select(func.max(inbox.c.received_at)).where(inbox.c.received_at <= now))

    async def _instant(self, query: Select[tuple[Any]]) -> datetime | None:
        async with self._database.reading() as connection:
            found: datetime | None = await connection.scalar(query)
            return found

    async def _set(self, ids: Collection[str], **values: object) -> None:
        ordered = sorted(ids)
        async with self._database.writing() as connection:
            for start in range(0, len(ordered), _CHUNK):
                part = ordered[start : start + _CHUNK]
                await connection.execute(update(inbox).where(inbox.c.id.in_(part)).values(**values))
