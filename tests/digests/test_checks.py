"""The acceptance checks of digests: never two, at the local hour, settings that survive, and always an explanation."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.records import DeliveryStatus, Person, Subscription
from bot.listeners.manifest import manifest
from bot.sandbox.pivotal import LocalPivotal
from bot.sandbox.slack import LocalSlack
from bot.sandbox.slack.world import ANA, ONBOARDING, TEAM
from bot.services.ledger import unsent
from bot.store import Store
from bot.views import outcomes
from tests.digests.dying import World, process

AT_RISK = {"state": "at_risk", "csm_id": "user_csm_001"}
NOW = datetime(2026, 9, 7, 7, tzinfo=UTC)
"""Monday, 09:00 in Berlin."""


class Scenery:
    """Slack, Pivotal and a memory in which one digest is due; processes come and go before it."""

    def __init__(self, slack: LocalSlack, pivotal: LocalPivotal, store: Store, database: str) -> None:
        self.slack = slack
        self.store = store
        self.subscription = Subscription(
            "sub_1", TEAM, ONBOARDING, "at-risk", "daily", time(9), "Europe/Berlin", ANA, NOW - timedelta(hours=1)
        )
        self.world = World(database, slack.api_url, slack.bot_token, TEAM, pivotal.url, pivotal.live_key, NOW)

    @property
    def digests(self) -> int:
        """How many stand in the channel."""
        return sum(message.thread_ts in (None, message.ts) for message in self.slack.messages(ONBOARDING))

    @property
    def told(self) -> list[str]:
        """What the subscriber was told in private."""
        return [message.text for message in self.slack.messages("D0ANA0001", ANA)]


class Stage:
    """Sets the scene as often as it is asked to."""

    def __init__(self, new_database) -> None:
        self._new_database = new_database

    async def plays(self, act):
        database = self._new_database()
        store = await Store.open(database, clock=lambda: NOW)
        async with LocalPivotal(clock=lambda: NOW) as pivotal, LocalSlack(manifest(), clock=lambda: NOW) as slack:
            pivotal.rate_limit = 10_000
            for number in range(100, 112):
                pivotal.has_onboarding(number, customer=f"Customer {number}", **AT_RISK)
            scenery = Scenery(slack, pivotal, store, database)
            await store.people.link(Person("user_csm_001", slack_id=ANA, name="Ana Ruiz"))
            await store.subscriptions.put_in_place(scenery.subscription)
            try:
                return await act(scenery)
            finally:
                await store.close()


@pytest.fixture
def stage(new_database) -> Stage:
    return Stage(new_database)


async def cut_short(scenery: Scenery, *, die_at: int) -> str:
    """Kill a process at one step, start another twice, and look; says when it was killed, if it was."""
    killed = await process(scenery.world, die_at=die_at) is None
    (left,) = await scenery.store.deliveries.recent("sub_1")
    sent = bool(scenery.slack.calls_of("chat.postMessage"))
    for _ in range(2):
        await process(scenery.world)

    (row,) = await scenery.store.deliveries.recent("sub_1")
    said = outcomes.outcome(row, scenery.subscription, now=NOW)
    assert scenery.digests <= 1, f"killed at step {die_at}"
    assert not (sent and unsent(left)), f"killed at step {die_at}, it took what Slack had for unsent"
    if row.status is DeliveryStatus.UNCERTAIN:
        assert not unsent(left), f"killed at step {die_at}, when nothing was sent"
        assert "uncertain" in said
        assert len(scenery.told) == 1
    else:
        assert row.status is DeliveryStatus.DONE, f"killed at step {die_at}"
        assert "delivered" in said
        assert scenery.digests == 1
        assert scenery.told == []
    if not killed:
        return "never"
    return "before it was sent" if unsent(left) else "asked about" if scenery.told else "later"


@pytest.mark.parametrize("tenth", [0, *(pytest.param(one, marks=pytest.mark.soak) for one in range(1, 10))])
async def test_check_04_killed_at_every_await_between_claim_and_thread_there_are_never_two(stage, tenth):
    steps = await stage.plays(lambda scenery: process(scenery.world))

    killed = Counter()
    for point in range(1 + tenth, steps + 1, 10):
        killed[await stage.plays(lambda scenery, point=point: cut_short(scenery, die_at=point))] += 1

    assert steps >= 50
    assert killed.total() - killed["never"] >= steps // 10 - 1
    assert killed["before it was sent"] > killed["asked about"]


async def test_check_05_two_processes_in_one_minute_post_one_digest(stage):
    async def both(scenery):
        replica = replace(scenery.world, replicas=True)
        await asyncio.gather(process(replica), process(replica))
        return scenery.digests, scenery.told

    assert await stage.plays(both) == (1, [])


async def test_check_05_three_restarts_post_no_second(stage):
    async def thrice(scenery):
        for _ in range(4):
            await process(scenery.world)
        return scenery.digests, scenery.told

    assert await stage.plays(thrice) == (1, [])


CHANGES_OF_CLOCKS = {
    "Europe/Berlin": ("2026-03-28", "2026-10-24"),
    "America/New_York": ("2026-03-07", "2026-10-31"),
    "Australia/Sydney": ("2026-04-04", "2026-10-03"),
    "Australia/Lord_Howe": ("2026-04-04", "2026-10-03"),
}
"""The day before each."""


@pytest.mark.parametrize("at", [time(9), time(2, 15)], ids=["at nine", "where clocks change"])
@pytest.mark.parametrize(("zone", "eve"), [(zone, eve) for zone, eves in CHANGES_OF_CLOCKS.items() for eve in eves])
async def test_check_06_one_digest_at_the_local_hour_through_every_change_of_clocks(scene, zone, eve, at):
    place = ZoneInfo(zone)
    scene.now = datetime.fromisoformat(eve).replace(tzinfo=place).astimezone(UTC)
    subscription = await scene.subscribes("launch-week", zone=zone, at=at, created_at=scene.now)

    for _ in range(3 * 48 - 1):
        await scene.run.run_due(scene.now)
        scene.now += timedelta(minutes=30)

    came = {row.slot: row.claimed_at.astimezone(place) for row in await scene.rows(subscription)}
    days = [datetime.fromisoformat(eve).date() + timedelta(days=ahead) for ahead in range(3)]
    assert sorted(came) == [day.isoformat() for day in days]
    assert [day.isoformat() for day in days] == sorted(moment.date().isoformat() for moment in came.values())
    if at == time(9):
        assert {moment.time() for moment in came.values()} == {at}
    else:
        assert {moment.hour for moment in came.values()} <= {2, 3}
    assert len(scene.texts()) == 3


async def test_check_06_a_day_that_its_zone_skips_has_no_digest_and_is_not_missed(scene):
    scene.now = datetime(2011, 12, 28, 12, tzinfo=UTC)
    subscription = await scene.subscribes("launch-week", zone="Pacific/Apia", created_at=scene.now)

    for _ in range(4 * 48):
        await scene.sweeps(minutes=30)

    assert sorted(row.slot for row in await scene.rows(subscription)) == [
        "2011-12-28",
        "2011-12-29",
        "2011-12-31",
        "2012-01-01",
    ]
    assert {row.status for row in await scene.rows(subscription)} == {DeliveryStatus.DONE}
    assert scene.told() == []


SETTINGS = {"days": "mon-fri", "at": time(9), "filters": "owner:user_csm_001", "mentions": True, "holidays": "DE"}


@pytest.mark.parametrize("change", ["archives", "removes_bot", "becomes_external"])
async def test_check_10_a_channel_lost_keeps_its_settings_and_its_subscriber_is_told(scene, change):
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    subscription = await scene.subscribes(**SETTINGS)
    getattr(scene.slack, change)(ONBOARDING)

    await scene.run.run_due(scene.now)

    kept = await scene.subscriptions.get(subscription.id)
    (told,) = scene.told()
    assert {name: getattr(kept, name) for name in SETTINGS} == SETTINGS
    assert scene.texts() == []
    assert (await scene.row(subscription)).reason in told
    if change == "removes_bot":
        assert kept.paused is None
        assert "/invite" in told
    else:
        assert kept.paused
        assert "The subscription is paused" in told


@pytest.mark.parametrize("change", ["renamed", "made private"])
async def test_check_10_a_channel_renamed_or_made_private_still_gets_its_digest(scene, change):
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    await scene.subscribes()
    if change == "renamed":
        scene.slack.renames(ONBOARDING, "customer-launches")
    else:
        scene.slack.workspace.change_channel(ONBOARDING, private=True)

    await scene.run.run_due(scene.now)

    assert len(scene.texts()) == 1
    assert scene.told() == []
