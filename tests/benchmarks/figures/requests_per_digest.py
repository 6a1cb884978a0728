"""Requests to Pivotal that a digest costs, to the fewest that could do.

With N onboardings, A of them in a phase that is open, on pages of 100: a full walk takes max(1, ceil(N / 100)), a walk
of the open phases the sum of max(1, ceil(A / 100)), and the cheaper of the two will do an hour later. Deletions among
closed onboardings show in full walks only, so the first digest and that of another day take a full walk. Which channels
are a customer's own has to be known as of the last quarter of an hour before anything is posted, so each digest takes a
walk of the customers too. Nothing but these walks is asked for: no record by itself.
"""

from math import ceil

from bot.domain.phases import Phases
from bot.sandbox.pivotal import LocalPivotal
from bot.sandbox.slack.world import ONBOARDING
from tests.benchmarks.figure import Measure
from tests.benchmarks.stage import Clock, stage

SIZES = (0, 1, 99, 100, 101, 1_000, 10_000)
CUSTOMERS = 20
CLOSED = 5
"""Of so many onboardings all but one are completed, as in a workspace that has been at it for some years."""

_phases = Phases()
_open = [phase for phase in _phases.order if not _phases.terminal(phase)]


def pages(records: int) -> int:
    """How many requests a list takes."""
    return max(1, ceil(records / 100))


def phase(number: int) -> str:
    """The phase that an onboarding is in: every fifth is open, in one phase after the other."""
    return _phases.order[-1] if number % CLOSED else _open[number // CLOSED % len(_open)]


async def measure(sizes: tuple[int, ...] = SIZES) -> list[Measure]:
    """Count at every size: when the bot starts, an hour later, and a day later."""
    return [one for size in sizes for one in await _measured(size)]


async def _measured(size: int) -> list[Measure]:
    clock = Clock()
    async with LocalPivotal(clock=clock) as pivotal:
        pivotal.rate_limit = 100_000
        for number in range(1000, 1000 + size):
            state = "completed" if phase(number) == _phases.order[-1] else "active"
            customer = f"Customer {number % CUSTOMERS}"
            pivotal.has_onboarding(
                number, customer=customer, phase=phase(number), state=state, csm_id="u", target_launch_date="2027-06-01"
            )
        customers = pages(min(size, CUSTOMERS))
        whole = pages(size) + customers
        in_phases = [sum(phase(number) == one for number in range(1000, 1000 + size)) for one in _open]
        cheaper = min(pages(size), sum(map(pages, in_phases))) + customers
        async with stage(pivotal, clock) as bot:
            counted = [("first", bot.requests(), whole)]
            await bot.subscribed("at-risk", ONBOARDING, "sub")
            await bot.nine_o_clock()
            counted.append(("half an hour later", bot.requests(), cheaper))
            await bot.nine_o_clock(days=1)
            counted.append(("a day later", bot.requests(), whole))
    return [
        Measure("requests_per_digest", f"{size:,} onboardings, {when}", ours, floor, goal=1)
        for when, ours, floor in counted
    ]
