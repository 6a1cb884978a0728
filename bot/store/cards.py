"""Cards: where a card of an onboarding was posted, so that it can be refreshed."""

from dataclasses import asdict, fields
from datetime import datetime

from sqlalchemy import delete, select

from bot.domain.records import Card
from bot.store.database import Database
from bot.store.tables import cards

_COLUMNS = [cards.c[field.name] for field in fields(Card)]


class Cards:
    """The posted cards; a private one is not among them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, card: Card) -> None:
        """Remember a posted card; one already known at that place is replaced."""
        async with self._database.writing() as connection:
            await connection.execute(self._database.upsert(cards).values(**asdict(card)))

    async def of(self, onboarding_id: str, *, limit: int = 20, since: datetime | None = None) -> tuple[Card, ...]:
        """The cards of one onboarding, newest first, none posted before `since`."""
        query = select(*_COLUMNS).where(cards.c.onboarding_id == onboarding_id)
        if since is not None:
            query = query.where(cards.c.posted_at >= since)
        query = query.order_by(cards.c.posted_at.desc(), cards.c.ts.desc()).limit(limit)
        async with self._database.reading() as connection:
            return tuple(Card(*row) for row in await connection.execute(query))

    async def in_channel(self, channel: str, *, limit: int) -> tuple[Card, ...]:
        """The cards in one channel, newest first."""
        query = select(*_COLUMNS).where(cards.c.channel == channel).order_by(cards.c.posted_at.desc()).limit(limit)
        async with self._database.reading() as connection:
            return tuple(Card(*row) for row in await connection.execute(query))

    async def forget(self, channel: str, ts: str) -> None:
        """Forget the card at that place: it is gone from Slack, or the bot may no longer reach it."""
        async with self._database.writing() as connection:
            await connection.execute(delete(cards).where(cards.c.channel == channel, cards.c.ts == ts))
