"""Delivers events to the app, again when it did not acknowledge: at once, a minute later, five minutes after that.

See https://docs.slack.dev/apis/events-api/#retries.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.sandbox.slack.courier import Courier, Retry, Undelivered
from bot.sandbox.slack.wire import Clock, Json

AGAIN_AFTER = (timedelta(0), timedelta(minutes=1), timedelta(minutes=5))
_LOOK_EVERY = 0.1  # real seconds between two looks at the clock while something waits


@dataclass(frozen=True)
class Delivery:
    """One attempt: the first has no `reason` and number 0; `error` is None when the app acknowledged."""

    event_id: str
    type: str
    attempt: int
    reason: str | None
    error: str | None
    at: datetime


@dataclass(frozen=True)
class _Waiting:
    payload: Json
    retry: Retry
    due: datetime


class Deliveries:
    """Every delivery made, and those still to be made by the clock."""

    def __init__(self, courier: Courier, clock: Clock, *, changed: Callable[[], None]) -> None:
        self.log: list[Delivery] = []
        self._courier = courier
        self._clock = clock
        self._changed = changed
        self._waiting: list[_Waiting] = []
        self._one_at_a_time = asyncio.Lock()
        self._looking: asyncio.Task[None] | None = None
        self._telling: set[asyncio.Task[None]] = set()

    async def tell(self, payloads: list[Json]) -> None:
        """Make the first delivery of each; returns when each is acknowledged or failed."""
        await asyncio.gather(*(self._deliver(payload, None) for payload in payloads))

    def tell_soon(self, payloads: list[Json]) -> None:
        """Start the first delivery of each, for something that waits for nobody."""
        if payloads:
            task = asyncio.create_task(self.tell(payloads))
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)

    async def redeliver(self) -> None:
        """Deliver again what is due by the clock; returns when each is acknowledged or failed."""
        async with self._one_at_a_time:
            now = self._clock()
            due = [one for one in self._waiting if one.due <= now]
            self._waiting = [one for one in self._waiting if one.due > now]
            await asyncio.gather(*(self._deliver(one.payload, one.retry) for one in due))

    async def close(self) -> None:
        """Give up what still waits or is under way."""
        self._waiting = []
        running = [*self._telling, *([self._looking] if self._looking else [])]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _deliver(self, payload: Json, retry: Retry | None) -> None:
        failure: Undelivered | None = None
        try:
            await self._courier.deliver("events_api", payload, retry=retry)
        except Undelivered as error:
            failure = error
        attempt = retry.attempt if retry else 0
        self.log.append(
            Delivery(
                event_id=payload["event_id"],
                type=payload["event"]["type"],
                attempt=attempt,
                reason=retry.reason if retry else None,
                error=failure.error if failure else None,
                at=self._clock(),
            )
        )
        if failure and not failure.final and attempt < len(AGAIN_AFTER):
            due = self._clock() + AGAIN_AFTER[attempt]
            self._waiting.append(_Waiting(payload, Retry(attempt + 1, failure.reason), due))
            if self._looking is None or self._looking.done():
                self._looking = asyncio.create_task(self._look())
        self._changed()

    async def _look(self) -> None:
        while self._waiting:
            await self.redeliver()
            await asyncio.sleep(_LOOK_EVERY)
