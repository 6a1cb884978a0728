"""Taking turns at Pivotal's lists: of several replicas one walks at a time, and the others take what it has found."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from bot.store import Store
from bot.store.claims import Held, Lease

WALK = "walk"
"""The key of the lease."""
HELD = timedelta(seconds=30)
"""After this a walk keeps nobody waiting any more: its replica is dead, or Pivotal very slow."""
LOOK = 0.5
"""Seconds between two looks at what the other has found."""
PATIENCE = 3.0
"""Seconds that a person waits for another replica's walk: then theirs goes ahead, and may use what people have."""

Found = Callable[[datetime], Awaitable[bool]]
"""Whether what is stored by now was walked since then; it is taken up as well."""


class Turns:
    """The turn to walk, a lease in the store; where there is one process only, it is always ours."""

    def __init__(
        self, store: Store, *, clock: Callable[[], datetime], sleep: Callable[[float], Awaitable[None]]
    ) -> None:
        self._store = store
        self._clock = clock
        self._sleep = sleep
        self._hurry = False

    def hurry(self) -> None:
        """A person has begun to wait for the turn that is being waited for, or the bot is to stop."""
        self._hurry = True

    @asynccontextmanager
    async def taken(self, found: Found, *, since: datetime, interactive: bool) -> AsyncIterator[datetime | None]:
        """Wait for the turn, and give when it began; None when another has meanwhile walked what is wanted.

        Nobody waits longer than a holder may take, though it be dead; a person waits a few seconds.
        """
        if not self._store.shared:
            yield None if await found(since) else self._clock()
            return
        self._hurry, waited = interactive, 0.0
        while True:
            turn = await self._store.claims.lease(WALK, holder="", now=self._clock(), ttl=HELD)
            # What is walked while we wait is as good as a walk of our own, as it is for all who wait in one process.
            since = min(since, turn.since)
            if await found(since):
                began = None
                break
            if isinstance(turn, Lease) or waited >= (PATIENCE if self._hurry else HELD.total_seconds()):
                began = turn.since if isinstance(turn, Lease) else self._clock()
                break
            await self._sleep(LOOK)
            waited += LOOK
        try:
            yield began
        finally:
            if not isinstance(turn, Held):
                await self._store.claims.release(turn)
