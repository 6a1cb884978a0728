"""What was due while the bot was away for long, its token refused, or Slack slow: all of it is explained."""

import asyncio
from datetime import timedelta

import pytest

from bot.digests.clock import Clock
from bot.domain.errors import UpstreamError, UserError
from bot.domain.records import DeliveryStatus
from bot.sandbox.pivotal import Fault

AT_RISK = {"state": "at_risk", "csm_id": "user_csm_001"}


@pytest.fixture
async def daily(scene):
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    return await scene.subscribes()


async def fates(scene, subscription):
    return {row.slot: (row.status, row.reason) for row in await scene.rows(subscription)}


async def test_twelve_days_away_are_explained_day_by_day_and_told_in_one_line(scene, daily):
    await scene.run.run_due(scene.now)
    scene.now += timedelta(days=13, hours=1)

    run = await scene.restarted()
    await run.run_due(scene.now)
    await run.recover(scene.now)

    rows = await fates(scene, daily)
    away = [f"2026-09-{day:02}" for day in range(8, 20)]
    assert sorted(rows) == ["2026-09-07", *away, "2026-09-20"]
    assert {rows[day] for day in away} == {(DeliveryStatus.SKIPPED, "I was not running at the hour set")}
    (told,) = scene.told()
    assert "12 days from Tue 8 Sep to Sat 19 Sep: I was not running at the hour set." in told
    assert "The last digest, due Sat 19 Sep, was not sent" in scene.slack.seen("U0ANA0001", "C0ONBOARD")


async def test_days_on_which_the_token_is_refused_are_explained_and_told_of_once_it_is_taken(scene, daily):
    scene.slack.fails("conversations.info", error="token_revoked")
    scene.slack.fails("auth.test", error="token_revoked", times=4)
    await scene.run.run_due(scene.now)
    for _ in range(3):
        await scene.sweeps(days=1)
    refused = await fates(scene, daily)
    assert scene.told() == []

    await scene.sweeps(days=1)
    await scene.sweeps(minutes=5)

    assert sorted(refused) == ["2026-09-07", "2026-09-08", "2026-09-09"]
    assert refused["2026-09-08"] == (DeliveryStatus.SKIPPED, "Slack did not accept my token")
    (told,) = scene.told()
    assert "Wed 9 Sep" in told


async def test_a_portfolio_of_twelve_hours_is_worth_a_digest_and_an_older_one_is_not(scene, daily):
    since, evening = scene.now, scene.now.replace(hour=19)
    first = await scene.subscribes(channel="C0LEADS01", at=evening.time(), zone="UTC", created_at=since)
    later = evening.replace(minute=1)
    second = await scene.subscribes(channel="C0LAUNCHS", at=later.time(), zone="UTC", created_at=since)
    await scene.run.run_due(scene.now)
    scene.pivotal.fails(Fault.error_500, times=10_000)

    await scene.sweeps(hours=12)
    await scene.sweeps(minutes=1)

    assert (await scene.row(first)).status is DeliveryStatus.DONE
    assert await scene.rows(second) == []
    assert "what I know is older than 12 hours" in scene.texts("C0LAUNCHS")[0]


@pytest.mark.parametrize(
    ("error", "status"), [(UpstreamError("Slack could not say."), None), (UserError("No group."), "failed")]
)
async def test_a_user_group_that_slack_does_not_name_is_no_all_clear(scene, error, status):
    async def groups(_group):
        raise error

    scene.groups = groups
    await scene.restarted()
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    subscription = await scene.subscribes(filters="owner:S0CSTEAM1")

    await scene.run.run_due(scene.now)

    rows = await scene.rows(subscription)
    assert [row.status.value for row in rows] == ([status] if status else [])
    assert not [text for text in scene.texts() if text.startswith("At-risk onboardings — ")]
    assert len(scene.told()) == (1 if status else 0)


async def test_a_channel_that_slack_lets_wait_holds_up_no_other(scene, daily):
    other = await scene.subscribes(channel="C0LAUNCHS", at=scene.now.replace(hour=7, minute=5).time(), zone="UTC")
    scene.awake.clear()
    scene.slack.fails("chat.postMessage", error="ratelimited", retry_after=60)

    waits = asyncio.Event()
    scene.while_asleep = waits.set

    async with Clock(scene.run, scene.subscriptions, clock=scene.clock) as clock:
        await waits.wait()
        scene.now += timedelta(minutes=5)
        await clock._sweep()
        await scene.slack.until(lambda: scene.texts("C0LAUNCHS"))
        assert scene.texts() == []
        scene.awake.set()

    assert len(scene.texts()) == 1
    assert (await scene.row(other)).status is DeliveryStatus.DONE


async def test_the_word_that_it_arrived_makes_the_older_one_read_only(scene, daily):
    await scene.run.run_due(scene.now)
    scene.now += timedelta(days=1)
    claim = await scene.ledger.claim(daily, "2026-09-08", now=scene.now)
    await scene.ledger.mark(claim, DeliveryStatus.UNCERTAIN)

    await scene.run.arrived(daily.id, "2026-09-08", by=scene.ana)

    assert "A newer digest: Tue 8 Sep." in scene.slack.seen("U0ANA0001", "C0ONBOARD")


async def test_one_subscribed_anew_makes_the_older_one_read_only(scene, daily):
    await scene.run.run_due(scene.now)
    await scene.store.subscriptions.delete(daily.id)
    await scene.subscribes(id="sub_anew")

    scene.now += timedelta(days=1)
    await scene.run.run_due(scene.now)

    first, _ = [one.seen for one in scene.slack.messages("C0ONBOARD") if one.thread_ts is None]
    assert "A newer digest: Tue 8 Sep." in first
