"""Whoever could not be told how a digest ended is told as soon as Slack takes it, by whichever process is there."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest

from bot.digests.clock import STUCK
from bot.domain.records import Said

AT_RISK = {"state": "at_risk", "csm_id": "user_csm_001"}


@pytest.fixture
async def daily(scene):
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    return await scene.subscribes()


@pytest.mark.parametrize("times", [2, 40])
async def test_who_could_not_be_asked_about_a_digest_is_asked_once_slack_takes_it(scene, daily, times):
    scene.slack.breaks("chat.postMessage", times=times)
    await scene.run.run_due(scene.now)
    assert ((await scene.row(daily)).status, scene.told()) == ("uncertain", [])
    for _ in range(times - 2):
        await scene.sweeps(minutes=5)
    assert scene.told() == []

    for _ in range(3):
        await scene.sweeps(minutes=5)

    (told,) = scene.told()
    assert "may or may not have been posted" in told
    assert scene.texts() == []


async def test_while_nothing_can_be_told_at_all_it_is_kept_for_days(scene, daily):
    scene.slack.breaks("chat.postMessage")
    scene.slack.breaks("conversations.open", times=1_000)
    await scene.run.run_due(scene.now)
    for _ in range(3):
        await scene.sweeps(hours=12)

    scene.slack.works_again()
    await scene.sweeps(minutes=5)

    assert [told for told in scene.told() if "of Mon 7 Sep may or may not have been posted" in told] != []


async def test_whom_slack_cannot_reach_holds_up_no_other(scene, daily):
    other = await scene.subscribes("launch-week", "C0LAUNCHS", creator="U0BEN0001")
    scene.slack.breaks("chat.postMessage", times=4)
    await scene.run.run_due(scene.now)
    assert [(await scene.row(one)).status for one in (daily, other)] == ["uncertain", "uncertain"]

    scene.slack.breaks("conversations.open", times=1)
    await scene.run.recover(scene.now)

    told = [*scene.slack.messages("D0ANA0001"), *scene.slack.messages("D0BEN0001")]
    assert len(told) == 1


async def test_what_slack_never_confirms_is_told_for_four_hours_and_no_longer(scene, daily):
    scene.slack.drops("chat.postMessage", times=1_000)
    await scene.run.run_due(scene.now)

    for _ in range(9):
        await scene.sweeps(hours=1)

    assert len(scene.told()) == 1 + 5


async def test_after_a_restart_it_is_told_all_the_same_and_once(scene, daily):
    scene.slack.breaks("chat.postMessage", times=2)
    await scene.run.run_due(scene.now)

    for _ in range(3):
        await scene.restarted()
        await scene.sweeps(minutes=5)

    assert len(scene.told()) == 1


async def test_of_two_replicas_one_tells(scene, daily):
    scene.slack.breaks("chat.postMessage", times=2)
    one = scene.run
    await one.run_due(scene.now)
    other = await scene.restarted()

    await asyncio.gather(*(run.recover(scene.now) for run in (one, other, one, other)))

    assert len(scene.told()) == 1


async def test_killed_before_it_could_ask_another_asks(scene, daily):
    scene.slack.breaks("chat.postMessage")
    scene.slack.slows("conversations.open", seconds=60)
    killed = asyncio.create_task(scene.run.run_due(scene.now))
    await scene.on_its_way.wait()

    await scene.restarted()
    await scene.sweeps(minutes=5)
    told = scene.told()
    killed.cancel()
    with suppress(asyncio.CancelledError):
        await killed

    assert len(told) == 1
    assert "may or may not have been posted" in told[0]


@pytest.mark.parametrize(("error", "says"), [("is_archived", "The subscription is paused"), ("not_in_channel", "")])
async def test_what_failed_is_told_later_too_with_its_reason(scene, daily, error, says):
    scene.slack.fails("chat.postMessage", error=error)
    scene.slack.breaks("conversations.open", times=2)
    await scene.run.run_due(scene.now)
    await scene.sweeps(minutes=5)
    assert scene.told() == []

    await scene.sweeps(minutes=5)

    (told,) = scene.told()
    assert "was not posted." in told
    assert says in scene.slack.seen("U0ANA0001", "D0ANA0001")


async def test_what_was_seen_to_in_the_meantime_is_not_asked_any_more(scene, daily):
    scene.slack.breaks("chat.postMessage", times=2)
    await scene.run.run_due(scene.now)

    await scene.run.arrived(daily.id, "2026-09-07", by=scene.ana)
    await scene.sweeps(minutes=5)

    assert scene.told() == []
    assert await scene.ledger.untold.all() == ()


async def test_what_is_a_week_old_is_not_told_any_more(scene, daily):
    scene.slack.breaks("chat.postMessage", times=2)
    await scene.run.run_due(scene.now)
    await scene.subscriptions.pause(daily.id, reason="archived")

    await scene.sweeps(days=7, minutes=1)

    assert scene.told() == []
    assert await scene.ledger.untold.all() == ()


async def test_what_was_left_open_under_a_clock_that_was_ahead_is_asked_about_under_the_right_one(scene, daily):
    ahead = scene.now + timedelta(days=30)
    await scene.ledger.prepare(await scene.ledger.claim(daily, "2026-10-07", now=ahead), said=Said())

    await (await scene.restarted()).recover(scene.now, older_than=STUCK)

    assert (await scene.row(daily)).status == "uncertain"
    assert len(scene.told()) == 1
