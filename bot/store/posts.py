"""Posts: where every message is that the bot has posted or changed in a channel, whatever it says."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select

from bot.store.database import Database
from bot.store.tables import posts

TICK = timedelta(microseconds=1)


class Posts:
    """The posted messages, by their place."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, channel: str, ts: str, *, at: datetime) -> bool:
        """Remember a message that was posted or changed, and say whether it was known already."""
        known = select(posts.c.posted_at).where(_there(channel, ts)).with_for_update()
        async with self._database.writing() as connection:
            before = (await connection.execute(known)).scalar()
            changed = at + TICK if at == before else at  # so that `forget` tells one from the other
            await connection.execute(self._database.upsert(posts).values(channel=channel, ts=ts, posted_at=changed))
            return before is not None

    async def in_channel(self, channel: str, *, limit: int) -> dict[str, datetime]:
        """The messages in one channel, newest first: each one's ts, and when it was posted or last changed."""
        query = select(posts.c.ts, posts.c.posted_at).where(posts.c.channel == channel)
        async with self._database.reading() as connection:
            found = await connection.execute(query.order_by(posts.c.ts.desc()).limit(limit))
            return {row.ts: row.posted_at for row in found}

    async def channels(self) -> frozenset[str]:
        """Where there are messages."""
        async with self._database.reading() as connection:
            return frozenset((await connection.execute(select(posts.c.channel).distinct())).scalars())

    async def forget(self, channel: str, ts: str, *, at: datetime) -> None:
        """Forget the message at that place, unless it was changed after `at`, when it was last known to be."""
        async with self._database.writing() as connection:
            await connection.execute(delete(posts).where(_there(channel, ts), posts.c.posted_at == at))


def _there(channel: str, ts: str) -> ColumnElement[bool]:
    return (posts.c.channel == channel) & (posts.c.ts == ts)
