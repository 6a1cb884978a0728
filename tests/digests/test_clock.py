import asyncio
import re
from collections.abc import MutableMapping
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from structlog.contextvars import bound_contextvars, merge_contextvars
from structlog.testing import capture_logs

from bot.digests.clock import Clock, Hours
from bot.domain import schedule
from bot.domain.records import Said, Subscription
from tests.processes import until

AT_RISK = {"state": "at_risk", "csm_id": "user_csm_001"}


def real() -> datetime:
    """The scheduler waits by the machine's own clock; so does this test of it."""
    return datetime.now(UTC)


def daily(zone: str, at: time) -> Subscription:
    since = datetime(2000, 1, 1, tzinfo=UTC)
    return Subscription("sub", "T0HOME001", "C0ONBOARD", "at-risk", "daily", at, zone, "U0ANA0001", since)


async def test_a_real_scheduler_fires_at_the_hour(scene):
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    scene.now = real()
    soon = (real() + timedelta(seconds=1.2)).replace(microsecond=0)
    subscription = await scene.subscribes(at=soon.time(), zone="UTC", created_at=soon - timedelta(hours=1))

    async with Clock(scene.run, scene.subscriptions, clock=real):
        assert await scene.rows(subscription) == []
        await scene.slack.until(lambda: scene.texts())

    assert len(scene.texts()) == 1
    (row,) = await scene.rows(subscription)
    assert row.claimed_at >= soon


async def test_start_catches_up_on_what_came_due_meanwhile(scene):
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    await scene.subscribes()
    scene.now += timedelta(hours=1)

    async with Clock(scene.run, scene.subscriptions, clock=scene.clock):
        await scene.slack.until(lambda: scene.texts())

    assert len(scene.texts()) == 1


async def test_start_waits_for_nobody_who_is_told_of_what_was_left_open(scene):
    subscription = await scene.subscribes()
    await scene.ledger.prepare(await scene.ledger.claim(subscription, "2026-09-07", now=scene.now), said=Said())
    scene.slack.fails("chat.postMessage", error="ratelimited", retry_after=30)
    scene.awake.clear()

    async with Clock(await scene.restarted(), scene.subscriptions, clock=scene.clock, nobodys=timedelta()):
        await until(lambda: scene.slept)
        assert scene.told() == []
        scene.awake.set()
        await until(scene.told)


async def test_what_the_clock_does_is_not_logged_with_the_reference_of_whoever_woke_it(scene):
    await scene.subscribes("of-another-version")

    with capture_logs(processors=[merge_contextvars]) as lines, bound_contextvars(reference="ABCDEF"):
        async with Clock(scene.run, scene.subscriptions, clock=scene.clock):
            await until(lambda: lines)

    assert lines[0]["event"] == "subscription cannot be read"
    assert re.fullmatch(r"[0-9A-F]{6}", lines[0]["reference"])
    assert lines[0]["reference"] != "ABCDEF"


async def test_a_database_that_is_away_puts_digests_off_and_is_no_fault_of_ours(scene):
    async with Clock(scene.run, scene.subscriptions, clock=scene.clock) as clock:
        await scene.store.close()

        with capture_logs() as lines:
            clock._begin()
            await until(lambda: lines)

    assert (lines[0]["event"], lines[0]["log_level"]) == ("digests put off", "warning")
    assert "exc_info" not in lines[0]


async def test_a_sweep_that_finds_the_database_away_is_no_fault_of_ours_and_the_jobs_stay(scene):
    await scene.subscribes()
    async with Clock(scene.run, scene.subscriptions, clock=scene.clock) as clock:
        before = clock._jobs
        await scene.store.close()

        with capture_logs() as lines:
            await clock._sweep()
            await until(lambda: len(lines) == 3)

    assert clock._jobs == before != {}
    assert [line["event"] for line in lines] == ["digests not scheduled anew", "digests put off", "digests put off"]
    assert [line for line in lines if "exc_info" in line] == []


async def test_what_is_subscribed_while_it_stops_is_no_fault_of_ours(scene):
    await scene.subscribes()
    async with Clock(scene.run, scene.subscriptions, clock=scene.clock) as clock:
        pass
    await asyncio.sleep(0)  # the scheduler has dropped its jobs by then

    await scene.subscribes("launch-week")

    assert [one.kind for one in clock._jobs.values()] == ["at-risk"]


async def test_stopping_lets_a_digest_under_way_end(scene):
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    subscription = await scene.subscribes()

    async with Clock(scene.run, scene.subscriptions, clock=scene.clock):
        await scene.slack.until(lambda: scene.texts())

    assert [row.status for row in await scene.rows(subscription)] == ["done"]


async def test_a_digest_cut_off_while_slack_lets_it_wait_is_posted_at_once_by_another(scene):
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    await scene.subscribes()
    scene.slack.fails("chat.postMessage", error="ratelimited", retry_after=60)
    scene.awake.clear()
    async with Clock(scene.run, scene.subscriptions, clock=scene.clock, within=0.01):
        await until(lambda: scene.slept)
    scene.awake.set()

    await (await scene.restarted()).run_due(scene.now)

    assert len(scene.texts()) == 1


async def test_digests_that_are_cut_off_together_are_all_due_again(scene):
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    channels = ("C0ONBOARD", "C0LAUNCHS")
    made = [await scene.subscribes(channel=channel) for channel in channels]
    scene.slack.fails("chat.postMessage", error="ratelimited", retry_after=60, times=2)
    scene.awake.clear()

    async with Clock(scene.run, scene.subscriptions, clock=scene.clock, within=0.01):
        await until(lambda: len(scene.slept) == len(channels))

    assert [await scene.rows(one) for one in made] == [[], []]


async def test_a_digest_cut_off_on_its_way_to_slack_is_asked_about_and_not_posted_again(scene):
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    subscription = await scene.subscribes()
    scene.slack.slows("chat.postMessage", seconds=60)
    async with Clock(scene.run, scene.subscriptions, clock=scene.clock, within=0.01):
        await scene.on_its_way.wait()
    scene.slack.works_again()

    await (await scene.restarted()).recover(scene.now)
    await scene.run.run_due(scene.now)

    assert (scene.texts(), (await scene.row(subscription)).status) == ([], "uncertain")


async def test_one_job_per_active_subscription_however_often_it_is_rebuilt(scene):
    clock = Clock(scene.run, scene.subscriptions, clock=scene.clock)
    scene.now += timedelta(hours=-12)
    first = await scene.subscribes()
    await scene.subscribes("launch-week")

    async with clock:
        for _ in range(3):
            await clock.rebuild()
        assert jobs(clock) == {"C0ONBOARD-at-risk", "C0ONBOARD-launch-week"}

        await scene.subscribes(channel="C0LAUNCHS")
        await scene.subscriptions.pause(first.id, reason="archived")

        assert jobs(clock) == {"C0ONBOARD-launch-week", "C0LAUNCHS-at-risk"}


async def test_changed_hour_moves_the_job(scene):
    scene.now += timedelta(hours=-12)
    subscription = await scene.subscribes()

    async with Clock(scene.run, scene.subscriptions, clock=scene.clock) as clock:
        before = fires(clock, subscription)
        await scene.subscribes(at=time(10))

        assert fires(clock, subscription) - before in (timedelta(hours=1), timedelta(hours=-23))


async def test_what_is_due_is_looked_for_though_the_scheduler_waits_for_an_hour_of_a_clock_that_was_ahead(scene):
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    scene.now -= timedelta(hours=1)
    await scene.subscribes()

    async with Clock(scene.run, scene.subscriptions, clock=scene.clock, every=0.01) as clock:
        scheduler(clock).pause()
        scene.now += timedelta(hours=1)
        await until(scene.texts)

    assert len(scene.texts()) == 1


async def test_a_job_set_by_a_clock_that_was_ahead_is_set_again_by_the_right_one(scene):
    in_an_hour = (real() + timedelta(hours=1)).time()
    subscription = await scene.subscribes(at=in_an_hour, zone="UTC")

    async with Clock(scene.run, scene.subscriptions, clock=real) as clock:
        before = fires(clock, subscription)
        scheduler(clock).get_job(subscription.id).modify(next_run_time=before + timedelta(days=30))
        await clock._sweep()

        assert fires(clock, subscription) == before


async def test_a_look_that_fails_is_not_the_last_one(scene):
    subscription = await scene.subscribes()
    async with Clock(scene.run, scene.subscriptions, clock=scene.clock, every=0.01) as clock:
        scheduler(clock).remove_job(subscription.id)

        with capture_logs() as lines:
            await until(lambda: failed(lines) > 1)

    assert failed(lines) > 1


def failed(lines: list[MutableMapping[str, Any]]) -> int:
    return [line["event"] for line in lines].count("digests not looked for")


def jobs(clock: Clock) -> set[str]:
    return {job.id for job in scheduler(clock).get_jobs()}


def fires(clock: Clock, subscription: Subscription) -> datetime:
    return scheduler(clock).get_job(subscription.id).next_run_time


def scheduler(clock: Clock) -> AsyncIOScheduler:
    return clock._scheduler


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Sydney", "Australia/Lord_Howe"])
@pytest.mark.parametrize("at", [time(0, 30), time(1, 45), time(2, 15), time(9)])
def test_the_hours_are_those_that_are_due_all_year(zone, at):
    subscription = daily(zone, at)
    hours, fired = Hours(subscription), datetime(2026, 6, 1, tzinfo=UTC)

    for _ in range(366):
        fired = hours.get_next_fire_time(fired, fired)
        assert schedule.due(subscription, now=fired) is not None


def test_a_day_without_the_hour_is_not_left_out():
    hours = Hours(replace(daily("America/Sao_Paulo", time(0, 30))))

    fired = hours.get_next_fire_time(None, datetime(2018, 11, 4, 2, tzinfo=UTC))

    assert fired == datetime(2018, 11, 4, 3, 30, tzinfo=UTC)
