"""Pivotal's events, taken in and worked off: each is a hint at a record, which is then read again.

What an event says is not relied on, for events come late, twice and in any order:
https://docs.pivotal.app/webhooks/overview. What cannot be read now stays in the inbox and is tried again.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from math import inf

import structlog

from bot.domain.errors import Busy, MemoryAway
from bot.domain.records import Event
from bot.pivotal import AsyncPivotalApi, webhooks
from bot.pivotal.errors import InvalidRequest, NotFound, PivotalError
from bot.pivotal.events import AnyEvent, CustomerEvent, OnboardingEvent
from bot.services.portfolio import Portfolio
from bot.store import Store
from bot.store.inbox import FARTHEST

REMEMBER = timedelta(days=7)
"""How long an event's id is known: https://docs.pivotal.app/webhooks/overview asks for at least that."""
GATHER = timedelta(seconds=2)
"""All events of one record within this time are answered by one reading, beside the first."""
FIRST_RETRY, LAST_RETRY = timedelta(seconds=5), timedelta(minutes=10)
AT_ONCE = 4
"""Records read at the same time."""
BATCH = 200
"""Events looked at in one go."""
FEW = 20
"""Records that are read as fast as for people; of more, a burst, the reading leaves people their share of the rate."""
MOST_ARRIVALS = 2000
"""Deliveries that may wait to be written down; whoever comes then is told to come again."""
LIVELY = timedelta(hours=24)
"""Webhooks are relied on for so long after the last delivery."""

ONBOARDING, CUSTOMER = "onboarding", "customer"

log = structlog.get_logger()


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
        under_way: Callable[[str], Awaitable[bool]] | None = None,
    ) -> None:
        self._pivotal = pivotal
        self._store = store
        self._portfolio = portfolio
        self._secrets = secrets
        self._clock = clock
        self._under_way = under_way
        self._arrivals: list[tuple[Event, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None
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
        if event.livemode is False and self._pivotal.mode != "test":
            return
        record = _record(event)
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
        pivotal = self._pivotal if len(records) <= FEW else self._pivotal.in_background()
        for start in range(0, len(records), AT_ONCE):
            together = records[start : start + AT_ONCE]
            ends = await asyncio.gather(
                *(self._look(record, now, pivotal=pivotal) for record in together), return_exceptions=True
            )
            for record, error in zip(together, ends, strict=True):
                if isinstance(error, BaseException):
                    await self._stumbled(record, error, now)
        due_at = await self._store.inbox.next_due()
        return inf if due_at is None else (due_at - self._clock()).total_seconds()

    async def lively(self) -> bool:
        """Whether Pivotal has delivered lately, so that changes of phase and state need no walk to be seen."""
        now = self._clock()
        last = await self._store.inbox.last_received(now) if self._secrets else None
        return last is not None and now - last < LIVELY

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

    async def _look(self, record: str, now: datetime, *, pivotal: AsyncPivotalApi) -> None:
        events = await self._store.inbox.of(record)
        ids = [event.id for event in events]
        if await self._written(record) or not await self._store.claims.first_time(
            f"read:{record}", now=now, keep=GATHER
        ):
            await self._store.inbox.later(ids, due_at=now + GATHER)
            return
        try:
            known = await self._read(record, pivotal=pivotal)
        except PivotalError as error:
            await self._put_off(record, events, now, error=error, asked=timedelta(seconds=error.retry_after or 0))
        else:
            if known:
                await self._store.inbox.done(ids, now=self._clock())
            else:
                await self._store.inbox.later(ids, due_at=now + GATHER)

    async def _written(self, record: str) -> bool:
        """Whether this bot is changing the record: what the event tells is most likely that, and known in a moment."""
        kind, _, reference = record.partition(":")
        standing = self._portfolio.known(reference) if kind == ONBOARDING else None
        return bool(standing and self._under_way and await self._under_way(standing.onboarding.id))

    async def _stumbled(self, record: str, error: BaseException, now: datetime) -> None:
        """A mistake of ours over one record holds up no other: it is logged, and the record tried again later.

        Without a memory nothing can be put off: what is due now stays due, as `Chore` says.
        """
        if isinstance(error, MemoryAway) or not isinstance(error, Exception):
            raise error
        log.error("event not worked off", record=record, exc_info=error)
        await self._put_off(record, await self._store.inbox.of(record), now, error=error)

    async def _put_off(
        self, record: str, events: Sequence[Event], now: datetime, *, error: Exception, asked: timedelta = timedelta()
    ) -> None:
        """Try again after longer and longer waits; what failed for a week is given up, for walks have seen it since."""
        hopeless = isinstance(error, InvalidRequest)
        given_up = {event.id for event in events if hopeless or now - event.received_at >= REMEMBER}
        if given_up:
            log.warning("event given up", record=record, error=type(error).__name__)
            await self._store.inbox.done(given_up, now=now)
        attempts = max((event.attempts for event in events), default=0)
        wait = min(FIRST_RETRY * 2 ** min(attempts, 10), LAST_RETRY)
        later = [event.id for event in events if event.id not in given_up]
        await self._store.inbox.later(later, due_at=now + min(max(wait, asked), FARTHEST), failed=True)

    async def _read(self, record: str, *, pivotal: AsyncPivotalApi) -> bool:
        """Read a record again; False when the bot has begun to change it meanwhile, so that it is to be read later."""
        kind, _, reference = record.partition(":")
        if kind == CUSTOMER:
            # One that is gone leaves the portfolio with the next walk of customers.
            with suppress(NotFound):
                await self._portfolio.meet(await pivotal.customers.get(reference))
            return True
        try:
            onboarding = await pivotal.onboardings.get(reference)
        except NotFound:
            await self._portfolio.remove(reference)
            return True
        if not await self._portfolio.see(onboarding, source="webhook"):
            return False
        await self._portfolio.standing(onboarding)
        return True


def _record(event: AnyEvent) -> str:
    """What an event says to look at: onboardings and customers; nothing is kept of contacts and tasks."""
    if not isinstance(event, OnboardingEvent | CustomerEvent):
        return ""
    told = event.data.object
    kind = ONBOARDING if isinstance(event, OnboardingEvent) else CUSTOMER
    # An event's id may differ from that of the API; its number never does.
    reference = str(told.display_id or told.id).strip()
    return f"{kind}:{reference}" if reference.strip(".") else ""
