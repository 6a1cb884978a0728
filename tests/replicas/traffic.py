"""A working day in a minute: people type, press and subscribe, Pivotal changes, digests come due; all is counted."""

import asyncio
import contextlib
import itertools
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from bot.digests.clock import SWEEP
from bot.digests.run import GIVEN_UP
from bot.domain.phases import DEFAULT, Phases
from bot.domain.records import Subscription
from bot.sandbox.pivotal import LocalPivotal
from bot.sandbox.slack import LocalSlack
from bot.sandbox.slack.eyes import NothingToSee
from bot.sandbox.slack.world import ANA, BEN, BOT, CARA, TEAM, Channel
from bot.store import Store
from tests.processes import until

SAFE = DEFAULT[:5]
"""Phases that a press enters without being asked."""
ELSEWHERE = range(900, 906)
"""Onboardings that are changed in Pivotal's own app."""
LABELS = Phases()
TAKEN_OVER = 2 * (GIVEN_UP.total_seconds() + SWEEP)
"""Seconds in which another replica posts what a killed one had claimed and not sent: twice what it takes at most."""


@dataclass
class Traffic:
    """What goes on for `seconds`, and what was counted of it."""

    slack: LocalSlack
    pivotal: LocalPivotal
    store: Store
    chance: random.Random
    seconds: float
    counted: Counter[str] = field(default_factory=Counter)
    pressed: list[int] = field(default_factory=list)
    """The onboardings that were moved through the bot."""
    shared: dict[int, str] = field(default_factory=dict)
    """In which channel each of them was to be shared, once."""
    due: list[Subscription] = field(default_factory=list)
    confirmed: dict[str, str] = field(default_factory=dict)
    """Channels whose subscription the bot has confirmed, and of which kind."""
    _ends: float = 0.0
    _channels: int = 0

    async def begins(self, *, digests: int) -> None:
        """Before any replica runs: what there is in Pivotal, and the digests that will come due meanwhile."""
        for number in ELSEWHERE:
            self.pivotal.has_onboarding(number, customer=f"Elsewhere {number}", phase=DEFAULT[0], state="at_risk")
        now = datetime.now(UTC)
        for number in range(digests):
            at = now + timedelta(seconds=10 + number * self.seconds / digests)
            one = Subscription(
                id=f"due_{number}",
                team_id=TEAM,
                channel=self._channel(),
                kind=("at-risk", "launch-week")[number % 2],
                days="daily",
                at=at.time().replace(hour=12, microsecond=0),
                zone=f"Etc/GMT{at.hour - 12:+d}",
                creator=CARA,
                created_at=now - timedelta(hours=1),
            )
            await self.store.subscriptions.add(one)
            self.due.append(one)

    async def flows(self, *, workers: int) -> None:
        """Everything at once, for the time there is."""
        self._ends = time.monotonic() + self.seconds
        works = [self._presses(place) for place in range(workers)]
        await asyncio.gather(*works, self._reads(), self._subscribes(), self._happens_elsewhere())

    async def settles(self) -> None:
        """Wait until what was begun has come to its end."""

        async def quiet() -> bool:
            await self.pivotal.webhooks.settle()
            return not self.pivotal.webhooks.waiting and not await self.store.inbox.waiting()

        # A replica killed while it wrote keeps its onboarding for as long as the lease lasts, and its events wait; what
        # nobody took is delivered again after minutes.
        await until(quiet, within=TAKEN_OVER)
        # The last of them may come due after everything else has ended, and what is given back has no row for a while.
        await until(self.all_came, within=TAKEN_OVER)

    async def all_came(self) -> bool:
        """Whether each digest that was due has been claimed by somebody."""
        return all([await self.store.deliveries.recent(one.id) for one in self.due])

    # What people do

    async def _presses(self, place: int) -> None:
        """One onboarding after the other goes from phase to phase; each press is made three times at once."""
        person, numbers = (ANA, CARA)[place % 2], itertools.count(1000 + place, 10)
        channel = self._channel()
        while self._goes_on:
            number = next(numbers)
            self.pivotal.has_onboarding(number, customer=f"Customer {number}", phase=SAFE[0], csm_id="user_csm_001")
            self.pressed.append(number)
            self.shared[number] = channel
            await self._typed(f"/onboarding share #{number}", person, channel)
            for before, after in pairwise(SAFE):
                while self._goes_on and self.pivotal.phase_of(number) == before:
                    await self._press_once(number, after, person, channel)

    async def _press_once(self, number: int, after: str, person: str, channel: str) -> None:
        if not await self._typed(f"/onboarding #{number}", person, channel):
            return
        try:
            card = await self._sees(f"Customer {number}", person, channel, button=f"Advance to {LABELS.label(after)}")
            self.counted["presses"] += 3
            pressed = await self.slack.clicks(
                f"Advance to {LABELS.label(after)}", by=person, message=card, channel=channel, times=3
            )
        except NothingToSee:
            self.counted["cards not seen"] += 1
            return
        self.counted["presses not acknowledged"] += not pressed.ok
        with contextlib.suppress(TimeoutError):
            await until(lambda: self.pivotal.phase_of(number) == after, within=3)

    async def _reads(self) -> None:
        """Somebody looks at lists all the time."""
        channel = self._channel()
        while self._goes_on:
            await self._typed(self.chance.choice(("list", "at-risk", "launches", "whoami")), BEN, channel, verb=True)
            await asyncio.sleep(0.3)

    async def _subscribes(self) -> None:
        """Digests are subscribed far from now; whoever was told so must find it there."""
        while self._goes_on:
            channel, kind = self._channel(), self.chance.choice(("at-risk", "launch-week"))
            if await self._typed(f"subscribe {kind} 03:0{self.chance.randrange(10)}", CARA, channel, verb=True):
                with contextlib.suppress(NothingToSee):
                    await self._sees("now gets", CARA, channel)
                    self.confirmed[channel] = kind
            await asyncio.sleep(0.7)

    async def _happens_elsewhere(self) -> None:
        """In Pivotal's own app, onboardings move as well."""
        at = dict.fromkeys(ELSEWHERE, 0)
        while self._goes_on:
            number = self.chance.choice(ELSEWHERE)
            at[number] = (at[number] + 1) % len(SAFE)
            self.pivotal.edit(number, by="Dana", phase=SAFE[at[number]])
            self.counted["changes elsewhere"] += 1
            await asyncio.sleep(0.4)

    async def _typed(self, text: str, person: str, channel: str, *, verb: bool = False) -> bool:
        said = f"/onboarding {text}" if verb else text
        acknowledged = await self.slack.types(said, by=person, channel=channel)
        self.counted["commands"] += 1
        self.counted["commands not acknowledged"] += not acknowledged.ok
        return acknowledged.ok

    async def _sees(self, text: str, person: str, channel: str, *, button: str = ""):
        def found():
            return next(
                (
                    one
                    for one in reversed(self.slack.messages(channel, person))
                    if one.ephemeral_to == person and text in one.seen and button in str(one.blocks)
                ),
                None,
            )

        await self.slack.until(found)
        return found()

    def _channel(self) -> str:
        self._channels += 1
        channel = f"C0RUN{self._channels:04}"
        people = frozenset({ANA, BEN, CARA, BOT})
        self.slack.workspace.channels[channel] = Channel(channel, f"run-{self._channels}", members=people)
        return channel

    @property
    def _goes_on(self) -> bool:
        return time.monotonic() < self._ends
