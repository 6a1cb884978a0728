"""Requests to Pivotal on an ordinary day, with and without webhooks, to what the plan of walks and readings costs.

The at-risk digest comes at nine; from nine to six a list or Home is opened every ten minutes, and the changes are made
in Pivotal meanwhile. Of the onboardings every fifth is open. The README's operating notes have the numbers of 10,000.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.phases import Phases
from bot.sandbox.pivotal import LocalPivotal
from bot.sandbox.slack.world import ONBOARDING
from tests.benchmarks.figure import Measure
from tests.benchmarks.figures.requests_per_digest import CLOSED, pages, phase
from tests.benchmarks.stage import Clock, Stage, stage

LARGE = (10_000, 200)
"""Onboardings, and changes a day."""
OF_A_CUSTOMER = 5
LOOK = timedelta(minutes=10)
LOOKS = 54
"""After the one at nine, when the digest has just walked."""

_phases = Phases()
_open = [phase for phase in _phases.order if not _phases.terminal(phase)]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a day costs: the digest's walk, the walks for lists and Home, and the readings of what has changed."""

    digest: int
    lists: int
    readings: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.digest + self.lists + self.readings


def plan(onboardings: int, changes: int, *, webhooks: bool) -> Plan:
    """The fewest requests that do it.

    The first walk of a day is a whole one, and customers are walked every six hours. Without webhooks each look walks
    the open phases; with them one look after six hours does, and each change is read.
    """
    customers = pages(len(range(0, onboardings, OF_A_CUSTOMER)))
    whole, counts = pages(onboardings), [0] * len(_open)
    for number in range(1000, 1000 + onboardings):
        if phase(number) in _open:
            counts[_open.index(phase(number))] += 1
    cheaper = min(whole, sum(map(pages, counts)))
    walks = 1 if webhooks else LOOKS
    return Plan(whole + customers, walks * cheaper + customers, changes if webhooks else 0)


async def measure(sizes: Sequence[tuple[int, int]] = (LARGE,)) -> list[Measure]:
    """Let the real bot live through the day at each size."""
    return [
        Measure(
            "requests_per_day",
            f"{onboardings:,} onboardings, {changes:,} changes, {'with' if webhooks else 'without'} webhooks",
            await _counted(onboardings, changes, webhooks=webhooks),
            plan(onboardings, changes, webhooks=webhooks).total,
            goal=1,
        )
        for onboardings, changes in sizes
        for webhooks in (False, True)
    ]


async def _counted(onboardings: int, changes: int, *, webhooks: bool) -> int:
    """The requests of the second day: the first has the start in it."""
    clock = Clock()
    async with LocalPivotal(clock=clock) as pivotal:
        pivotal.rate_limit = 100_000
        for number in range(1000, 1000 + onboardings):
            state = "completed" if _phases.terminal(phase(number)) else "active"
            customer = f"Customer {(number - 1000) // OF_A_CUSTOMER}"
            pivotal.has_onboarding(
                number, customer=customer, phase=phase(number), state=state, csm_id="u", target_launch_date="2027-06-01"
            )
        async with stage(pivotal, clock, webhooks=webhooks) as bot:
            await bot.subscribed("at-risk", ONBOARDING, "sub")
            await _day(bot, min(changes, 2), days=0)
            bot.requests()
            await _day(bot, changes, days=1)
            return bot.requests()


async def _day(bot: Stage, changes: int, *, days: int) -> None:
    await bot.nine_o_clock(days=days)
    await bot.bot.services.onboardings.snapshot()
    moved = moves(bot.pivotal, changes // 2)
    for look in range(LOOKS):
        bot.clock.now += LOOK
        for number, to in moved[look * changes // LOOKS : (look + 1) * changes // LOOKS]:
            bot.pivotal.edit(number, phase=to)
        await told(bot)
        await bot.bot.services.onboardings.snapshot()


def moves(pivotal: LocalPivotal, pairs: int) -> list[tuple[int, str]]:
    """Pairs that change phases with each other, so that every phase keeps its size and takes no page more."""
    firsts = [number for number in range(1000, 1000 + CLOSED * len(_open) * (pairs + 1)) if phase(number) == _open[0]]
    found = []
    for one in firsts[:pairs]:
        other = one + CLOSED
        found += [(one, pivotal.phase_of(other)), (other, pivotal.phase_of(one))]
    return found


async def told(bot: Stage) -> None:
    """Wait until all that Pivotal tells has been worked off."""
    await bot.pivotal.webhooks.settle()
    while await bot.bot.store.inbox.waiting():  # noqa: ASYNC110 - the inbox tells nobody when it is empty
        await asyncio.sleep(0.005)
    await bot.bot.settled()
