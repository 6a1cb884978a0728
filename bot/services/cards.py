"""Where cards of an onboarding were posted, so that they can follow it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from bot.domain.errors import Busy
from bot.domain.records import Card
from bot.store import Store
from bot.store.claims import Held

FOLLOWED = timedelta(days=30)
MOST = 20
TWICE = timedelta(seconds=10)
"""A second share within this time is a double click, not a wish for two cards."""


class PostedCards:
    """The known copies: the newest twenty of the last thirty days."""

    def __init__(self, store: Store, *, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    @asynccontextmanager
    async def posting(self, onboarding_id: str, *, channel: str, by: str) -> AsyncIterator[None]:
        """Post a card within: raises Busy when one has just been posted there. A post that failed may be repeated."""
        lease = await self._store.claims.lease(
            f"share:{channel}:{onboarding_id}", holder=by, now=self._clock(), ttl=TWICE
        )
        if isinstance(lease, Held):
            raise Busy(f"{lease.holder} has just shared this onboarding here.", hint="Look a little further up.")
        try:
            yield
        except BaseException:
            await self._store.claims.release(lease)
            raise

    async def remember(self, onboarding_id: str, *, channel: str, ts: str, shared_by: str) -> None:
        """Keep in mind that a card was posted."""
        await self._store.cards.add(Card(onboarding_id, channel, ts, self._clock(), shared_by))

    async def of(self, onboarding_id: str) -> tuple[Card, ...]:
        """The copies to keep current, newest first."""
        return await self._store.cards.of(onboarding_id, limit=MOST, since=self._clock() - FOLLOWED)

    async def forget(self, card: Card) -> None:
        """Stop following a copy: its message is gone."""
        await self._store.cards.forget(card.channel, card.ts)
