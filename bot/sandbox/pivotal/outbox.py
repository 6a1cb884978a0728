"""Delivers webhook messages: signed, tried again after Pivotal's table, many at once, until an endpoint is given up.

After https://docs.pivotal.app/webhooks/retries. Times go by the given clock; each attempt is stamped anew.
"""

import asyncio
import contextlib
import heapq
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import aiohttp

from bot.sandbox.pivotal import signing
from bot.sandbox.pivotal.events import Event

DELAYS = tuple(timedelta(seconds=seconds) for seconds in (5, 300, 1_800, 7_200, 18_000, 36_000))
"""How long after the previous attempt the 2nd to the 7th follow."""
LAST = timedelta(hours=24)
"""How long after the first attempt the 8th and last follows."""
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
class Attempt:
    """One attempt to come. Those due at the same moment leave in the order of their places."""

    due: datetime
    place: int
    endpoint: Endpoint = field(compare=False)
    event: Event = field(compare=False)
    body: bytes = field(compare=False)
    message_id: str = field(compare=False)
    first: datetime = field(compare=False)
    number: int = field(compare=False, default=1)


class Outbox:
    """The attempts still to come, and the deliveries made.

    `time_scale` shrinks the waits between attempts (0.001: five seconds become five milliseconds); `patience` is how
    many seconds an endpoint has to answer; `parallel` is how many attempts are under way at once.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.time_scale, self.patience, self.parallel = 1.0, 10.0, 20
        self.deliveries: list[Delivery] = []
        self._clock = clock
        self._queue: list[Attempt] = []
        self._counted = 0
        self._wake, self._turn = asyncio.Event(), asyncio.Lock()
        self._session: aiohttp.ClientSession | None = None
        self._task: asyncio.Task[None] | None = None

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

    def put(self, attempt: Attempt) -> None:
        """Let an attempt be made when it is due."""
        self._counted += 1
        heapq.heappush(self._queue, replace(attempt, place=self._counted))
        self._wake.set()

    def _due(self) -> list[Attempt]:
        due: list[Attempt] = []
        while self._queue and self._queue[0].due <= self._clock() and len(due) < self.parallel:
            attempt = heapq.heappop(self._queue)
            if not attempt.endpoint.disabled:
                due.append(attempt)
        return due

    async def _run(self) -> None:
        while True:
            await self.settle()
            pause = None
            if self._queue:
                pause = min((self._queue[0].due - self._clock()).total_seconds(), GLANCE)
            self._wake.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), pause and max(pause, 0))

    async def _attempt(self, attempt: Attempt) -> None:
        now, endpoint = self._clock(), attempt.endpoint
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
            self.put(replace(attempt, due=due, number=attempt.number + 1))

    def _next_due(self, attempt: Attempt, now: datetime) -> datetime | None:
        if attempt.number <= len(DELAYS):
            return now + DELAYS[attempt.number - 1] * self.time_scale
        return attempt.first + LAST * self.time_scale if attempt.number == len(DELAYS) + 1 else None

    async def _posted(self, attempt: Attempt, now: datetime) -> int | None:
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
