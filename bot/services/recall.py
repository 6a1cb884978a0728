"""Takes what is stored into memory: everything at the start, and later what other replicas have stored since."""

from collections.abc import Callable
from datetime import datetime

from bot.services.memory import Memory
from bot.store import Store, Walked


class Recall:
    """What the memory knows of the store; whoever calls sees to it that nobody else changes the memory meanwhile."""

    def __init__(self, store: Store, memory: Memory, *, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._memory = memory
        self._clock = clock
        self._written = 0
        self._seen = 0
        self.walked: Walked | None = None
        """The newest walk that is in memory, by whichever replica."""

    async def everything(self) -> None:
        """Hold what the store holds."""
        # Whatever is stored while this is read is taken up the next time.
        written, walked = await self._store.snapshot.newest(), await self._store.snapshot.walked()
        rows, customers, _ = await self._store.snapshot.load()
        await self.learn()
        self._memory.hold(rows, customers=customers, met=(await self._store.snapshot.met()).get)
        self._written, self.walked = written, walked

    async def learn(self) -> set[str]:
        """Take in what was observed since the last time, by whichever replica; gives of which onboardings."""
        self._seen, found = await self._store.observations.after(self._seen)
        self._memory.learn(found)
        return {one.onboarding_id for one in found}

    async def relearn(self) -> None:
        """Read the observed history anew."""
        self._seen, found = await self._store.observations.after(0)
        self._memory.unlearn()
        self._memory.learn(found)
        self._memory.hold(self._memory.rows().values())

    async def newer(self) -> None:
        """Take up what other replicas have stored since the last time: little to read where that is nothing."""
        walked = await self._store.snapshot.walked()
        if walked is None or self.walked is None:
            if walked != self.walked:
                await self.everything()
            return
        if walked.customers_at != self.walked.customers_at:
            await self.everything()
            return
        await self._place()
        if await self._store.snapshot.count() != len(self._memory.standings):
            await self.everything()
            return
        self.walked = walked

    async def _place(self) -> None:
        now, held = self._clock(), self._memory.standings
        written, rows, customers = await self._store.snapshot.after(self._written)
        fresh = {row.id: row for row in rows if row.id not in held or held[row.id].onboarding != row}
        fresh |= {key: held[key].onboarding for key in await self.learn() if key in held and key not in fresh}
        for customer in customers:
            if self._memory.customers.get(customer.id) != customer:
                self._memory.meet(customer)
        for row in fresh.values():
            self._memory.place(row, met_at=now)
        self._written = written
