"""Pivotal's events, taken in and worked off: each is a hint at a record, which is then read again.

What an event says is not relied on, for events come late, twice and in any order:
https://docs.pivotal.app/webhooks/overview. What cannot be read now stays in the inbox and is tried again.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from math import inf

from bot.domain.errors import Busy
from bot.domain.records import Event
from bot.pivotal import AsyncPivotalApi, webhooks
from bot.pivotal.errors import NotFound, PivotalError
from bot.pivotal.events import AnyEvent, CustomerEvent, OnboardingEvent
from bot.services.portfolio import Portfolio
from bot.store import Store

REMEMBER = timedelta(days=7)
"""How long an event's id is known: https://docs.pivotal.app/webhooks/overview asks for at least that."""
GATHER = timedelta(seconds=2)
"""All events of one record within this time are answered by one reading, beside the first."""
FIRST_RETRY, LAST_RETRY = timedelta(seconds=5), timedelta(minutes=10)
AT_ONCE = 4
"""Records read at the same time."""
BATCH = 200
"""Events looked at in one go."""
MOST_ARRIVALS = 2000
"""Deliveries that may wait to be written down; whoever comes then is told to come again."""
LIVELY = timedelta(hours=24)
"""Webhooks are relied on for so long after the last delivery."""

ONBOARDING, CUSTOMER = "onboarding", "customer"


class Events:
    """The inbox of Pivotal's events, which one of `secrets` has signed."""

    def __init__(
        self,
        pivotal: AsyncPivotalApi,
        store: Store,
        portfolio: Portfolio,
        *,
        secrets: tuple[str, ...],
        clock: Callable[[], datetime],
    ) -> None:
        self._pivotal = pivotal
        self._store = store
        self._portfolio = portfolio
        self._secrets = secrets
        self._clock = clock
        self._arrivals: list[tuple[Event, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None
        self._swept: datetime | None = None
        self.counted: Counter[str] = Counter()
        """Genuine deliveries since the start, by type; those of no known type as `unknown`."""
        self.arrived = asyncio.Event()
        """Set when there is something new to work off."""

    async def receive(self, body: bytes, headers: Mapping[str, str]) -> None:
        """Take one delivery in: on return it is written down, and no restart loses it.

        Raises InvalidSignature and InvalidEvent, and Busy when too many come at once.
        """
        now = self._clock()
        event = webhooks.parse(body, headers, self._secrets, now=now)
        kind = type(event).__name__
        self.counted["unknown" if kind == "UnknownEvent" else event.type] += 1
        record = _record(event)
        if event.livemode is False and self._pivotal.mode != "test":
            record = ""
        if len(self._arrivals) >= MOST_ARRIVALS:
            raise Busy("Too many deliveries at once.", hint="Deliver it again in a minute.")
        done = None if record else now
        await self._keep(Event(event.id, event.type[:100], record, received_at=now, due_at=now, done_at=done))
        if record:
            self.arrived.set()

    async def work_off(self) -> float:
        """Read every record again that an event due now names; the portfolio tells of what has changed.

        Gives the seconds until there is more to do.
        """
        now = self._clock()
        due = await self._store.inbox.due(now, limit=BATCH)
        records = list(dict.fromkeys(event.record for event in due))
        for start in range(0, len(records), AT_ONCE):
            await asyncio.gather(*(self._look(record, now) for record in records[start : start + AT_ONCE]))
        if self._swept is None or now - self._swept > timedelta(hours=1):
            self._swept = now
            await self._store.inbox.sweep(now - REMEMBER)
        due_at = await self._store.inbox.next_due()
        return inf if due_at is None else (due_at - self._clock()).total_seconds()

    async def lively(self) -> bool:
        """Whether Pivotal has delivered lately, so that changes of phase and state need no walk to be seen."""
        last = await self._store.inbox.last_received() if self._secrets else None
        return last is not None and self._clock() - last < LIVELY

    async def _keep(self, event: Event) -> None:
        """Write an event down, together with whatever else has come by then: a burst costs few transactions."""
        written = asyncio.get_running_loop().create_future()
        self._arrivals.append((event, written))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        await written

    async def _write(self) -> None:
        while self._arrivals:
            arrivals, self._arrivals = self._arrivals, []
            try:
                await self._store.inbox.add(event for event, _ in arrivals)
            except BaseException as error:
                for _, written in arrivals:
                    if not written.done():
                        written.set_exception(error if isinstance(error, Exception) else Busy("Shutting down."))
                if not isinstance(error, Exception):
                    raise
            else:
                for _, written in arrivals:
                    if not written.done():
                        written.set_result(None)

    async def _look(self, record: str, now: datetime) -> None:
        events = await self._store.inbox.of(record, now=now)
        ids = [event.id for event in events]
        if not await self._store.claims.first_time(f"read:{record}", now=now, keep=GATHER):
            await self._store.inbox.later(ids, due_at=now + GATHER)
            return
        try:
            await self._read(record)
        except PivotalError as error:
            attempts = max((event.attempts for event in events), default=0)
            wait = min(FIRST_RETRY * 2 ** min(attempts, 10), LAST_RETRY)
            asked = timedelta(seconds=error.retry_after or 0)
            await self._store.inbox.later(ids, due_at=now + max(wait, asked), failed=True)
        else:
            await self._store.inbox.done(ids, now=self._clock())

    async def _read(self, record: str) -> None:
        kind, _, reference = record.partition(":")
        if kind == CUSTOMER:
            await self._portfolio.meet(await self._pivotal.customers.get(reference))
            return
        try:
            onboarding = await self._pivotal.onboardings.get(reference)
        except NotFound:
            await self._portfolio.remove(reference)
            return
        await self._portfolio.put(onboarding, source="webhook")
        await self._portfolio.standing(onboarding)


def _record(event: AnyEvent) -> str:
    """What an event says to look at: onboardings and customers; nothing is kept of contacts and tasks."""
    if not isinstance(event, OnboardingEvent | CustomerEvent):
        return ""
    told = event.data.object
    kind = ONBOARDING if isinstance(event, OnboardingEvent) else CUSTOMER
    # An event's id may differ from that of the API; its number never does.
    return f"{kind}:{told.display_id or told.id}"
