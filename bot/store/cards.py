"""Cards: where a card of an onboarding was posted, so that it can be refreshed."""

from dataclasses import asdict, fields
from datetime import datetime

from sqlalchemy import delete, or_, select, update

from bot.domain.records import AuditEntry, Card
from bot.store.audit import write_down
from bot.store.database import Database
from bot.store.tables import cards

_COLUMNS = [cards.c[field.name] for field in fields(Card)]


class Cards:
    """The posted cards; a private one is not among them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, card: Card, *, drawn: str | None = None, entry: AuditEntry | None = None) -> None:
        """Remember a posted card and what it shows; one already known at that place is replaced.

        With the audit's `entry` of it, both are kept, or neither.
        """
        async with self._database.writing() as connection:
            await connection.execute(self._database.upsert(cards).values(**asdict(card), drawn=drawn))
            await write_down(connection, entry)

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

    async def channels(self) -> frozenset[str]:
        """Where there are cards."""
        async with self._database.reading() as connection:
            return frozenset((await connection.execute(select(cards.c.channel).distinct())).scalars())

    async def draw(self, channel: str, ts: str, drawn: str) -> None:
        """Remember what the card at that place shows by now; nothing where none is known."""
        there = (cards.c.channel == channel) & (cards.c.ts == ts)
        async with self._database.writing() as connection:
            await connection.execute(update(cards).where(there).values(drawn=drawn))

    async def shows_other(self, channel: str, ts: str, drawn: str) -> bool:
        """Whether the card at that place is known to show something else, or nobody knows what; False: none is."""
        there = (cards.c.channel == channel) & (cards.c.ts == ts)
        query = select(cards.c.ts).where(there, or_(cards.c.drawn.is_(None), cards.c.drawn != drawn))
        async with self._database.reading() as connection:
            return (await connection.execute(query)).first() is not None

    async def drawn(self, *, since: datetime) -> list[tuple[Card, str | None]]:
        """The cards posted since then, newest first, each with what it shows; None: nobody knows."""
        query = select(*_COLUMNS, cards.c.drawn).where(cards.c.posted_at >= since)
        query = query.order_by(cards.c.posted_at.desc(), cards.c.ts.desc())
        async with self._database.reading() as connection:
            return [(Card(*row), shown) for *row, shown in await connection.execute(query)]

    async def forget(self, channel: str, ts: str) -> None:
        """Forget the card at that place: it is gone from Slack, or the bot may no longer reach it."""
        async with self._database.writing() as connection:
            await connection.execute(delete(cards).where(cards.c.channel == channel, cards.c.ts == ts))
