"""Snoozes: what each channel does not want to be told of for now."""

from collections.abc import Iterable
from dataclasses import asdict, fields

from sqlalchemy import ColumnElement, and_, delete, or_, select

from bot.domain.records import AuditEntry, Snooze
from bot.store.audit import write_down
from bot.store.database import Database
from bot.store.tables import snoozes

_COLUMNS = [snoozes.c[field.name] for field in fields(Snooze)]


class Snoozes:
    """At most one per channel and onboarding; who still sleeps is for the domain to say.

    Whoever changes one may give the audit's `entry` of that: both are kept, or neither.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, snooze: Snooze, *, entry: AuditEntry | None = None) -> None:
        """Keep a snooze, in place of an earlier one of the same onboarding in the same channel."""
        async with self._database.writing() as connection:
            await connection.execute(self._database.upsert(snoozes).values(**asdict(snooze)))
            await write_down(connection, entry)

    async def of_channel(self, channel: str) -> tuple[Snooze, ...]:
        """What one channel has snoozed; what is back first comes first."""
        return await self._select(snoozes.c.channel == channel)

    async def of(self, onboarding_id: str) -> tuple[Snooze, ...]:
        """The channels in which one onboarding is snoozed."""
        return await self._select(snoozes.c.onboarding_id == onboarding_id)

    async def all(self) -> tuple[Snooze, ...]:
        """Every snooze."""
        return await self._select()

    async def delete(self, channel: str, onboarding_id: str, *, entry: AuditEntry | None = None) -> bool:
        """End one; False when there is none."""
        there = (snoozes.c.channel == channel) & (snoozes.c.onboarding_id == onboarding_id)
        async with self._database.writing() as connection:
            ended = (await connection.execute(delete(snoozes).where(there))).rowcount == 1
            if ended:
                await write_down(connection, entry)
        return ended

    async def forget(self, woken: Iterable[Snooze]) -> None:
        """Delete snoozes that have ended, and none that was made anew in the meantime."""
        rows = [
            and_(snoozes.c.channel == one.channel, snoozes.c.onboarding_id == one.onboarding_id, snoozes.c.at == one.at)
            for one in woken
        ]
        if rows:
            async with self._database.writing() as connection:
                await connection.execute(delete(snoozes).where(or_(*rows)))

    async def _select(self, *conditions: ColumnElement[bool]) -> tuple[Snooze, ...]:
        query = select(*_COLUMNS).where(*conditions).order_by(snoozes.c.until, snoozes.c.title, snoozes.c.onboarding_id)
        async with self._database.reading() as connection:
            return tuple(Snooze(*row) for row in await connection.execute(query))
