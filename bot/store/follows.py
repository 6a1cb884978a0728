"""Who follows which onboarding, and what they are still to be told."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update

from bot.domain.following import News
from bot.domain.records import Follow
from bot.store.database import Database
from bot.store.tables import follows

_COLUMNS = [follows.c[field.name] for field in fields(Follow)]


class Follows:
    """The followers of onboardings."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, follow: Follow) -> bool:
        """Follow; False for one who does already."""
        values = {column.name: getattr(follow, column.name) for column in _COLUMNS}
        statement = self._database.insert(follows).values(values).on_conflict_do_nothing()
        async with self._database.writing() as connection:
            return (await connection.execute(statement.returning(follows.c.slack_id))).first() is not None

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

    async def note(
        self, onboarding_id: str, change: Callable[[Follow], tuple[News, datetime | None]], *, besides: str
    ) -> None:
        """Change what every follower but `besides` is still to be told, and when, in one transaction."""
        there = (follows.c.onboarding_id == onboarding_id) & (follows.c.slack_id != besides)
        async with self._database.writing() as connection:
            query = select(*_COLUMNS).where(there)
            if not self._database.is_sqlite:
                query = query.with_for_update()
            for row in (await connection.execute(query)).mappings().all():
                follow = _follow(row)
                news, due_at = change(follow)
                await connection.execute(
                    update(follows)
                    .where(_one(follow.slack_id, onboarding_id))
                    .values(pending={field: list(pair) for field, pair in news.items()} or None, due_at=due_at)
                )

    async def due(self, now: datetime, *, limit: int) -> list[Follow]:
        """Who is to be told something at `now`, the longest waiting first."""
        return await self._select(follows.c.due_at <= now, order=follows.c.due_at, limit=limit)

    async def take(self, follow: Follow) -> bool:
        """Claim the telling of what a follower is due; True for exactly one caller. Whoever has it tells it once."""
        statement = (
            update(follows)
            .where(_one(follow.slack_id, follow.onboarding_id), follows.c.due_at == follow.due_at)
            .values(pending=None, due_at=None)
        )
        async with self._database.writing() as connection:
            return (await connection.execute(statement)).rowcount == 1

    async def thread(self, follow: Follow, *, channel: str | None, ts: str | None) -> None:
        """Note in which thread a follower is told of this onboarding."""
        statement = update(follows).where(_one(follow.slack_id, follow.onboarding_id))
        async with self._database.writing() as connection:
            await connection.execute(statement.values(channel=channel, ts=ts))

    async def _select(
        self, condition: ColumnElement[bool], *, order: ColumnElement[Any] | None = None, limit: int | None = None
    ) -> list[Follow]:
        query = select(*_COLUMNS).where(condition).limit(limit)
        query = query.order_by(follows.c.title, follows.c.onboarding_id) if order is None else query.order_by(order)
        async with self._database.reading() as connection:
            return [_follow(row) for row in (await connection.execute(query)).mappings()]


def _one(slack_id: str, onboarding_id: str) -> ColumnElement[bool]:
    return (follows.c.slack_id == slack_id) & (follows.c.onboarding_id == onboarding_id)


def _follow(row: Mapping[Any, Any]) -> Follow:
    pending = {field: (pair[0], pair[1]) for field, pair in (row["pending"] or {}).items()}
    return Follow(**{**row, "pending": pending})
