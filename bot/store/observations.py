"""Observations: every change the bot saw, in the order it saw them."""

from collections.abc import Collection, Iterable
from dataclasses import asdict, fields
from datetime import datetime

from sqlalchemy import insert, select

from bot.domain.records import Observation
from bot.store.database import Database
from bot.store.tables import observations

ORDER = 7_301_002
"""Key of the lock that puts writers of observations in one order over all replicas: who reads what came after a
running number must not miss a smaller one that is committed later."""

_COLUMNS = [observations.c[field.name] for field in fields(Observation)]


class Observations:
    """The observed history, from which slips and days in a phase are computed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, seen: Iterable[Observation]) -> None:
        """Write changes down, oldest first."""
        rows = [asdict(observation) for observation in seen]
        if rows:
            async with self._database.writing() as connection:
                await self._database.alone(connection, key=ORDER)
                await connection.execute(insert(observations), rows)

    async def of(self, onboarding_id: str) -> list[Observation]:
        """What was seen of one onboarding, oldest first."""
        query = select(*_COLUMNS).where(observations.c.onboarding_id == onboarding_id).order_by(observations.c.number)
        async with self._database.reading() as connection:
            return [Observation(*row) for row in await connection.execute(query)]

    async def elsewhere(self, *, onboarding_id: str | None = None, limit: int = 20) -> tuple[Observation, ...]:
        """The newest changes that did not come from this bot, newest first, of one onboarding or of all."""
        query = select(*_COLUMNS).where(observations.c.source != "us")
        if onboarding_id is not None:
            query = query.where(observations.c.onboarding_id == onboarding_id)
        async with self._database.reading() as connection:
            rows = await connection.execute(query.order_by(observations.c.number.desc()).limit(limit))
            return tuple(Observation(*row) for row in rows)

    async def since(self, moment: datetime, *, of: Collection[str]) -> tuple[Observation, ...]:
        """What was seen of these onboardings after a moment, oldest first."""
        query = select(*_COLUMNS).where(observations.c.onboarding_id.in_(of), observations.c.seen_at > moment)
        async with self._database.reading() as connection:
            return tuple(Observation(*row) for row in await connection.execute(query.order_by(observations.c.number)))

    async def all(self) -> dict[str, list[Observation]]:
        """Everything that was seen, by onboarding, oldest first."""
        _, seen = await self.after(0)
        by_onboarding: dict[str, list[Observation]] = {}
        for observation in seen:
            by_onboarding.setdefault(observation.onboarding_id, []).append(observation)
        return by_onboarding

    async def after(self, number: int) -> tuple[int, list[Observation]]:
        """What was seen after the observation with this running number, by any replica, and the newest number."""
        query = select(observations.c.number, *_COLUMNS).where(observations.c.number > number)
        async with self._database.reading() as connection:
            rows = (await connection.execute(query.order_by(observations.c.number))).all()
        return (rows[-1][0] if rows else number), [Observation(*row[1:]) for row in rows]
