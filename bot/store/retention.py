"""Retention: deletes what has been kept for long enough, a little at a time, so that whoever writes gets their turn.

A table without a rule here is bounded by what it holds; `services/sweeping.py` says how, for every table.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Table, and_, delete, func, or_, select, tuple_

from bot.domain.records import DeliveryStatus
from bot.store.database import Database
from bot.store.tables import (
    audit,
    cards,
    claims,
    deliveries,
    follows,
    inbox,
    observations,
    onboardings,
    posts,
    removals,
    snoozes,
    subscriptions,
)

BATCH = 2_000
"""Rows deleted in one transaction."""
_DELIVERED = [status.value for status in (DeliveryStatus.POSTED, DeliveryStatus.THREADED, DeliveryStatus.DONE)]


@dataclass(frozen=True, slots=True)
class Spans:
    """How long things are kept."""

    history: timedelta
    """Audit, observations, deliveries, cards, posts, and claims without an end."""
    events: timedelta
    """Ids of events that are worked off."""
    unread: timedelta
    """Events whose record could not be read in all this time."""


class Retention:
    """Deletes what is too old."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def sweep(self, now: datetime, *, spans: Spans) -> dict[str, int]:
        """Delete everything that `spans` no longer keep at `now`; gives how many rows went, by table."""
        return {table.name: await self._delete(table, condition) for table, condition in _rules(now, spans)}

    async def newest(self) -> datetime | None:
        """Give the newest instant at which something was written down; None when nothing was."""
        written = (audit.c.at, observations.c.seen_at, deliveries.c.claimed_at, inbox.c.received_at, cards.c.posted_at)
        async with self._database.reading() as connection:
            found = [await connection.scalar(select(func.max(column))) for column in written]
        return max((instant for instant in found if instant), default=None)

    async def _delete(self, table: Table, condition: ColumnElement[bool]) -> int:
        key = tuple(table.primary_key.columns)
        batch = delete(table).where(tuple_(*key).in_(select(*key).where(condition).limit(BATCH)))
        gone, last = 0, BATCH
        while last == BATCH:
            async with self._database.writing() as connection:
                last = (await connection.execute(batch)).rowcount
            gone += last
        return gone


def _rules(now: datetime, spans: Spans) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    before = now - spans.history
    yield audit, audit.c.at < before
    yield observations, and_(observations.c.seen_at < before, ~_still_needed())
    yield deliveries, and_(deliveries.c.claimed_at < before, ~_base_of_the_next())
    yield cards, cards.c.posted_at < before
    yield posts, posts.c.posted_at < before
    yield claims, or_(claims.c.expires_at <= now, and_(claims.c.expires_at.is_(None), claims.c.since < before))
    yield inbox, or_(inbox.c.done_at < now - spans.events, inbox.c.received_at < now - spans.unread)
    # No walk takes as long as a day, and those begun later do not see what is gone.
    yield removals, removals.c.at < now - timedelta(days=1)
    # A day has ended everywhere a day later; who reads snoozes judges by the day of their own zone.
    yield snoozes, snoozes.c.until < (now - timedelta(days=1)).date()
    gone = follows.c.onboarding_id.not_in(select(onboardings.c.id))
    yield follows, and_(follows.c.since < before, follows.c.due_at.is_(None), gone)


def _still_needed() -> ColumnElement[bool]:
    """The last change of each field of an onboarding there still is says since when it has been as it is.

    The newest of all stays too: who reads what came after a running number relies on its never coming back.
    """
    seen = observations.c
    there = seen.onboarding_id.in_(select(onboardings.c.id))
    last = select(func.max(seen.number)).where(there).group_by(seen.onboarding_id, seen.field)
    return or_(seen.number.in_(last), seen.number.in_(select(func.max(seen.number))))


def _base_of_the_next() -> ColumnElement[bool]:
    """The last scheduled digest that arrived: what the next one is compared with, however long it was paused."""
    row = deliveries.c
    newest = (
        select(row.subscription_id, func.max(row.slot))
        .where(row.status.in_(_DELIVERED), row.slot.not_like("%:%"))
        .where(row.subscription_id.in_(select(subscriptions.c.id)))
        .group_by(row.subscription_id)
    )
    return tuple_(row.subscription_id, row.slot).in_(newest)
