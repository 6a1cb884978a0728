"""Carries a payload to the app, by socket or by request URL, and holds the app to Slack's three seconds."""

import asyncio
from dataclasses import dataclass
from typing import Any, Protocol

from bot.sandbox.slack.windows import ACK_WITHIN
from bot.sandbox.slack.wire import Clock, Json


class Undelivered(Exception):
    """The app did not take the payload; `error` is Slack's word for it to people, `reason` the one for retries.

    A `final` one is not to be delivered again.
    """

    def __init__(self, error: str, *, reason: str = "connection_failed", final: bool = False) -> None:
        super().__init__(error)
        self.error = error
        self.reason = reason
        self.final = final


@dataclass(frozen=True)
class Retry:
    """Which further delivery of an event this is, from 1, and why it is made."""

    attempt: int
    reason: str


class Road(Protocol):
    """A way to the app: Socket Mode connections or a request URL. `late` is what it calls a time-out in retries."""

    late: str

    async def carry(self, kind: str, payload: Json, *, retry: Retry | None = None) -> Any:
        """Hand over a payload of `slash_commands`, `interactive` or `events_api`; returns what the ack carried."""
        ...


@dataclass(frozen=True)
class Acknowledged:
    """How the app took what a person did: `error` as Slack names it, `seconds` of real time until it was known."""

    ok: bool
    error: str | None = None
    seconds: float = 0.0


class Courier:
    """Delivers over the road that is in use.

    An acknowledgement is late 3 s after the payload left, by the clock. A missing one is waited for
    `ack_timeout` seconds of real time.
    """

    def __init__(self, road: Road, *, clock: Clock, ack_timeout: float) -> None:
        self.road = road
        self.ack_timeout = ack_timeout
        self._clock = clock

    async def deliver(self, kind: str, payload: Json, *, retry: Retry | None = None) -> Any:
        """What the acknowledgement carried; raises `Undelivered`."""
        left_at = self._clock()
        late = Undelivered("operation_timeout", reason=self.road.late)
        try:
            async with asyncio.timeout(self.ack_timeout):
                carried = await self.road.carry(kind, payload, retry=retry)
        except TimeoutError as error:
            raise late from error
        if self._clock() - left_at > ACK_WITHIN:
            raise late
        return carried
