"""Fifty people press at once while Pivotal takes two seconds: all are acknowledged and answered, and memory is flat.

Twelve seconds of it, and three minutes in `make soak`; both show their figures when all tests have ended.
"""

import asyncio
import contextlib
import itertools
import os
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from statistics import median

import pytest

from bot.domain.records import Person
from bot.sandbox.pivotal import Fault
from bot.sandbox.slack.world import BOT, Channel
from bot.sandbox.slack.world import Person as Account
from tests.processes import until
from tests.replicas.reckoning import Reckoning
from tests.replicas.traffic import LABELS, SAFE, Traffic

PEOPLE = 50
SLOW = 2.0
"""Seconds that Pivotal takes over each answer."""
IN_TIME = 3.0
"""Seconds that Slack waits for an acknowledgement."""
PAGE = os.sysconf("SC_PAGE_SIZE")
"""Bytes of what Linux counts memory in."""
RUNS = [
    pytest.param("socket", 12.0, 4.0, id="Socket Mode"),
    pytest.param("socket", 180.0, 2.0, id="Socket Mode, three minutes", marks=pytest.mark.soak),
    pytest.param("http", 180.0, 2.0, id="HTTP, three minutes", marks=pytest.mark.soak),
]
"""How people reach it, for how many seconds, and by how many MB the process may grow from the second third of that time
to the last: in twelve seconds not everything has come to its size."""


@dataclass(frozen=True)
class Colleague:
    """Somebody who presses; `user` is who they are in Pivotal."""

    id: str
    user: str
    channel: str


@dataclass
class Crowd:
    """Two share an onboarding and a channel. Each presses twice: again at once, because nothing has happened yet."""

    traffic: Traffic
    said: int = 0
    """Commands and presses."""
    slowest: float = 0.0
    trouble: list[str] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1000))

    @property
    def answers(self) -> int:
        return len(self.traffic.slack.calls_of("response_url"))

    async def works(self, seconds: float) -> None:
        """All of them, until the time is up and they have come to the end of what they were at."""
        pairs = [await self._pair(number) for number in range(PEOPLE // 2)]
        ends = time.monotonic() + seconds
        await asyncio.gather(*(self._move(pair, ends=ends) for pair in pairs))

    async def _pair(self, number: int) -> tuple[Colleague, Colleague]:
        channel = f"C0LOAD{number:03}"
        one, other = (Colleague(f"U0LOAD{who}{number:03}", f"user_{who}_{number:03}", channel) for who in "AB")
        for each in (one, other):
            self.traffic.slack.workspace.people[each.id] = Account(each.id, each.id.lower(), each.id, "CSM", "UTC")
            await self.traffic.store.people.link(Person(each.user, slack_id=each.id, name=each.id))
        members = frozenset({one.id, other.id, BOT})
        self.traffic.slack.workspace.channels[channel] = Channel(channel, channel.lower(), members=members)
        return one, other

    async def _move(self, pair: tuple[Colleague, Colleague], *, ends: float) -> None:
        """One onboarding after the other goes from phase to phase, and both want to be the one who moves it."""
        pivotal, (one, other) = self.traffic.pivotal, pair
        while time.monotonic() < ends:
            number = next(self._numbers)
            owners = {"csm_id": one.user, "se_id": other.user}
            pivotal.has_onboarding(number, customer=f"Customer {number}", phase=SAFE[0], **owners)
            self.traffic.pressed.append(number)
            for before, after in pairwise(SAFE):
                while pivotal.phase_of(number) == before and time.monotonic() < ends:
                    await asyncio.gather(self._press(one, number, after), self._press(other, number, after))

    async def _press(self, who: Colleague, number: int, after: str) -> None:
        slack, pivotal = self.traffic.slack, self.traffic.pivotal
        await asyncio.sleep(self.traffic.chance.uniform(0, 1))
        self._noted(1, await slack.types(f"/onboarding #{number}", by=who.id, channel=who.channel))
        button = f"Advance to {LABELS.label(after)}"

        def card():
            cards = (m for m in reversed(slack.messages(who.channel, who.id)) if f"Customer {number}" in m.seen)
            return next((m for m in cards if button in str(m.blocks)), None)

        await until(lambda: card() or pivotal.phase_of(number) == after)
        if seen := card():
            self._noted(2, await slack.clicks(button, by=who.id, channel=who.channel, message=seen, times=2))
            with contextlib.suppress(TimeoutError):  # whoever came too early for both is told so, and presses again
                await until(lambda: pivotal.phase_of(number) == after, within=6)

    def _noted(self, times: int, acknowledged) -> None:
        self.said += times
        self.slowest = max(self.slowest, acknowledged.seconds)
        if not acknowledged.ok or acknowledged.seconds > IN_TIME:
            self.trouble.append(f"{acknowledged}")


class Scales:
    """What a process weighs, in MB, again and again; only Linux tells it, elsewhere they are not `there`."""

    def __init__(self, pid: int) -> None:
        self._statm = Path(f"/proc/{pid}/statm")
        self.there = self._statm.exists()
        self.seen: list[float] = []

    async def watch(self) -> None:
        while self._statm.exists():
            self.seen.append(int(self._statm.read_text().split()[1]) * PAGE / 1e6)
            await asyncio.sleep(0.1)

    @property
    def thirds(self) -> list[float]:
        third = len(self.seen) // 3
        return [median(self.seen[start : start + third]) for start in (0, third, 2 * third)] if third else []


@pytest.fixture
def database(tmp_path) -> str:
    """One process keeps its memory in a file."""
    return f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}"


@pytest.mark.parametrize(("mode", "seconds", "growth"), RUNS)
async def test_fifty_people_press_while_pivotal_is_slow_and_each_is_answered(
    mode, seconds, growth, fleet, slack, pivotal, store, figures
):
    traffic = Traffic(slack, pivotal, store, random.Random(7), seconds)
    crowd = Crowd(traffic)
    await fleet.start()
    pivotal.fails(Fault.slow(SLOW), times=10**9)
    scales = Scales(fleet.replicas[0].process.pid)

    async def weigh() -> None:
        await until(lambda: crowd.answers > 2 * PEOPLE)  # everything has been used once
        await scales.watch()

    weighing = asyncio.create_task(weigh())
    await crowd.works(seconds)
    weighing.cancel()
    await until(lambda: crowd.answers >= crowd.said)
    found = Reckoning(traffic)
    moved = sum(len(pivotal.transitions(number)) for number in traffic.pressed)
    weighed = ", then ".join(f"{one:.1f} MB" for one in scales.thirds) or "not weighed"
    figures(
        f"{mode}, {PEOPLE} people, {seconds:.0f} s: {crowd.said} commands and presses, {crowd.answers} answers, "
        f"{moved} moves, slowest acknowledgement {crowd.slowest:.2f} s, {weighed}"
    )

    assert crowd.trouble == []
    assert crowd.answers == crowd.said
    assert moved >= PEOPLE / 2
    assert found.double_writes() == []
    assert await found.untold_moves() == []
    assert not fleet.tracebacks, fleet.tracebacks[0]
    if not scales.there:
        pytest.skip("All was answered; what a process weighs only Linux tells.")
    _, before, after = scales.thirds
    assert after <= before + growth
