"""How long people wait, with Slack 150 ms and Pivotal 250 ms away, to the round trips that cannot be avoided.

A list needs one to Slack; a card one to Pivotal as well, for it is read afresh. A press reads the onboarding, writes
it, and changes the card. The time ends when the answer is on the screen.
"""

import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from statistics import quantiles

from bot.sandbox.pivotal import LocalPivotal
from bot.sandbox.pivotal.faults import Fault
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.methods import METHODS
from bot.sandbox.slack.webapi import RESPONSE_URL
from bot.sandbox.slack.world import CARA, ONBOARDING
from tests.benchmarks.figure import Measure
from tests.benchmarks.stage import Clock, Stage, stage

SLACK, PIVOTAL = 0.150, 0.250
FIRST = 1000
FOREVER = 100_000
STEP = "Advance to Program design"


async def measure(times: int = 20, slack: float = SLACK, pivotal: float = PIVOTAL) -> list[Measure]:
    """Type and press so often, one after the other, with upstream latencies in seconds."""
    clock = Clock()
    async with LocalPivotal(clock=clock) as upstream:
        upstream.rate_limit = FOREVER
        for number in range(FIRST, FIRST + 2 * times + 1):
            upstream.has_onboarding(number, customer=f"Customer {number}", phase="before_getting_started", csm_id="u")
        async with stage(upstream, clock) as bot:
            waits = Waits(bot)
            await waits.for_list()
            await waits.has_cards(times)
            for method in (*METHODS, RESPONSE_URL):
                bot.slack.slows(method, seconds=slack, times=FOREVER)
            upstream.fails(Fault.slow(pivotal), times=FOREVER)
            cases: dict[str, tuple[Callable[[], Awaitable[float]], float]] = {
                "/onboarding list": (waits.for_list, slack),
                "/onboarding #89": (waits.for_card, pivotal + slack),
                "press on a private card": (waits.for_private_card, 2 * pivotal + slack),
                "press on a posted card": (waits.for_posted_card, 2 * pivotal + slack),
            }
            return [
                one
                for case, (wait, trips) in cases.items()
                for one in _measures(case, [await wait() for _ in range(times)], trips)
            ]


def _measures(case: str, seconds: list[float], trips: float) -> list[Measure]:
    cuts = quantiles(seconds, n=20, method="inclusive")
    return [
        Measure("waiting", f"{case}, {name}", 1000 * cuts[at], 1000 * trips, goal=1.2, unit="ms")
        for name, at in (("p50", 9), ("p95", 18))
    ]


class Waits:
    """Cara, who asks and presses; every press is on the card of an onboarding that has not moved yet."""

    def __init__(self, bot: Stage) -> None:
        self._bot, self._slack = bot, bot.slack
        self._private: list[Message] = []
        self._posted: list[Message] = []

    async def has_cards(self, times: int) -> None:
        """Have so many private cards and as many posted ones, to press on."""
        for number in range(FIRST + 1, FIRST + 2 * times + 1):
            await self._answered(f"#{number}")
            if number % 2:
                self._private.append(self._slack.messages(ONBOARDING, CARA)[-1])
                continue
            await self._slack.clicks("Share to channel", by=CARA, channel=ONBOARDING)
            await self._bot.bot.settled()
            self._posted.append(next(one for one in reversed(self._slack.messages(ONBOARDING)) if not one.ephemeral_to))
            self._bot.clock.now += timedelta(seconds=1)  # Slack takes one post a second in a channel

    async def for_list(self) -> float:
        """From the command to its answer."""
        return await self._answered("list")

    async def for_card(self) -> float:
        """The same for a card."""
        return await self._answered(f"#{FIRST}")

    async def for_private_card(self) -> float:
        """From the press to the changed card."""
        return await self._pressed(self._private.pop())

    async def for_posted_card(self) -> float:
        """The same for a card that everybody in the channel sees."""
        return await self._pressed(self._posted.pop())

    async def _answered(self, text: str) -> float:
        before, begun = len(self._slack.messages(ONBOARDING, CARA)), time.perf_counter()
        await self._slack.types(f"/onboarding {text}", by=CARA, channel=ONBOARDING)
        await self._slack.until(lambda: len(self._slack.messages(ONBOARDING, CARA)) > before)
        seconds = time.perf_counter() - begun
        await self._bot.bot.settled()
        return seconds

    async def _pressed(self, card: Message) -> float:
        def moved() -> bool:
            return any("(2 of 7)" in one.seen for one in self._slack.messages(ONBOARDING, CARA) if one.ts == card.ts)

        begun = time.perf_counter()
        await self._slack.clicks(STEP, by=CARA, message=card)
        await self._slack.until(moved)
        seconds = time.perf_counter() - begun
        await self._bot.bot.settled()
        return seconds
