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

    async def remember(self, channel: str, ts: str) -> bool:
        """Remember a message that was just posted or changed, and say whether it was known already.

        Without a memory it is not, but stands there all the same.
        """
        try:
            return await self._store.posts.add(channel, ts, at=self._clock())
        except MemoryAway as error:
            log.warning("message not remembered", channel=channel, why=cause(error))
            return False

    async def in_channel(self, channel: str) -> dict[str, datetime]:
        """Messages in one channel, newest first, as many as are looked at together: when each was last changed."""
        return await self._store.posts.in_channel(channel, limit=TOGETHER)

    async def channels(self) -> frozenset[str]:
        """Where messages are."""
        return await self._store.posts.channels()

    async def forget(self, channel: str, ts: str, *, at: datetime) -> None:
        """Forget a message that was taken back, or is gone, unless it was changed after `at`."""
        await self._store.posts.forget(channel, ts, at=at)
