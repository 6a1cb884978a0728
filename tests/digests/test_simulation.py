"""A year of digests in eight zones, with restarts, kills and outages: all that was due was posted once or explained.

APScheduler only calls `run_due`, so the year is simulated by stepping the same hours with a clock of our own, in UTC.
"""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.digests import DIGESTS
from bot.domain import schedule
from bot.domain.records import DeliveryStatus, Subscription
from bot.sandbox.pivotal import Fault
from bot.sandbox.slack.world import ANA, BOT, Channel
from bot.services.ledger import DELIVERED, Ledger
from bot.services.wishes import again
from bot.views import outcomes

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Asia/Kolkata",
    "America/St_Johns",
    "Africa/Casablanca",
    "Pacific/Chatham",
)
KINDS = ("at-risk", "launch-week", "portfolio")
HOLIDAYS = ({}, {"holidays": "DE", "on_holiday": "move"}, {"holidays": "US", "on_holiday": "skip"})
ABSENCE = timedelta(days=12)
"""So long nobody runs the bot, once."""
DAYS = ("mon-fri", "daily", "mon", "tue,thu")
CHANNELS = tuple(f"C0SIM{number:04}" for number in range(10))
BEGIN = datetime(2026, 9, 25, tzinfo=UTC)
"""New York, Berlin and the rest change their clocks in the weeks that follow, each on a day of its own."""


class Killed(BaseException):
    """The process is gone."""


@dataclass
class Fate:
    """Before which step the next process dies, if it does."""

    at: str = ""


STEPS = ("prepare", "posted", "release", "mark")


def mortal(fate: Fate) -> type[Ledger]:
    """A ledger whose process is killed at the step that fate names: as it begins, or right after the claim."""

    class Mortal(Ledger):
        async def claim(self, *args, **fields):
            won = await super().claim(*args, **fields)
            self._die("claim")
            return won

        async def prepare(self, *args, **fields):
            self._die("prepare")
            return await super().prepare(*args, **fields)

        async def posted(self, *args, **fields):
            self._die("posted")
            return await super().posted(*args, **fields)

        async def release(self, *args, **fields):
            self._die("release")
            return await super().release(*args, **fields)

        async def mark(self, *args, **fields):
            self._die("mark")
            return await super().mark(*args, **fields)

        def _die(self, step):
            if fate.at == step:
                fate.at = ""
                raise Killed

    return Mortal


class Year:
    """The world as chance has it: what happens, and the process that is started again and again."""

    def __init__(self, scene, chance: random.Random) -> None:
        self.scene = scene
        self.chance = chance
        self.fate = Fate()
        self.subscriptions: list[Subscription] = []
        self.versions: dict[str, list[Subscription]] = {}
        """By id: a subscription as it was made and as it was edited since, each from its `created_at` on."""
        self.away_at = BEGIN + timedelta(days=2)
        self.silent_until = {"pivotal": BEGIN, "slack": BEGIN}
        self.there = scene.client.base_url

    async def begins(self) -> None:
        scene = self.scene
        scene.now = BEGIN
        for number in range(89, 93):
            scene.pivotal.has_onboarding(number, customer=f"Customer {number}", state="at_risk", csm_id="user_csm_001")
        for place, channel in enumerate(CHANNELS):
            scene.slack.workspace.channels[channel] = Channel(channel, f"sim-{place}", members=frozenset({ANA, BOT}))
        for number in range(20):
            channel, kind = CHANNELS[number % 10], KINDS[number // 8]
            self.subscriptions.append(
                await scene.subscribes(
                    kind,
                    channel,
                    id=f"{channel}-{kind}",
                    zone=ZONES[number % 8],
                    days=DAYS[number % 4],
                    at=time(self.chance.randrange(24), 15),
                    created_at=BEGIN,
                    **HOLIDAYS[number % 3],
                )
            )
        self.versions = {one.id: [one] for one in self.subscriptions}
        await self.restarts()

    async def restarts(self) -> None:
        """The process is gone with all it was at, and another begins."""
        for task in asyncio.all_tasks():
            if "DigestRun." in getattr(task.get_coro(), "__qualname__", ""):
                task.cancel()
        await asyncio.sleep(0)
        run = await self.scene.restarted(ledger=mortal(self.fate))
        await self.works(run.recover)

    async def edits(self) -> None:
        """Somebody gives a digest other days and another hour."""
        place = self.chance.randrange(len(self.subscriptions))
        before = self.subscriptions[place]
        wish = replace(again(before), days=self.chance.choice(DAYS), at=time(self.chance.randrange(24), 45))
        edited = await self.scene.subscriptions.edit(before.id, wish, by=self.scene.ana)
        self.subscriptions[place] = edited
        self.versions[before.id].append(edited)

    async def works(self, work, **how) -> None:
        try:
            await work(self.scene.now, **how)
        except Killed:
            await self.restarts()

    async def passes(self, moment: datetime) -> None:
        """It is that moment: what chance sends happens, and the bot does what is due."""
        self.scene.now = moment
        if self.away_at <= moment:
            self.away_at, self.scene.now = datetime.max.replace(tzinfo=UTC), moment + ABSENCE
            await self.restarts()
        self._outages()
        happens = self.chance.random()
        if happens < 0.06:
            self.fate.at = self.chance.choice(("claim", *STEPS))
        elif happens < 0.08:
            self.scene.slack.drops("chat.postMessage")
        elif happens < 0.09:
            self.scene.now += timedelta(hours=self.chance.choice((0.5, 3, 5, 30)))
            await self.restarts()
        elif happens < 0.11:
            self.silent_until["pivotal"] = moment + timedelta(hours=self.chance.choice((1, 14, 20, 40)))
        elif happens < 0.125:
            self.silent_until["slack"] = moment + timedelta(hours=self.chance.choice((0.3, 2, 6)))
        elif happens < 0.2:
            state = self.chance.choice(("active", "at_risk", "paused"))
            self.scene.pivotal.edit(self.chance.randrange(89, 93), by="Dana", state=state)
        elif happens < 0.23:
            await self.edits()
        self._outages()
        await self.works(self.scene.run.run_due)
        if max(self.silent_until.values()) >= moment - timedelta(hours=5):
            await self.works(self.scene.run.recover, older_than=timedelta(minutes=15))

    def _outages(self) -> None:
        self.scene.pivotal.works_again()
        if self.silent_until["pivotal"] > self.scene.now:
            self.scene.pivotal.fails(Fault.error_500, times=1_000_000)
        silent = self.silent_until["slack"] > self.scene.now
        self.scene.client.base_url = "http://127.0.0.1:9/api/" if silent else self.there

    @property
    def next(self) -> datetime:
        """The next hour of a digest; around an outage, the next look of the sweep if that is earlier."""
        now = self.scene.now
        hour = min(schedule.next_run(one, now) for one in self.subscriptions)
        troubled = max(self.silent_until.values()) >= now - timedelta(hours=5)
        return min(hour, now + timedelta(minutes=30)) if troubled else hour


def due(versions: list[Subscription], *, until: datetime) -> list[str]:
    """The local dates on which its hour has come, by whichever hours it had at that moment."""
    dates = set()
    for one, end in zip(versions, [*(later.created_at for later in versions[1:]), until], strict=True):
        moment = schedule.next_run(one, one.created_at - timedelta(seconds=1))
        while moment <= end:
            dates.add(moment.astimezone(ZoneInfo(one.zone)).date().isoformat())
            moment = schedule.next_run(one, moment)
    return sorted(dates)


def seen(scene, subscription: Subscription) -> Counter:
    """How many digests of each day stand in the channel: `Fri 25 Sep`."""
    title = f"{DIGESTS[subscription.kind].title} — "
    texts = [text.removeprefix(title) for text in scene.texts(subscription.channel) if text.startswith(title)]
    return Counter(text.split(" · ")[0] for text in texts)


@pytest.mark.parametrize(
    ("days", "seed"),
    [(16, 0), *(pytest.param(days, seed, marks=pytest.mark.soak) for days, seed in ((365, 1), (120, 2), (120, 3)))],
)
async def test_posted_and_explained_are_exactly_what_was_due(scene, days, seed):
    year = Year(scene, random.Random(seed))
    await year.begins()

    while scene.now < BEGIN + timedelta(days=days):
        await year.passes(year.next)
    year.silent_until = dict.fromkeys(year.silent_until, BEGIN)
    year.fate.at = ""
    year._outages()
    await year.restarts()
    await scene.run.run_due(scene.now)

    fates, posted, explained, all_due = Counter(), 0, 0, 0
    for one in year.subscriptions:
        rows = {row.slot: row for row in await scene.store.deliveries.recent(one.id, 10_000)}
        days_due, there = due(year.versions[one.id], until=scene.now), seen(scene, one)
        all_due += len(days_due)
        assert sorted(rows) == days_due
        assert set(there.values()) <= {1}, "never two of one day"
        for slot, row in rows.items():
            day = datetime.fromisoformat(slot)
            stands = there[f"{day:%a} {day.day} {day:%b}"]
            fates[row.status] += 1
            if row.status in DELIVERED:
                posted += 1
                assert stands == 1
                continue
            explained += bool(row.reason) and outcomes.outcome(row, one, now=scene.now) != ""
            assert stands <= (row.status is DeliveryStatus.UNCERTAIN)
    assert posted + explained == all_due
    assert {DeliveryStatus.DONE, DeliveryStatus.UNCERTAIN, DeliveryStatus.SKIPPED} <= fates.keys()
    assert DeliveryStatus.CLAIMED not in fates
