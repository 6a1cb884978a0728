"""A refresh at 30 requests a minute, with a person pressing buttons meanwhile: refusals, and how long the person waits.

A press is a GET and a PATCH. Time runs four times as fast, for the client and for the local Pivotal alike.
"""

import asyncio
import time
from datetime import UTC, datetime, timedelta

from bot.pivotal import AsyncPivotalApi
from bot.sandbox.pivotal import LocalPivotal
from bot.sandbox.pivotal.faults import Fault
from tests.benchmarks.figure import Measure

LIMIT = 30
ROUND_TRIP = 0.25
EVERY = 20.0
"""Seconds between two presses."""
FASTER = 4
FIRST = 1000


class Hurried:
    """A clock that runs faster, and a sleep that goes by it."""

    def __init__(self) -> None:
        self._begun = time.monotonic()

    def __call__(self) -> datetime:
        return datetime(2026, 9, 7, 6, 30, tzinfo=UTC) + timedelta(seconds=self.seconds)

    @property
    def seconds(self) -> float:
        """Seconds that have gone by."""
        return FASTER * (time.monotonic() - self._begun)

    async def sleep(self, seconds: float) -> None:
        """Sleep for so many of them."""
        await asyncio.sleep(seconds / FASTER)


async def measure(pages: int = 40, limit: int = LIMIT) -> list[Measure]:
    """Walk so many pages in the background, and press until that is done."""
    clock = Hurried()
    async with LocalPivotal(clock=clock, sleep=clock.sleep) as pivotal:
        pivotal.rate_limit = limit
        for number in range(FIRST, FIRST + pages):
            pivotal.has_onboarding(number, customer="Acme", phase="review")
        pivotal.fails(Fault.slow(ROUND_TRIP), times=100_000)
        async with AsyncPivotalApi(pivotal.live_key, base_url=pivotal.url, clock=clock, sleep=clock.sleep) as client:
            walk = asyncio.create_task(_walked(client))
            waits: list[float] = []
            while not walk.done():
                waits += [await _waited(client, clock, number) for number in ("get", "patch")]
                await asyncio.wait({walk}, timeout=EVERY / FASTER)
            assert await walk == pages
    refused = sum(request.status == 429 for request in pivotal.requests)
    case = f"{pages} pages at {limit} a minute, {len(waits) // 2} presses"
    return [
        Measure("rate_limit", f"{case}: refused (429)", refused, len(pivotal.requests), goal=0),
        Measure("rate_limit", f"{case}: longest wait before a request", max(waits), ROUND_TRIP, goal=1, unit="s"),
    ]


async def _walked(client: AsyncPivotalApi) -> int:
    return len([row async for row in client.in_background().onboardings.rows(limit=1)])


async def _waited(client: AsyncPivotalApi, clock: Hurried, what: str) -> float:
    """The seconds that a request of a person's took beyond its own round trip."""
    begun = clock.seconds
    if what == "get":
        await client.onboardings.get(FIRST)
    else:
        await client.onboardings.update(FIRST, phase="program_buildout")
    return max(0.0, clock.seconds - begun - ROUND_TRIP)
