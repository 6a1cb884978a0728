"""The portfolio: the newest known version of every onboarding, shared by all who ask; nothing else walks lists."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.domain.errors import UpstreamError
from bot.domain.history import changes
from bot.domain.phases import Phases
from bot.domain.records import Snapshot, Standing
from bot.pivotal import AsyncPivotalApi
from bot.pivotal.errors import PivotalError
from bot.pivotal.models import CustomerRow, OnboardingRow
from bot.services import walks
from bot.services.memory import Memory
from bot.services.recall import Recall
from bot.services.refreshing import Refreshed, Refreshing, Sight, in_words, own_channels
from bot.services.shared import shared
from bot.services.turns import CUSTOMERS, WALK, Turns
from bot.store import Store, Walked

REFUSED = "customers:refused"
"""The key of the mark of when a replica could not walk the customers."""
TRIED = timedelta(minutes=1)
"""After a walk of the customers that failed, none is tried for so long."""

KEEP_UP = 5.0
"""Seconds between two looks at what other replicas have stored."""

log = structlog.get_logger()


class Portfolio:
    """The snapshot in memory and in the store, refreshed when somebody needs a newer one.

    `clock` gives aware UTC; `reporter` is told of every refresh.
    """

    def __init__(
        self,
        pivotal: AsyncPivotalApi,
        store: Store,
        *,
        clock: Callable[[], datetime],
        phases: Phases,
        reporter: Callable[[Refreshed], None] | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._pivotal = pivotal
        self._store = store
        self._clock = clock
        self._reporter = reporter
        self._memory = Memory()
        self._recall = Recall(store, self._memory, clock=clock)
        self._turns = Turns(store, WALK, clock=clock, sleep=sleep)
        self._customers_turns = Turns(store, CUSTOMERS, clock=clock, sleep=sleep)
        self._writing = asyncio.Lock()
        self._refreshing = Refreshing(
            pivotal, store, self._memory, self._recall, phases=phases, writing=self._writing, tell=self._tell
        )
        self._flight: asyncio.Task[UpstreamError | None] | None = None
        self._asking: asyncio.Task[UpstreamError | None] | None = None
        self._refused: tuple[datetime, UpstreamError] | None = None
        self._met_at: datetime | None = None
        self._watchers: list[Callable[[Sight], None]] = []
        self._under_way: Callable[[str], Awaitable[bool]] | None = None
        self.trouble: UpstreamError | None = None
        """Why the last refresh failed, or None when it did not."""

    def watch(self, watcher: Callable[[Sight], None]) -> None:
        """Have `watcher` told of every change this process is the first to see, however it came to see it."""
        self._watchers.append(watcher)

    def defer_to(self, under_way: Callable[[str], Awaitable[bool]]) -> None:
        """Have it asked whether the bot is changing a record, by id, before what was read of it is taken in."""
        self._under_way = under_way

    @property
    def current(self) -> Snapshot | None:
        """What is in memory, without asking anybody; None before the first walk."""
        return self._memory.snapshot(self._recall.walked.as_of) if self._recall.walked else None

    @property
    def walked_at(self) -> datetime | None:
        """When Pivotal's lists were last walked, here or by another replica."""
        return self._recall.walked.as_of if self._recall.walked else None

    @property
    def medians(self) -> Mapping[str, float]:
        """Days onboardings usually stay in a phase, where enough stays were observed."""
        return self._memory.medians

    def known(self, reference: str) -> Standing | None:
        """The newest known standing of one onboarding, by id or display id, without asking anybody."""
        return self._memory.known(reference)

    def remembered(self, reference: str, error: PivotalError) -> Standing | None:
        """One onboarding as last known, saying why it could not be read afresh; None when nothing is known of it."""
        known = self._memory.known(reference)
        if known is None or self._recall.walked is None:
            return None
        return replace(known, as_of=self._recall.walked.as_of, trouble=in_words(error, now=self._clock()).message)

    async def load(self) -> None:
        """Take up what the store remembers: done once, before anybody asks."""
        async with self._writing:
            await self._recall.everything()

    async def relearn(self) -> None:
        """Read the observed history anew: the store has forgotten what was too old."""
        async with self._writing:
            await self._recall.relearn()

    async def keep_up(self) -> float:
        """Take up what other replicas have stored since the last time; gives the seconds until the next look."""
        if self._store.shared:
            async with self._writing:
                await self._recall.newer()
        return KEEP_UP

    async def newest(self, reference: str) -> Standing | None:
        """The newest known standing of one onboarding, whichever replica came to know it; Pivotal is not asked."""
        await self.keep_up()
        return self.known(reference)

    async def snapshot(self, max_age: timedelta, *, interactive: bool = False) -> Snapshot:
        """The portfolio, walked at most `max_age` ago; all who ask during one walk share it.

        With `interactive` a person waits, and the walk may use what is reserved for people. When Pivotal does not
        answer, or another replica's walk takes longer than a person waits, the last snapshot comes back as stale and
        `trouble` says why. UpstreamError when there is none.
        """
        await self.keep_up()
        current = self.current
        if current and abs(self._clock() - current.as_of) <= max_age:
            return current
        if self._flight is None or self._flight.done():
            self._flight = shared(self._refresh(max_age, interactive=interactive))
        if interactive and current and not await self._turns.near(self._flight):
            self.trouble = UpstreamError("Pivotal’s lists are still being read.", hint="Try again in a minute.")
            return replace(self.current or current, stale=True, trouble=self.trouble.message)
        # One impatient caller does not end the walk that others wait for.
        trouble = await asyncio.shield(self._flight)
        current = self.current
        if current is None:
            raise trouble or UpstreamError("Pivotal is not answering.")
        return replace(current, stale=True, trouble=trouble.message) if trouble else current

    async def customers(self, max_age: timedelta, *, at_most: timedelta) -> Mapping[str, CustomerRow]:
        """The customers, walked at most `max_age` ago; with Pivotal away, `at_most` ago. All who ask share the walk.

        Raises UpstreamError when nobody knows them as well as that.
        """
        if self._recall.walked is None:
            await self.snapshot(max_age, interactive=True)
        await self.keep_up()
        if not self._met_within(max_age):
            if self._asking is None or self._asking.done():
                self._asking = shared(self._ask_for_customers(max_age))
            trouble = await asyncio.shield(self._asking)
            if trouble and not self._met_within(at_most):
                raise trouble
        return self._memory.customers

    def _met_within(self, age: timedelta) -> bool:
        """Whether the customers are as new as that; by our own clock too, for another's may be wrong."""
        at = self._recall.walked.customers_at if self._recall.walked else None
        return any(one is not None and abs(self._clock() - one) <= age for one in (at, self._met_at))

    async def _ask_for_customers(self, max_age: timedelta) -> UpstreamError | None:
        """Walk the customers alone, unless another replica does; gives why that could not be done."""
        now = self._clock()
        if self._refused and abs(now - self._refused[0]) < TRIED:
            return self._refused[1]
        found = partial(self._met_since, besides=self._recall.walked)
        async with self._customers_turns.taken(found, since=now - max_age) as began:
            try:
                if began is not None:
                    await self._refreshing.customers(began)
                elif await self._refused_elsewhere():
                    return UpstreamError("Pivotal is not answering.", hint="Try again in a minute.")
            except PivotalError as error:
                log.warning("customers not walked", error=type(error).__name__, why=str(error))
                self._refused = (now, in_words(error, now=now))
                await self._store.claims.mark(REFUSED, now=now)
                return self._refused[1]
        self._refused, self._met_at = None, self._clock()
        return None

    async def _refused_elsewhere(self) -> bool:
        """Whether another replica has just tried in vain: then nobody tries after it, one by one."""
        tried = await self._store.claims.marked(REFUSED) if self._store.shared else None
        return tried is not None and abs(self._clock() - tried) < TRIED

    async def _met_since(self, instant: datetime, *, besides: Walked | None) -> bool:
        """Take up what other replicas have walked; say whether that was the customers too, at `instant` or later.

        True as well when another has tried in vain.
        """
        await self.keep_up()
        walked, known = self._recall.walked, besides and besides.customers_at
        if walked and walked.customers_at and walked.customers_at != known and walked.customers_at >= instant:
            return True
        return await self._refused_elsewhere()

    async def put(self, onboarding: OnboardingRow, source: str = "us", *, by: str = "") -> None:
        """Take in a record just written (`us`, `by` a person) or read (`poll`, `webhook`).

        It is newer than any walk under way.
        """
        async with self._writing:
            now = self._clock()
            row, found = await self._store.snapshot.put(walks.slim(onboarding), now=now, source=source)
            known = self._memory.standings.get(row.id)
            # What is new to this memory another replica may have seen before.
            if found or known is None or changes(known.onboarding, row, seen_at=now, source=source):
                await self._recall.learn()
            self._memory.place(row, met_at=now)
        self._tell(Sight(tuple(found), by=by))

    async def see(self, onboarding: OnboardingRow, source: str) -> bool:
        """Take in a record just read, but not while this bot is changing it: then False.

        What was read may be the bot's own work already, and whoever writes notes that as such in a moment.
        """
        if self._under_way and await self._under_way(onboarding.id):
            return False
        await self.put(onboarding, source=source)
        return True

    async def meet(self, customer: CustomerRow) -> None:
        """Take in a customer just read: this is newer than any walk under way."""
        row = walks.slim_customer(customer)
        async with self._writing:
            await self._store.snapshot.put_customer(row)
            before = own_channels(self._memory.customers)
            self._memory.meet(row)
        self._tell(Sight(channels=own_channels({row.id: row}) - before))

    async def remove(self, reference: str) -> None:
        """Forget an onboarding, by id or display id, that Pivotal says is gone; what was observed of it stays."""
        standing = await self.newest(reference)
        onboarding_id = standing.onboarding.id if standing else reference
        async with self._writing:
            first = await self._store.snapshot.remove(onboarding_id, now=self._clock())
            self._memory.drop(onboarding_id)
        self._tell(Sight(gone=(standing,) if standing and first else ()))

    async def standing(self, onboarding: OnboardingRow) -> Standing:
        """One record with its observed history and its customer, who is asked for when new.

        Without an answer the customer stays open: a card is worth showing all the same.
        """
        if onboarding.customer_id not in self._memory.customers:
            try:
                customer = await self._pivotal.customers.get(onboarding.customer_id)
            except PivotalError:
                return self._memory.standing(walks.slim(onboarding))
            await self.meet(customer)
        return self._memory.standing(walks.slim(onboarding))

    async def close(self) -> None:
        """End the walks that are under way."""
        walking = [task for task in (self._flight, self._asking) if task is not None]
        for task in walking:
            task.cancel()
        await asyncio.gather(*walking, return_exceptions=True)

    async def _refresh(self, max_age: timedelta, *, interactive: bool) -> UpstreamError | None:
        since = self._clock() - max_age
        found = partial(self._walked_since, besides=self._recall.walked)
        async with self._turns.taken(found, since=since) as now:
            if now is None:
                self.trouble = None
                return None
            try:
                report = await self._refreshing.everything(now, interactive=interactive)
            except PivotalError as error:
                self.trouble = in_words(error, now=now)
                log.warning("walk failed", error=type(error).__name__, why=str(error))
                report = Refreshed(now, error=error)
            else:
                self.trouble = None
                log.info("walked", onboardings=report.onboardings, changes=len(report.observations))
        if self._reporter:
            self._reporter(report)
        return self.trouble

    async def _walked_since(self, instant: datetime, *, besides: Walked | None) -> bool:
        """Take up what other replicas have walked, if they have; say whether that was at `instant` or later."""
        if await self._store.snapshot.walked() == besides:
            return False
        async with self._writing:
            await self._recall.newer()
        walked = self._recall.walked
        return walked is not None and walked != besides and walked.as_of >= instant

    def _tell(self, sight: Sight) -> None:
        if sight.changes or sight.gone or sight.channels:
            for watcher in self._watchers:
                watcher(sight)
