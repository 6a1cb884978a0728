"""Outgoing webhooks: endpoints, events, and deliveries with Pivotal's retries. Misbehaves on wish, as networks do.

After https://docs.pivotal.app/webhooks/overview and https://docs.pivotal.app/webhooks/retries. Times go by the world's
clock; signatures are stamped at each attempt.
"""

import asyncio
import contextlib
import heapq
import json
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import aiohttp

from bot.sandbox.pivotal import events, signing
from bot.sandbox.pivotal.events import Event
from bot.sandbox.pivotal.kinds import stamp
from bot.sandbox.pivotal.table import Record
from bot.sandbox.pivotal.world import Change, World
from bot.sandbox.seed.ids import cuid

DELAYS = tuple(timedelta(seconds=seconds) for seconds in (5, 300, 1_800, 7_200, 18_000, 36_000))
"""How long after the previous attempt the 2nd to the 7th follow."""
LAST = timedelta(hours=24)
"""How long after the first attempt the 8th and last follows."""
ROTATION = timedelta(hours=24)
"""How long a former secret still signs."""
TOO_MANY = 100
"""Failures in a row after which an endpoint is disabled."""
GLANCE = 0.25
"""Seconds between two looks at a clock that may be moved by hand."""


@dataclass
class Endpoint:
    """Somebody who wants events. Live endpoints get live events only, test ones test events only."""

    url: str
    secrets: list[tuple[str, datetime | None]]
    """Each with the moment until which it signs; None: for good."""
    types: frozenset[str] | None
    test_mode: bool
    failures: int = 0
    """In a row."""

    @property
    def secret(self) -> str:
        """The present signing secret."""
        return self.secrets[-1][0]

    @property
    def disabled(self) -> bool:
        """Whether it has failed too often in a row."""
        return self.failures >= TOO_MANY

    def wants(self, event: Event) -> bool:
        """Whether an event goes there."""
        return event.live != self.test_mode and (self.types is None or event.type in self.types)

    def signing(self, now: datetime) -> list[str]:
        """The secrets that sign at this moment, the newest first."""
        return [secret for secret, until in reversed(self.secrets) if until is None or now < until]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt and what came of it; `status` is None when nobody answered."""

    at: datetime
    endpoint: str
    message_id: str
    event_id: str
    type: str
    attempt: int
    status: int | None


@dataclass(order=True)
class _Attempt:
    due: datetime
    place: int
    endpoint: Endpoint = field(compare=False)
    event: Event = field(compare=False)
    body: bytes = field(compare=False)
    message_id: str = field(compare=False)
    first: datetime = field(compare=False)
    number: int = field(compare=False, default=1)


class Webhooks:
    """The webhook side of the workspace.

    `time_scale` shrinks the waits between attempts (0.001: five seconds become five milliseconds); `duplicates` is how
    many copies of each delivery follow it; `patience` is how many seconds an endpoint has to answer;
    `parallel` is how many deliveries are under way at once, whose order is then nobody's.
    """

    def __init__(self, world: World) -> None:
        self.time_scale = 1.0
        self.duplicates = 0
        self.patience = 10.0
        self.parallel = 20
        self.endpoints: list[Endpoint] = []
        self.events: list[Event] = []
        self.deliveries: list[Delivery] = []
        self._world = world
        self._queue: list[_Attempt] = []
        self._held: list[_Attempt] | None = None
        self._counted = 0
        self._wake, self._turn = asyncio.Event(), asyncio.Lock()
        self._session: aiohttp.ClientSession | None = None
        self._task: asyncio.Task[None] | None = None
        world.on_change.append(self._changed)

    # Endpoints

    def add(
        self, url: str, *, secret: str | None = None, types: frozenset[str] | None = None, test_mode: bool = False
    ) -> Endpoint:
        """Register an endpoint, as an admin does under Developer > Webhooks. It gets what happens from now on."""
        secret = secret or signing.new_secret(len(self.endpoints) + 1)
        endpoint = Endpoint(url, [(secret, None)], types, test_mode)
        self.endpoints.append(endpoint)
        if self._world.switches.ping_on_add:
            self._send(self._event("webhook.ping", {}, None, live=not test_mode), [endpoint])
        return endpoint

    def rotate(self, endpoint: Endpoint, *, secret: str | None = None) -> str:
        """Give an endpoint a new secret; the former one signs along for 24 hours."""
        former, until = endpoint.secret, self._world.clock() + ROTATION
        secret = secret or signing.new_secret(1_000 + len(endpoint.secrets))
        endpoint.secrets = [*endpoint.secrets[:-1], (former, until), (secret, None)]
        return secret

    # Events

    def emit(self, kind: str, payload: Record, *, previous: Record | None = None, live: bool = True) -> Event:
        """Send an event of any type, known or not, to whoever wants it."""
        event = self._event(kind, payload, previous, live=live)
        self._send(event, [endpoint for endpoint in self.endpoints if endpoint.wants(event)])
        return event

    def test_event(self, endpoint: Endpoint, kind: str) -> Event:
        """Send the dashboard's test event: `livemode` is false and the record does not exist."""
        event = self._event(kind, events.fake(kind.partition(".")[0]), None, live=False)
        self._send(event, [endpoint])
        return event

    def replay(self, event_id: str) -> None:
        """Send a past event again by hand: the same event id, as a new delivery."""
        event = next(event for event in self.events if event.id == event_id)
        self._send(event, [endpoint for endpoint in self.endpoints if endpoint.wants(event)])

    def hold(self) -> None:
        """Keep what happens from now on back, until `release`."""
        self._held = []

    def release(self, *, shuffled: int | None = None) -> None:
        """Send what was held back, newest first, or in the random order of a seed."""
        held, self._held = self._held or [], None
        held.reverse()
        if shuffled is not None:
            random.Random(shuffled).shuffle(held)  # noqa: S311 - an order for a test, not a secret
        for attempt in held:
            self._put(attempt)

    def _changed(self, change: Change) -> None:
        fitting = list(events.of(change, phases=self._world.switches.phases))
        if self._world.switches.events_per_change == "first":
            fitting = fitting[:1]
        for kind, previous in fitting:
            payload = events.payload(self._world, change.resource, change.record)
            self.emit(kind, payload, previous=previous, live=change.actor.live)

    def _event(self, kind: str, payload: Record, previous: Record | None, *, live: bool) -> Event:
        at = stamp(self._world.clock())
        event = Event(f"evt_{cuid('event', len(self.events))}", kind, at, live, payload, previous)
        self.events.append(event)
        return event

    def _send(self, event: Event, endpoints: list[Endpoint]) -> None:
        bare = self._world.switches.webhook_envelope == "bare"
        body = json.dumps(event.envelope(org_id=self._world.organization["id"], bare=bare)).encode()
        now = self._world.clock()
        for endpoint in endpoints:
            message_id = f"msg_{cuid('message', self._next())}"
            for _ in range(1 + self.duplicates):
                self._put(_Attempt(now, self._next(), endpoint, event, body, message_id, now))

    # Deliveries

    async def start(self) -> None:
        """Begin to deliver in the background."""
        # No pooled connections: a receiver that restarts between two deliveries must not cost an attempt.
        connector = aiohttp.TCPConnector(force_close=True)
        self._session = aiohttp.ClientSession(connector=connector)
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop delivering; what is not delivered is lost."""
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        if self._session:
            await self._session.close()

    async def settle(self) -> None:
        """Make every attempt that is due by the clock, and wait for those under way."""
        async with self._turn:
            while due := self._due():
                await asyncio.gather(*(self._attempt(attempt) for attempt in due))

    @property
    def waiting(self) -> int:
        """How many attempts are still to come."""
        return len(self._queue)

    def _next(self) -> int:
        self._counted += 1
        return self._counted

    def _put(self, attempt: _Attempt) -> None:
        if self._held is not None and attempt.number == 1:
            self._held.append(attempt)
            return
        # Attempts that are due at the same moment leave in the order they were put in.
        attempt.place = self._next()
        heapq.heappush(self._queue, attempt)
        self._wake.set()

    def _due(self) -> list[_Attempt]:
        due: list[_Attempt] = []
        while self._queue and self._queue[0].due <= self._world.clock() and len(due) < self.parallel:
            attempt = heapq.heappop(self._queue)
            if not attempt.endpoint.disabled:
                due.append(attempt)
        return due

    async def _run(self) -> None:
        while True:
            await self.settle()
            pause = None
            if self._queue:
                pause = min((self._queue[0].due - self._world.clock()).total_seconds(), GLANCE)
            self._wake.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), pause and max(pause, 0))

    async def _attempt(self, attempt: _Attempt) -> None:
        now, endpoint = self._world.clock(), attempt.endpoint
        status = await self._posted(attempt, now)
        event = attempt.event
        self.deliveries.append(
            Delivery(now, endpoint.url, attempt.message_id, event.id, event.type, attempt.number, status)
        )
        if status is not None and 200 <= status < 300:
            endpoint.failures = 0
            return
        endpoint.failures += 1
        due = self._next_due(attempt, now)
        if due:
            self._put(
                _Attempt(due, 0, endpoint, event, attempt.body, attempt.message_id, attempt.first, attempt.number + 1)
            )

    def _next_due(self, attempt: _Attempt, now: datetime) -> datetime | None:
        if attempt.number <= len(DELAYS):
            return now + DELAYS[attempt.number - 1] * self.time_scale
        return attempt.first + LAST * self.time_scale if attempt.number == len(DELAYS) + 1 else None

    async def _posted(self, attempt: _Attempt, now: datetime) -> int | None:
        if self._session is None:
            raise RuntimeError("Webhooks are delivered while the server runs only.")
        signed = signing.headers(
            attempt.body,
            secrets=attempt.endpoint.signing(now),
            message_id=attempt.message_id,
            timestamp=int(now.timestamp()),
        )
        headers = {"Content-Type": "application/json", "User-Agent": "Svix-Webhooks/1"} | signed
        timeout = aiohttp.ClientTimeout(total=self.patience)
        try:
            async with self._session.post(
                attempt.endpoint.url, data=attempt.body, headers=headers, allow_redirects=False, timeout=timeout
            ) as response:
                return response.status
        except (aiohttp.ClientError, TimeoutError):
            return None
