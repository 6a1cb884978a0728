"""Weeks of digests in several zones, with outages, kills and a broken line: every slot is posted once or explained."""

import random
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain import schedule
from bot.domain.records import DeliveryStatus, Subscription
from bot.services.ledger import Ledger

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia")
CHANNELS = ("C0ONBOARD", "C0LAUNCHS", "C0LEADS01")
BEGIN = datetime(2026, 9, 25, tzinfo=UTC)
"""Lord Howe and New York change their clocks in the weeks that follow, Berlin too."""
DAYS = 40


class Killed(BaseException):
    """The process is gone."""


@dataclass
class Fate:
    """Where the next process dies, if it does."""

    after: str = ""


def mortal(fate: Fate) -> type[Ledger]:
    """A ledger whose process is killed right after the step that fate names."""

    class Mortal(Ledger):
        async def claim(self, *args, **fields):
            won = await super().claim(*args, **fields)
            self._die("claim")
            return won

        async def posted(self, *args, **fields):
            self._die("post")
            await super().posted(*args, **fields)
            self._die("ledger")

        def _die(self, step):
            if fate.after == step:
                fate.after = ""
                raise Killed

    return Mortal


def due(subscription: Subscription, *, until: datetime) -> list[str]:
    """The local dates on which its hour has come."""
    dates, moment = [], schedule.next_run(subscription, BEGIN)
    while moment <= until:
        dates.append(moment.astimezone(ZoneInfo(subscription.zone)).date().isoformat())
        moment = schedule.next_run(subscription, moment)
    return dates


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(1, 10))])
async def test_posted_and_explained_are_all_that_was_due(scene, seed):
    chance, fate = random.Random(seed), Fate()
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", state="at_risk", csm_id="user_csm_001")
    scene.now = BEGIN
    subscriptions = [
        await scene.subscribes(
            kind,
            channel,
            id=f"{channel}-{kind}",
            zone=ZONES[n % 4],
            at=time(chance.randrange(24), 15),
            created_at=BEGIN,
        )
        for n, (channel, kind) in enumerate((c, k) for c in CHANNELS for k in ("at-risk", "launch-week"))
    ]
    run = await scene.restarted(ledger=mortal(fate))

    while scene.now < BEGIN + timedelta(days=DAYS):
        scene.now = min(schedule.next_run(one, scene.now) for one in subscriptions)
        happens = chance.random()
        if happens < 0.15:
            fate.after = chance.choice(("claim", "post", "ledger"))
        elif happens < 0.2:
            scene.slack.drops("chat.postMessage")
        elif happens < 0.25:
            scene.now += timedelta(hours=chance.choice((1, 3, 5, 30)))
            run = await scene.restarted(ledger=mortal(fate))
            await run.recover(scene.now)
        try:
            await run.run_due(scene.now)
        except Killed:
            run = await scene.restarted(ledger=mortal(fate))
            await run.recover(scene.now)
            await run.run_due(scene.now)
    run = await scene.restarted()
    await run.recover(scene.now)
    await run.run_due(scene.now)

    statuses = Counter()
    for one in subscriptions:
        rows = {row.slot: row for row in await scene.store.deliveries.recent(one.id, 1000)}
        assert sorted(rows) == due(one, until=scene.now)
        statuses.update(row.status for row in rows.values())
        assert all(row.reason for row in rows.values() if row.ts is None)
    assert DeliveryStatus.CLAIMED not in statuses
    seen = sum(len(scene.texts(channel)) for channel in CHANNELS)
    assert statuses[DeliveryStatus.DONE] + statuses[DeliveryStatus.POSTED] <= seen
    assert seen <= sum(count for status, count in statuses.items() if status != DeliveryStatus.SKIPPED)
    assert statuses[DeliveryStatus.UNCERTAIN]
    assert statuses[DeliveryStatus.SKIPPED]
