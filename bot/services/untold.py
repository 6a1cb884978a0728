"""Whom nobody could tell yet how a slot ended: kept from the moment it ends until they are told, through restarts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.store import Held, Store

UNTOLD = "untold:"
TURN = timedelta(minutes=5)
"""Who tells it has it for so long: twice Slack may let them wait."""


@dataclass(frozen=True, slots=True)
class OfSlot:
    """A slot of which its subscriber is to be told, and since when."""

    subscription_id: str
    slot: str
    since: datetime


class Untold:
    """Knows what is still to be told, and lets one at a time tell it, whichever replica that is."""

    def __init__(self, store: Store) -> None:
        self._claims = store.claims

    async def all(self) -> tuple[OfSlot, ...]:
        """All that is still to be told, oldest first."""
        marked = await self._claims.marks(UNTOLD)
        parts = ((key.removeprefix(UNTOLD).rpartition("/"), since) for key, since in marked.items())
        return tuple(OfSlot(subscription_id, slot, since) for (subscription_id, _, slot), since in parts)

    @asynccontextmanager
    async def telling(self, subscription_id: str, slot: str, *, now: datetime) -> AsyncIterator[datetime | None]:
        """Since when it is to be told, for the one who tells it meanwhile; None for all others, and once it is told."""
        key = untold_key(subscription_id, slot)
        lease = await self._claims.lease(f"telling:{key}", holder="", now=now, ttl=TURN)
        if isinstance(lease, Held):
            yield None
            return
        try:
            yield await self._claims.marked(key)
        finally:
            await self._claims.release(lease)

    async def over(self, subscription_id: str, slot: str) -> None:
        """Forget it: it is told, or nobody has to be told any more."""
        await self._claims.forget(untold_key(subscription_id, slot))


def untold_key(subscription_id: str, slot: str) -> str:
    """The key under which it is remembered, since when, that somebody is to be told of a slot."""
    return f"{UNTOLD}{subscription_id}/{slot}"
