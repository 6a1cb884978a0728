"""Taking turns at Pivotal's lists: of several replicas one walks at a time, and the others take what it has found."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Any

from bot.domain.errors import MemoryAway
from bot.store import Lease, Store

WALK, CUSTOMERS = "walk", "walk:customers"
"""The keys of the leases: whoever posts needs the customers alone, and does not wait for the walk of all."""
HELD = timedelta(seconds=15)
"""A replica that died keeps the turn for so long; one that lives renews it for as long as its walk takes."""
RENEW = 3.0
"""Seconds between two renewals."""
LOOK = 0.5
"""Seconds between two looks at what the other has found."""
PATIENCE = 3.0
"""Seconds that a person waits for another replica's walk who can be shown what is known already."""

Found = Callable[[datetime], Awaitable[bool]]
"""Whether what is stored by now was walked since then; it is taken up as well."""


class Turns:
    """The turn to walk, a lease in the store; where there is one process only, it is always ours."""

    def __init__(
        self, store: Store, key: str, *, clock: Callable[[], datetime], sleep: Callable[[float], Awaitable[None]]
    ) -> None:
        self._store = store
        self._key = key
        self._clock = clock
        self._sleep = sleep
        self._ours = False

    @asynccontextmanager
    async def taken(self, found: Found, *, since: datetime) -> AsyncIterator[datetime | None]:
        """Wait for the turn, and give when it began; None when another has meanwhile walked what is wanted.

        It is waited for as long as the other walks, for two walks at once would take twice as long.
        """
        if not self._store.shared:
            yield None if await found(since) else self._clock()
            return
        turn = await self._turn(found, since)
        if turn is None:
            yield None
            return
        renewing = asyncio.create_task(self._renew(turn))
        try:
            yield turn.since
        finally:
            renewing.cancel()
            await asyncio.gather(renewing, return_exceptions=True)
            await self._store.claims.release(turn)

    async def near(self, walk: "asyncio.Task[Any]") -> bool:
        """Wait for a walk of ours as long as a person does; False when it is still another replica's turn then."""
        if not self._store.shared:
            return True
        patience = asyncio.ensure_future(self._sleep(PATIENCE))
        try:
            await asyncio.wait({walk, patience}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            patience.cancel()
        return walk.done() or self._ours

    async def _turn(self, found: Found, since: datetime) -> Lease | None:
        self._ours = False
        while True:
            turn = await self._store.claims.lease(self._key, holder="", now=self._clock(), ttl=HELD)
            self._ours = isinstance(turn, Lease)
            # What is walked while we wait is as good as a walk of our own, as it is for all who wait in one process.
            since = min(since, turn.since)
            if await found(since):
                if isinstance(turn, Lease):
                    await self._store.claims.release(turn)
                return None
            if isinstance(turn, Lease):
                return turn
            await self._sleep(LOOK)

    async def _renew(self, turn: Lease) -> None:
        while True:
            await self._sleep(RENEW)
            # While the database is away nobody else gets the turn.
            with suppress(MemoryAway):
                await self._store.claims.renew(turn, now=self._clock(), ttl=HELD)
