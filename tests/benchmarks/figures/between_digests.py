"""Pages of lists asked for between two digests with webhooks, while people look every ten minutes and changes are told.

The goal is none. Target dates and owners have no event, so after six hours a look walks the open phases once.
"""

from datetime import timedelta

from bot.sandbox.pivotal import LocalPivotal
from bot.sandbox.slack.world import CS_LEADS, LAUNCHES, ONBOARDING
from tests.benchmarks.figure import Measure
from tests.benchmarks.figures.requests_per_day import LOOK, moves, told
from tests.benchmarks.figures.requests_per_digest import pages, phase
from tests.benchmarks.stage import Clock, Stage, stage

SIZE = 1_000
CUSTOMERS = 20
SPANS = {"five hours": timedelta(hours=5), "nine hours": timedelta(hours=9)}


async def measure(size: int = SIZE, spans: dict[str, timedelta] = SPANS) -> list[Measure]:
    """Let three digests come at nine, look for each of the spans, and let them come on the next day."""
    clock = Clock()
    async with LocalPivotal(clock=clock) as pivotal:
        pivotal.rate_limit = 100_000
        for number in range(1000, 1000 + size):
            state = "completed" if phase(number) == "completed" else "active"
            customer = f"Customer {number % CUSTOMERS}"
            pivotal.has_onboarding(number, customer=customer, phase=phase(number), state=state, csm_id="u")
        async with stage(pivotal, clock, webhooks=True) as bot:
            for channel in (ONBOARDING, LAUNCHES, CS_LEADS):
                await bot.subscribed("at-risk", channel, channel)
            await bot.nine_o_clock()
            await _looked(bot, 2 * LOOK)
            found = []
            for name, span in spans.items():
                await bot.nine_o_clock(days=1)
                bot.lists()
                await _looked(bot, span)
                found.append(Measure("between_digests", f"{name} of looks", bot.lists(), 1, goal=0))
            await bot.nine_o_clock(days=1)
            floor = pages(size) + pages(CUSTOMERS)
            return [*found, Measure("between_digests", "the minute of three digests", bot.lists(), floor, goal=1)]


async def _looked(bot: Stage, span: timedelta) -> None:
    """Look every ten minutes; something has moved each time."""
    moved = moves(bot.pivotal, span // LOOK // 2 + 1)
    for look in range(span // LOOK):
        bot.clock.now += LOOK
        number, to = moved[look]
        bot.pivotal.edit(number, phase=to)
        await told(bot)
        await bot.bot.services.onboardings.snapshot()
