"""Every message the bot has posted in a channel, threads included, by its place only: it may have to be taken back."""

from collections.abc import Callable
from datetime import datetime

import structlog

from bot.domain.errors import MemoryAway, cause
from bot.store import Store

TOGETHER = 50
"""Messages of a channel that are looked at together."""

log = structlog.get_logger()


class Posts:
    """Remembers where they are."""

    def __init__(self, store: Store, *, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    async def remember(self, channel: str, ts: str) -> None:
        """Remember a message that was just posted: without a memory it is not known, but posted all the same."""
        try:
            await self._store.posts.add(channel, ts, at=self._clock())
        except MemoryAway as error:
            log.warning("message not remembered", channel=channel, why=cause(error))

    async def in_channel(self, channel: str) -> tuple[str, ...]:
        """The ts of messages in one channel, newest first: of as many as are looked at together."""
        return await self._store.posts.in_channel(channel, limit=TOGETHER)

    async def channels(self) -> frozenset[str]:
        """Where messages are."""
        return await self._store.posts.channels()

    async def forget(self, channel: str, ts: str) -> None:
        """Forget a message that was taken back, or never can be."""
        await self._store.posts.forget(channel, ts)
