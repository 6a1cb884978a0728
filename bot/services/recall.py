"""Takes what is stored into memory: everything at the start, and later what other replicas have stored since."""

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.services.memory import Memory
from bot.store import Store, Walked

OVERLAP = timedelta(minutes=1)
"""So much is looked at twice: the clocks of replicas differ, and a row is seen some time after it was stamped."""


class Recall:
    """What the memory knows of the store; whoever calls sees to it that nobody else changes the memory meanwhile."""

    def __init__(self, store: Store, memory: Memory, *, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._memory = memory
        self._clock = clock
        self._newest = 0
        self._looked: datetime | None = None
        self.walked: Walked | None = None
        """The newest walk that is in memory, by whichever replica."""

    async def everything(self) -> None:
        """Hold what the store holds."""
        looked, walked = self._clock(), await self._store.snapshot.walked()
        rows, customers, _ = await self._store.snapshot.load()
        await self.learn()
        self._memory.hold(rows, customers=customers, met=(await self._store.snapshot.met()).get)
        self._looked, self.walked = looked, walked

    async def learn(self) -> set[str]:
        """Take in what was observed since the last time, by whichever replica; gives of which onboardings."""
        self._newest, found = await self._store.observations.after(self._newest)
        self._memory.learn(found)
        return {one.onboarding_id for one in found}

    async def relearn(self) -> None:
        """Read the observed history anew."""
        self._newest, found = await self._store.observations.after(0)
        self._memory.unlearn()
        self._memory.learn(found)
        self._memory.hold(self._memory.rows().values())

    async def newer(self) -> None:
        """Take up what other replicas have stored since the last time: little to read where that is nothing."""
        looked, walked = self._clock(), await self._store.snapshot.walked()
        if walked is None or self.walked is None or self._looked is None:
            if walked != self.walked:
                await self.everything()
            return
        if walked.customers_at != self.walked.customers_at:
            await self.everything()
            return
        # A walk stamps its rows with the moment it began.
        await self._place(since=min(self._looked, walked.as_of) - OVERLAP, met_at=looked)
        if await self._store.snapshot.count() != len(self._memory.standings):
            await self.everything()
            return
        self._looked, self.walked = looked, walked

    async def _place(self, *, since: datetime, met_at: datetime) -> None:
        rows, held = await self._store.snapshot.put_since(since), self._memory.standings
        fresh = {row.id: row for row in rows if row.id not in held or held[row.id].onboarding != row}
        fresh |= {key: held[key].onboarding for key in await self.learn() if key in held and key not in fresh}
        nameless = {one.customer_id for one in (*fresh.values(), *self._memory.rows().values())}
        nameless -= self._memory.customers.keys()
        for customer in await self._store.snapshot.customers_of(nameless) if nameless else ():
            self._memory.meet(customer)
        for row in fresh.values():
            self._memory.place(row, met_at=met_at)
