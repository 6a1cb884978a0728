"""The portfolio: the newest known version of every onboarding, shared by all who ask; nothing else walks lists."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.errors import UpstreamError
from bot.domain.history import changes
from bot.domain.phases import Phases
from bot.domain.records import Observation, Snapshot, Standing
from bot.pivotal import AsyncPivotalApi
from bot.pivotal.errors import AuthenticationFailed, PivotalError, RateLimited
from bot.pivotal.models import CustomerRow, OnboardingRow
from bot.services import walks
from bot.services.memory import Memory
from bot.store import Store, Walked

WHOLE_WALK = timedelta(days=1)
"""At least this often everything is walked: deletions among closed onboardings show in no other way."""

CUSTOMERS = timedelta(hours=6)
"""Customers change seldom: they are walked this often, or when one turns up that nobody knows."""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """One attempt to refresh the portfolio, for logs, figures and whoever follows changes."""

    started_at: datetime
    whole: bool = False
    onboardings: int = 0
    customers: int | None = None
    """How many, when they were walked."""
    observations: tuple[Observation, ...] = ()
    error: PivotalError | None = None


@dataclass(frozen=True, slots=True)
class Sight:
    """What became known at one moment: changes seen, and onboardings found to be gone, as they stood last."""

    changes: tuple[Observation, ...] = ()
    gone: tuple[Standing, ...] = ()
    by: str = ""
    """Slack user id of who made the changes through this bot."""


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
    ) -> None:
        self._pivotal = pivotal
        self._store = store
        self._clock = clock
        self._phases = phases
        self._reporter = reporter
        self._memory = Memory()
        self._newest = 0
        self._walked: Walked | None = None
        self._meanwhile: dict[str, OnboardingRow | None] = {}
        self._nameless: frozenset[str] = frozenset()
        self._writing = asyncio.Lock()
        self._flight: asyncio.Task[UpstreamError | None] | None = None
        self._watchers: list[Callable[[Sight], None]] = []
        self.trouble: UpstreamError | None = None
        """Why the last refresh failed, or None when it did not."""

    def watch(self, watcher: Callable[[Sight], None]) -> None:
        """Have `watcher` told of every change this process is the first to see, however it came to see it."""
        self._watchers.append(watcher)

    @property
    def current(self) -> Snapshot | None:
        """What is in memory, without asking anybody; None before the first walk."""
        return self._memory.snapshot(self._walked.as_of) if self._walked else None

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
        if known is None or self._walked is None:
            return None
        return replace(known, as_of=self._walked.as_of, trouble=_in_words(error, now=self._clock()).message)

    async def load(self) -> None:
        """Take up what the store remembers: done once, before anybody asks."""
        async with self._writing:
            walked = await self._store.snapshot.walked()
            rows, customers, _ = await self._store.snapshot.load()
            await self._learn()
            self._memory.hold(rows, customers=customers, met=await self._store.snapshot.met())
            self._walked = walked

    async def relearn(self) -> None:
        """Read the observed history anew: the store has forgotten what was too old."""
        async with self._writing:
            self._newest, found = await self._store.observations.after(0)
            self._memory.unlearn()
            self._memory.learn(found)
            self._memory.hold(self._memory.rows().values(), met={})

    async def snapshot(self, max_age: timedelta, *, interactive: bool = False) -> Snapshot:
        """The portfolio, walked at most `max_age` ago; all who ask during one walk share it.

        With `interactive` a person waits, and the walk may use what is reserved for people. When Pivotal does not
        answer, the last snapshot comes back as stale and `trouble` says why; UpstreamError when there is none.
        """
        current = self.current
        if current and self._clock() - current.as_of <= max_age:
            return current
        if self._flight is None or self._flight.done():
            self._flight = asyncio.create_task(self._refresh(max_age, interactive=interactive))
        # One impatient caller does not end the walk that others wait for.
        trouble = await asyncio.shield(self._flight)
        current = self.current
        if current is None:
            raise trouble or UpstreamError("Pivotal is not answering.")
        return replace(current, stale=True, trouble=trouble.message) if trouble else current

    async def put(self, onboarding: OnboardingRow, source: str = "us", *, by: str = "") -> None:
        """Take in a record just written (`us`, `by` a person) or read (`poll`, `webhook`).

        It is newer than any walk under way.
        """
        row = walks.slim(onboarding)
        async with self._writing:
            self._meanwhile[row.id] = row
            now = self._clock()
            known = self._memory.standings.get(row.id)
            found = await self._store.snapshot.put(row, now=now, source=source)
            # What is new to this memory another replica may have seen before.
            if found or known is None or changes(known.onboarding, row, seen_at=now, source=source):
                await self._learn()
            self._memory.place(row, met_at=now)
        self._tell(Sight(tuple(found), by=by))

    async def meet(self, customer: CustomerRow) -> None:
        """Take in a customer just read."""
        row = walks.slim_customer(customer)
        await self._store.snapshot.put_customer(row)
        self._memory.meet(row)

    async def remove(self, reference: str) -> None:
        """Forget an onboarding, by id or display id, that Pivotal says is gone; what was observed of it stays."""
        standing = self._memory.known(reference)
        onboarding_id = standing.onboarding.id if standing else reference
        async with self._writing:
            self._meanwhile[onboarding_id] = None
            await self._store.snapshot.remove(onboarding_id)
            self._memory.drop(onboarding_id)
        self._tell(Sight(gone=(standing,) if standing else ()))

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
        """End a walk that is under way."""
        if self._flight is not None:
            self._flight.cancel()
            await asyncio.gather(self._flight, return_exceptions=True)

    async def _refresh(self, max_age: timedelta, *, interactive: bool) -> UpstreamError | None:
        now = self._clock()
        self._meanwhile = {}
        if await self._another_walked(since=now - max_age):
            return None
        pivotal = self._pivotal if interactive else self._pivotal.in_background()
        try:
            report = await self._walk(pivotal, now)
        except PivotalError as error:
            self.trouble = _in_words(error, now=now)
            report = Refreshed(now, error=error)
        else:
            self.trouble = None
        if self._reporter:
            self._reporter(report)
        return self.trouble

    async def _another_walked(self, *, since: datetime) -> bool:
        """Take over what another replica has walked; say whether that is new enough."""
        walked = await self._store.snapshot.walked()
        if walked is None or walked == self._walked:
            return False
        await self.load()
        return walked.as_of >= since

    async def _walk(self, pivotal: AsyncPivotalApi, now: datetime) -> Refreshed:
        walked = self._walked or Walked(as_of=now)
        whole = walked.full_at is None or now - walked.full_at >= WHOLE_WALK
        seen = await walks.onboardings(pivotal, self._memory.rows(), phases=self._phases, whole=whole)
        nameless = frozenset(row.customer_id for row in seen.rows.values()) - self._memory.customers.keys()
        late = walked.customers_at is None or now - walked.customers_at >= CUSTOMERS
        customers = None
        if late or nameless - self._nameless:
            customers = await walks.customers(pivotal)
            # A customer that no list has, such as a deleted one, is not looked for again and again.
            self._nameless = nameless - customers.keys()
        async with self._writing:
            before = self._memory.standings
            observations = await self._keep(seen, customers, now=now)
            gone = tuple(one for key, one in before.items() if key not in self._memory.standings)
        self._tell(Sight(tuple(observations), gone))
        count = None if customers is None else len(customers)
        return Refreshed(now, seen.gone is None, len(seen.rows), count, tuple(observations))

    async def _keep(
        self, seen: walks.Seen, customers: dict[str, CustomerRow] | None, *, now: datetime
    ) -> list[Observation]:
        """Store what a walk begun at `now` saw, save what was put or removed meanwhile, and hold the same in memory."""
        seen = seen.corrected(self._meanwhile)
        observations = await self._store.snapshot.refresh(
            seen.rows.values(),
            None if customers is None else customers.values(),
            started_at=now,
            as_of=now,
            source="poll",
            gone=seen.gone,
        )
        rows = seen.applied_to(self._memory.rows())
        rows |= {row.id: row for row in await self._store.snapshot.put_since(now)}
        self._walked = await self._store.snapshot.walked()
        await self._learn()
        self._memory.hold(rows.values(), customers=customers, met=dict.fromkeys(rows, now))
        return observations

    def _tell(self, sight: Sight) -> None:
        if sight.changes or sight.gone:
            for watcher in self._watchers:
                watcher(sight)

    async def _learn(self) -> None:
        """Take in what was observed since the last time, by whichever replica."""
        self._newest, found = await self._store.observations.after(self._newest)
        self._memory.learn(found)


def _in_words(error: PivotalError, *, now: datetime) -> UpstreamError:
    """Say to a person why Pivotal's lists could not be read."""
    retry_at = None if error.retry_after is None else now + timedelta(seconds=error.retry_after)
    if isinstance(error, AuthenticationFailed):
        words, hint = "Pivotal does not accept the bot’s key.", "An admin of this bot must check its key."
    elif isinstance(error, RateLimited):
        words, hint = "Pivotal is busy.", ""
    else:
        words, hint = "Pivotal is not answering.", ""
    trouble = UpstreamError(words, hint=hint, retry_at=retry_at)
    trouble.__cause__ = error
    return trouble
