"""Requests to Pivotal for each of several digests due in the same minute, to those of one that is due alone."""

from itertools import product

from bot.digests import DIGESTS
from bot.sandbox.pivotal import LocalPivotal
from bot.sandbox.slack.world import CS_LEADS, LAUNCHES, ONBOARDING
from tests.benchmarks.figure import Measure
from tests.benchmarks.stage import Clock, stage

DIGESTS_DUE = (1, 3, 9)
ONBOARDINGS = 500


async def measure(counts: tuple[int, ...] = DIGESTS_DUE) -> list[Measure]:
    """Let so many come due at once; the goal is that all of them together cost what one costs."""
    alone = await _requests(1)
    return [
        Measure("digests_in_a_minute", f"{count} due at once", await _requests(count) / count, alone, goal=1 / count)
        for count in counts
    ]


async def _requests(digests: int) -> int:
    clock = Clock()
    places = list(product((ONBOARDING, LAUNCHES, CS_LEADS), DIGESTS))[:digests]
    async with LocalPivotal(clock=clock) as pivotal:
        pivotal.rate_limit = 100_000
        for number in range(1000, 1000 + ONBOARDINGS):
            pivotal.has_onboarding(number, customer="Acme", csm_id="u", target_launch_date="2027-06-01")
        async with stage(pivotal, clock) as bot:
            for channel, kind in places:
                await bot.subscribed(kind, channel, f"{channel}-{kind}")
            bot.requests()
            await bot.nine_o_clock()
            return bot.requests()
