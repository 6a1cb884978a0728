"""Digests posted to digests due, through what goes wrong: kills, two processes at once, changed clocks, two hours away.

A process killed in the moment of sending leaves open whether Slack has it. It is never posted again then: its
subscriber is asked, once. These are counted as told, and whatever was killed before that moment has to be posted.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from bot.domain.records import Subscription
from bot.sandbox.pivotal import LocalPivotal
from bot.sandbox.slack.methods import METHODS
from bot.sandbox.slack.world import CARA, LAUNCHES, ONBOARDING, TEAM
from bot.services.ledger import unsent
from tests.benchmarks.figure import Measure
from tests.benchmarks.stage import Clock, Stage, stage
from tests.digests.dying import process
from tests.digests.test_checks import Scenery
from tests.digests.test_checks import Stage as Scenes

BERLIN = "Europe/Berlin"
EVES = ("2026-03-28", "2026-10-24")
"""The days before Berlin changes its clocks."""
TICK = timedelta(minutes=30)


async def measure(kills: int = 8, eves: tuple[str, ...] = EVES) -> list[Measure]:
    """Kill at so many moments of a run, spread over all of it."""
    return [
        *await _killed(kills),
        await _overlapping(),
        *[await _clocks_changed(eve) for eve in eves],
        await _away("the bot away for two hours", _nothing),
        await _away("Slack away for two hours", _silent),
    ]


def _measure(case: str, posted: float, due: float) -> Measure:
    return Measure("digests_posted", case, posted, due, goal=1, exactly=True)


async def _killed(kills: int) -> list[Measure]:
    """Kill a process, start another, and count: what was posted, and what was asked about."""

    async def cut_short(scenery: Scenery, at: int) -> tuple[int, int, bool]:
        assert await process(scenery.world, die_at=at) is None
        (left,) = await scenery.store.deliveries.recent(scenery.subscription.id)
        await process(scenery.world)
        return scenery.digests, len(scenery.told), unsent(left)

    with TemporaryDirectory() as folder:
        scenes = _scenes(Path(folder))
        steps = await scenes.plays(lambda scenery: process(scenery.world))
        moments = [1 + (steps - 2) * number // kills for number in range(kills)]
        found = [await scenes.plays(lambda scenery, at=at: cut_short(scenery, at)) for at in moments]
    case = f"kill -9 at {kills} moments of a run"
    posts = [posted for posted, *_ in found]
    early = [posted for posted, _, before in found if before]
    return [
        _measure(f"{case}, before it is sent: posted", sum(early), len(early)),
        _measure(f"{case}: posted", sum(posts), kills),
        _measure(f"{case}: posted, or asked about", sum(posted or asked for posted, asked, _ in found), kills),
        _measure(f"{case}: posted by one slot, at the most", max(posts), 1),
    ]


async def _overlapping() -> Measure:
    async def both(scenery: Scenery) -> int:
        replica = replace(scenery.world, replicas=True)
        await asyncio.gather(process(replica), process(replica))
        return scenery.digests

    with TemporaryDirectory() as folder:
        return _measure("two processes in the same minute", await _scenes(Path(folder)).plays(both), 1)


def _scenes(folder: Path) -> Scenes:
    numbers = iter(range(1000))
    return Scenes(lambda: f"sqlite+aiosqlite:///{folder / f'bot{next(numbers)}.db'}")


async def _clocks_changed(eve: str) -> Measure:
    """Three days around it, for a digest at nine and one in the hour that there is twice, or not at all."""
    clock = Clock(datetime.fromisoformat(eve).replace(tzinfo=ZoneInfo(BERLIN)).astimezone(UTC))
    async with LocalPivotal(clock=clock) as pivotal, stage(pivotal, clock) as bot:
        await _subscribed(bot, ONBOARDING, time(9))
        await _subscribed(bot, LAUNCHES, time(2, 15))
        await _lives(bot, timedelta(days=3))
        return _measure(f"three days from {eve}, when clocks change", _posts(bot), 6)


async def _away(case: str, trouble: Callable[[Stage], Awaitable[None]]) -> Measure:
    """From just before nine on nothing can be posted for two hours; then all is well until noon."""
    clock = Clock()
    async with LocalPivotal(clock=clock) as pivotal:
        pivotal.rate_limit = 100_000
        async with stage(pivotal, clock) as bot:
            await _subscribed(bot, ONBOARDING, time(9))
            await trouble(bot)
            clock.now = clock.now.replace(hour=9, minute=0)
            await _lives(bot, timedelta(hours=2))
            return _measure(case, _posts(bot), 1)


async def _nothing(_bot: Stage) -> None:
    """Nobody looks what is due."""


async def _silent(bot: Stage) -> None:
    for method in METHODS:
        bot.slack.fails(method, error="internal_error", times=100_000)
    await _lives(bot, timedelta(hours=2))
    bot.slack.works_again()


async def _subscribed(bot: Stage, channel: str, at: time) -> None:
    made = Subscription(channel, TEAM, channel, "launch-week", "daily", at, BERLIN, CARA, bot.clock(), quiet=False)
    await bot.bot.store.subscriptions.add(made)


async def _lives(bot: Stage, span: timedelta) -> None:
    end = bot.clock.now + span
    while bot.clock.now < end:
        await bot.bot.digests.run_due(bot.clock())
        await bot.bot.settled()
        bot.clock.now += TICK


def _posts(bot: Stage) -> int:
    """The messages in channels that are no replies and nobody else's."""
    return sum(
        message.thread_ts in (None, message.ts) and message.ephemeral_to is None
        for channel in (ONBOARDING, LAUNCHES)
        for message in bot.slack.messages(channel)
    )
