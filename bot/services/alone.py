"""Lets one change of an onboarding be under way at a time, in whichever process."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from bot.domain.errors import Busy
from bot.store import Store
from bot.store.claims import Held

LEASE = timedelta(seconds=60)
"""How long one attempt may keep everybody else out."""


class Alone:
    """Leases on onboardings, each for one change."""

    def __init__(self, store: Store, *, team: str, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._team = team
        self._clock = clock
        self._at_work: dict[str, str] = {}
        """Who is changing which onboarding in this process: no jump of a clock makes that free."""

    async def taken(self, onboarding_id: str) -> bool:
        """Whether somebody is changing it at this moment, in whichever process."""
        if onboarding_id in self._at_work:
            return True
        return await self._store.claims.held(self._key(onboarding_id), now=self._clock())

    @asynccontextmanager
    async def at(self, onboarding_id: str, *, by: str) -> AsyncIterator[datetime]:
        """Keep everybody else out of this onboarding; gives since when. `by` is a name. Raises Busy."""
        since = self._clock()
        if onboarding_id in self._at_work:
            raise _busy(self._at_work[onboarding_id])
        self._at_work[onboarding_id] = by
        try:
            lease = await self._store.claims.lease(self._key(onboarding_id), holder=by, now=since, ttl=LEASE)
            if isinstance(lease, Held):
                raise _busy(lease.holder)
            try:
                yield since
            finally:
                await self._store.claims.release(lease)
        finally:
            del self._at_work[onboarding_id]

    def _key(self, onboarding_id: str) -> str:
        return f"write:{self._team}:{onboarding_id}"


def _busy(name: str) -> Busy:
    return Busy(f"{name} is changing this onboarding at this moment.", hint="Look again in a few seconds.")
