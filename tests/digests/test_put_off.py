"""A digest that cannot be made at its hour: said once in its channel, tried again, explained when it is too late."""

from datetime import timedelta

import pytest

from bot.domain.records import DeliveryStatus
from bot.sandbox.pivotal import Fault

AT_RISK = {"state": "at_risk", "csm_id": "user_csm_001"}


@pytest.fixture
async def due(scene):
    """A digest whose hour it is while Pivotal, which nobody has ever read, does not answer."""
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    scene.pivotal.fails(Fault.error_500, times=10_000)
    return await scene.subscribes()


async def test_it_is_said_once_in_the_channel_with_when_it_is_tried_again(scene, due):
    await scene.run.run_due(scene.now)
    for _ in range(5):
        await scene.sweeps(minutes=5)

    (notice,) = scene.texts()
    assert notice == (
        "“At-risk onboardings” could not be made yet: Pivotal is not answering. "
        "I try again every 5 minutes, the last time at 13:00 Europe/Berlin."
    )
    assert scene.told() == []
    assert await scene.rows(due) == []


async def test_it_comes_as_soon_as_it_can_and_says_why_it_is_late(scene, due):
    await scene.run.run_due(scene.now)
    scene.pivotal.works_again()

    await scene.sweeps(minutes=20)

    notice, digest = scene.texts()
    assert digest.startswith("At-risk onboardings — Mon 7 Sep · 1")
    assert "Late: it is 09:20 because Pivotal is not answering" in scene.slack.seen("U0ANA0001", "C0ONBOARD")
    assert notice == "“At-risk onboardings” came late, at 09:20: Pivotal is not answering."
    assert (await scene.row(due)).status is DeliveryStatus.DONE


async def test_past_its_grace_it_is_skipped_and_the_subscriber_asked(scene, due):
    await scene.run.run_due(scene.now)

    for _ in range(10):
        await scene.sweeps(minutes=30)

    row = await scene.row(due)
    assert (row.slot, row.status, row.reason) == ("2026-09-07", DeliveryStatus.SKIPPED, "Pivotal is not answering.")
    (notice,) = scene.texts()
    assert notice == (
        "“At-risk onboardings” of Mon 7 Sep was not posted: Pivotal is not answering. "
        "Whoever subscribed it has been told, and can still post it."
    )
    (told,) = scene.told()
    assert "was not posted on Mon 7 Sep: Pivotal is not answering." in told


async def test_the_next_one_says_that_the_last_was_not_sent_and_why(scene, due):
    await scene.run.run_due(scene.now)
    await scene.sweeps(hours=5)
    scene.pivotal.works_again()

    await scene.sweeps(hours=19)

    seen = scene.slack.seen("U0ANA0001", "C0ONBOARD")
    assert "Mon 7 Sep" in seen
    assert "Pivotal is not answering" in seen


async def test_nothing_at_all_is_said_where_customers_read(scene, due):
    scene.slack.becomes_external("C0ONBOARD")

    await scene.run.run_due(scene.now)

    assert scene.slack.calls_of("chat.postMessage") == []


async def test_with_slack_away_it_is_tried_again_and_nothing_is_lost(scene):
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    subscription = await scene.subscribes()
    with scene.without_slack():
        await scene.run.run_due(scene.now)
        await scene.sweeps(minutes=5)
    assert await scene.rows(subscription) == []

    await scene.sweeps(minutes=5)

    assert len(scene.texts()) == 1
    assert (await scene.row(subscription)).status is DeliveryStatus.DONE


async def test_with_slack_away_for_all_its_grace_the_reason_is_kept(scene):
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    subscription = await scene.subscribes()
    with scene.without_slack():
        await scene.run.run_due(scene.now)

    scene.now += timedelta(hours=6)
    await (await scene.restarted()).recover(scene.now)

    row = await scene.row(subscription)
    assert row.status is DeliveryStatus.SKIPPED
    assert row.reason == "Slack did not say who reads this channel."
    assert len(scene.told()) == 1


async def test_a_token_that_is_revoked_stops_all_digests_until_slack_takes_it_again(scene):
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    subscription = await scene.subscribes()
    scene.slack.fails("conversations.info", error="token_revoked")
    scene.slack.fails("auth.test", error="token_revoked", times=2)

    await scene.run.run_due(scene.now)
    for _ in range(2):
        await scene.sweeps(minutes=5)
    assert len(scene.slack.calls_of("conversations.info")) == 1
    assert scene.slack.calls_of("chat.postMessage") == []

    await scene.sweeps(minutes=5)

    assert len(scene.texts()) == 1
    assert (await scene.row(subscription)).status is DeliveryStatus.DONE
