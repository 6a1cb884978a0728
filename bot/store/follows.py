"""Who follows which onboarding, and how it stood when they were told last."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, or_, select, true, update

from bot.domain.records import Follow
from bot.store.database import Database
from bot.store.tables import follows

_COLUMNS = [follows.c[field.name] for field in fields(Follow)]


class Follows:
    """The followers of onboardings."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, follow: Follow) -> bool:
        """Follow; one who does already only gets the zone of today, and False."""
        values = {column.name: getattr(follow, column.name) for column in _COLUMNS}
        there = _one(follow.slack_id, follow.onboarding_id)
        async with self._database.writing() as connection:
            insert = self._database.insert(follows).values(values).on_conflict_do_nothing()
            new = (await connection.execute(insert.returning(follows.c.slack_id))).first() is not None
            if not new:
                await connection.execute(update(follows).where(there).values(zone=follow.zone))
        return new

    async def remove(self, slack_id: str, onboarding_id: str) -> bool:
        """Follow no longer; False for one who did not."""
        async with self._database.writing() as connection:
            return (await connection.execute(delete(follows).where(_one(slack_id, onboarding_id)))).rowcount == 1

    async def of_person(self, slack_id: str) -> list[Follow]:
        """What somebody follows, by title."""
        return await self._select(follows.c.slack_id == slack_id)

    async def of_onboarding(self, onboarding_id: str) -> list[Follow]:
        """Who follows an onboarding."""
        return await self._select(follows.c.onboarding_id == onboarding_id)

    async def all(self) -> list[Follow]:
        """Every follow there is."""
        return await self._select(true())

    async def plan(self, follow: Follow, due_at: datetime) -> None:
        """Let a follower be told then, unless they are to be told sooner already."""
        later = or_(follows.c.due_at.is_(None), follows.c.due_at > due_at)
        await self._set(_one(follow.slack_id, follow.onboarding_id) & later, due_at=due_at)

    async def put_off(self, follow: Follow, due_at: datetime) -> None:
        """Let a follower be told later than was planned."""
        await self._set(_due(follow), due_at=due_at)

    async def due(self, now: datetime, *, limit: int) -> list[Follow]:
        """Who is to be told something at `now`, the longest waiting first."""
        return await self._select(follows.c.due_at <= now, order=follows.c.due_at, limit=limit)

    async def learn(self, follow: Follow, fields: Mapping[str, str | None]) -> None:
        """A follower knows these fields: they changed them themselves."""
        there = _one(follow.slack_id, follow.onboarding_id)
        async with self._database.writing() as connection:
            query = select(follows.c.told).where(there)
            if not self._database.is_sqlite:
                query = query.with_for_update()
            told = await connection.scalar(query)
            await connection.execute(update(follows).where(there).values(told={**(told or {}), **fields}))

    async def take(self, follow: Follow, told: Mapping[str, str | None]) -> bool:
        """Claim the telling of how an onboarding stands; True for exactly one caller, who tells it once."""
        return await self._set(_due(follow), told=dict(told), due_at=None)

    async def give_back(self, follow: Follow, *, due_at: datetime) -> None:
        """Surely nothing was sent: the follower knows what they knew before, and is told later."""
        await self._set(_one(follow.slack_id, follow.onboarding_id), told=dict(follow.told), due_at=due_at)

    async def thread(self, follow: Follow, *, channel: str | None, ts: str | None) -> None:
        """Note in which thread a follower is told of this onboarding."""
        await self._set(_one(follow.slack_id, follow.onboarding_id), channel=channel, ts=ts)

    async def _set(self, condition: ColumnElement[bool], **values: object) -> bool:
        async with self._database.writing() as connection:
            return (await connection.execute(update(follows).where(condition).values(**values))).rowcount == 1

    async def _select(
        self, condition: ColumnElement[bool], *, order: ColumnElement[Any] | None = None, limit: int | None = None
    ) -> list[Follow]:
        query = select(*_COLUMNS).where(condition).limit(limit)
        query = query.order_by(follows.c.title, follows.c.onboarding_id) if order is None else query.order_by(order)
        async with self._database.reading() as connection:
            return [_follow(row) for row in (await connection.execute(query)).mappings()]


def _one(slack_id: str, onboarding_id: str) -> ColumnElement[bool]:
    return (follows.c.slack_id == slack_id) & (follows.c.onboarding_id == onboarding_id)


def _due(follow: Follow) -> ColumnElement[bool]:
    """The follow, if it is still due when it was seen to be."""
    return _one(follow.slack_id, follow.onboarding_id) & (follows.c.due_at == follow.due_at)


def _follow(row: Mapping[Any, Any]) -> Follow:
    return Follow(**{**row, "told": row["told"] or {}})
