"""Where cards of an onboarding were posted, so that they can follow it."""

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.domain.records import Card
from bot.store import Store

FOLLOWED = timedelta(days=30)
MOST = 20


class PostedCards:
    """The known copies: the newest twenty of the last thirty days."""

    def __init__(self, store: Store, *, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    async def remember(self, onboarding_id: str, *, channel: str, ts: str, shared_by: str) -> None:
        """Keep in mind that a card was posted."""
        await self._store.cards.add(Card(onboarding_id, channel, ts, self._clock(), shared_by))

    async def of(self, onboarding_id: str) -> tuple[Card, ...]:
        """The copies to keep current, newest first."""
        return await self._store.cards.of(onboarding_id, limit=MOST, since=self._clock() - FOLLOWED)

    async def forget(self, card: Card) -> None:
        """Stop following a copy: its message is gone."""
        await self._store.cards.forget(card.channel, card.ts)
