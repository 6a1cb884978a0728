"""Posts: where every message is that the bot has posted in a channel, whatever it says."""

from datetime import datetime

from sqlalchemy import delete, select

from bot.store.database import Database
from bot.store.tables import posts


class Posts:
    """The posted messages, by their place."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, channel: str, ts: str, *, at: datetime) -> None:
        """Remember a message."""
        async with self._database.writing() as connection:
            await connection.execute(self._database.upsert(posts).values(channel=channel, ts=ts, posted_at=at))

    async def in_channel(self, channel: str, *, limit: int) -> tuple[str, ...]:
        """The ts of the messages in one channel, newest first."""
        query = select(posts.c.ts).where(posts.c.channel == channel).order_by(posts.c.ts.desc()).limit(limit)
        async with self._database.reading() as connection:
            return tuple((await connection.execute(query)).scalars())

    async def channels(self) -> frozenset[str]:
        """Where there are messages."""
        async with self._database.reading() as connection:
            return frozenset((await connection.execute(select(posts.c.channel).distinct())).scalars())

    async def forget(self, channel: str, ts: str) -> None:
        """Forget the message at that place: nothing more can be done about it."""
        async with self._database.writing() as connection:
            await connection.execute(delete(posts).where(posts.c.channel == channel, posts.c.ts == ts))
