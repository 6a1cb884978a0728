import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.digests import DIGESTS
from bot.domain.errors import Busy, Forbidden, NotFound
from bot.domain.records import Actor, DeliveryStatus, Said
from bot.sandbox.pivotal import Fault
from bot.services.ledger import Ledger, unsent
from tests.processes import until

AT_RISK = {"state": "at_risk", "csm_id": "user_csm_001"}
DEVON = Actor("U0DEV0001", "T0HOME001", "Devon Park")
GUEST = Actor("U0GUEST01", "T0HOME001", "Gus Moreau", guest=True)


class Killed(BaseException):
    """The process is gone."""


class KilledAfterThePost(Ledger):
    """A ledger whose process dies before it can note that the message is in the channel."""

    async def posted(self, *_, **__):
        raise Killed


async def test_due_digest_is_posted_and_the_ledger_says_what_it_said(scene):
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    subscription = await scene.subscribes()

    await scene.run.run_due(scene.now)

    assert scene.texts() == ["At-risk onboardings — Mon 7 Sep · 1"]
    row = await scene.row(subscription)
    assert (row.slot, row.status) == ("2026-09-07", DeliveryStatus.DONE)
    assert [said.title for said in row.said.rows.values()] == ["Aurora Foods"]


async def test_one_digest_however_often_it_is_run_or_restarted(scene):
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    await scene.subscribes()

    await asyncio.gather(*(scene.run.run_due(scene.now) for _ in range(5)))
    for _ in range(3):
        again = await scene.restarted()
        await again.recover(scene.now)
        await again.run_due(scene.now)

    assert len(scene.texts()) == 1


async def test_two_processes_in_one_minute_post_one_digest(scene):
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    await scene.subscribes()
    first = scene.run
    second = await scene.restarted()

    await asyncio.gather(first.run_due(scene.now), second.run_due(scene.now))

    assert len(scene.texts()) == 1


async def test_digests_of_one_minute_share_one_snapshot(scene):
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    for channel in ("C0ONBOARD", "C0LAUNCHS", "C0LEADS01"):
        await scene.subscribes(channel=channel)
        await scene.subscribes("launch-week", channel=channel)

    await scene.run.run_due(scene.now)

    walks = [request for request in scene.pivotal.requests if request.path == "/onboardings"]
    assert sum(len(scene.texts(channel)) for channel in ("C0ONBOARD", "C0LAUNCHS", "C0LEADS01")) == 6
    assert len(walks) == 1


@pytest.mark.parametrize(("after", "told"), [(timedelta(minutes=1), "1"), (timedelta(minutes=3), "all clear")])
async def test_a_digest_that_is_asked_for_is_as_new_as_a_list(scene, after, told):
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    await scene.run.preview("at-risk", channel="C0ONBOARD", by=scene.ana)
    scene.pivotal.edit(89, by="Dana", state="active")
    scene.now += after

    message = await scene.run.preview("at-risk", channel="C0ONBOARD", by=scene.ana)
    await scene.run.post_now("at-risk", channel="C0ONBOARD", by=scene.ana, trigger="t1")

    assert message.text == scene.texts()[-1] == f"At-risk onboardings — Mon 7 Sep · {told}"


async def test_a_digest_at_its_hour_takes_a_walk_of_the_last_quarter_of_an_hour(scene):
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    await scene.portfolio.snapshot(timedelta(0))
    await scene.subscribes()
    scene.now += timedelta(minutes=10)

    await scene.run.run_due(scene.now)

    assert len([request for request in scene.pivotal.requests if request.path == "/onboardings"]) == 1
    assert len(scene.texts()) == 1


async def test_launch_week_goes_first_in_its_channel(scene):
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    await scene.subscribes("at-risk")
    await scene.subscribes("launch-week")

    await asyncio.gather(*(scene.run.run_due(scene.now) for _ in range(3)))

    assert [text.split(" — ")[0] for text in scene.texts()] == ["Launch week", "At-risk onboardings"]


async def test_second_day_tells_new_from_continuing_and_what_recovered(scene):
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    scene.pivotal.has_onboarding(90, customer="Globex", **AT_RISK)
    await scene.subscribes()
    await scene.run.run_due(scene.now)
    scene.pivotal.edit(89, by="Dana", state="active")
    scene.pivotal.has_onboarding(91, customer="Initech", **AT_RISK)

    scene.now += timedelta(days=1)
    await scene.run.run_due(scene.now)

    assert scene.texts()[-1] == (
        "At-risk onboardings — Tue 8 Sep · 2 (1 new, 1 continuing) · 1 recovered. New: Initech"
    )


async def test_with_nothing_to_say_there_is_one_all_clear_and_then_silence(scene):
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    subscription = await scene.subscribes()
    await scene.run.run_due(scene.now)
    scene.pivotal.edit(89, by="Dana", state="active")

    for _ in range(3):
        scene.now += timedelta(days=1)
        await scene.run.run_due(scene.now)

    assert len(scene.texts()) == 2
    assert "all clear" in scene.texts()[-1]
    row = await scene.row(subscription)
    assert (row.status, row.reason) == (DeliveryStatus.SKIPPED, "nothing to say")


async def test_filters_narrow_what_a_channel_sees(scene):
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    scene.pivotal.has_onboarding(90, customer="Globex", state="at_risk", csm_id="user_csm_002")
    await scene.subscribes(filters="owner:user_csm_001")

    await scene.run.run_due(scene.now)

    seen = scene.slack.seen("U0ANA0001", "C0ONBOARD")
    assert "Aurora Foods" in seen
    assert "Globex" not in seen
    assert "owner Ana Ruiz" in seen


async def test_complete_list_follows_in_the_thread_a_message_a_second(scene):
    for number in range(100, 250):
        scene.pivotal.has_onboarding(number, customer=f"Customer {number} {'x' * 60}", **AT_RISK)
    subscription = await scene.subscribes()

    await scene.run.run_due(scene.now)

    (top,) = [one for one in scene.slack.messages("C0ONBOARD") if one.thread_ts in (None, one.ts)]
    parts = [one for one in scene.slack.messages("C0ONBOARD") if one.ts != top.ts and one.thread_ts == top.ts]
    posts = scene.slack.calls_of("chat.postMessage")
    assert len(posts) > 2
    assert all(call.args.get("thread_ts") == top.ts for call in posts[1:])
    assert len(parts) in (0, len(posts) - 1)
    assert scene.slept == [1.0] * (len(posts) - 1)
    assert (await scene.row(subscription)).status is DeliveryStatus.DONE


async def test_a_lost_thread_message_does_not_cost_the_digest(scene):
    for number in range(100, 112):
        scene.pivotal.has_onboarding(number, customer=f"Customer {number}", **AT_RISK)
    subscription = await scene.subscribes()
    scene.while_asleep = lambda: scene.slack.drops("chat.postMessage")

    await scene.run.run_due(scene.now)

    row = await scene.row(subscription)
    assert (row.status, row.reason) == (DeliveryStatus.DONE, "1 of 1 thread messages may be missing")


async def test_test_key_is_said(scene):
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    await scene.subscribes()
    run = await scene.restarted(test_key=True)

    await run.run_due(scene.now)

    assert "TEST" in scene.slack.seen("U0ANA0001", "C0ONBOARD")


async def test_missed_hour_is_caught_up_on_and_called_late(scene):
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    await scene.subscribes()
    scene.now += timedelta(hours=3)

    await scene.run.recover(scene.now)
    await scene.run.run_due(scene.now)

    assert "Late: it is 12:00" in scene.slack.seen("U0ANA0001", "C0ONBOARD")
    assert scene.told() == []


async def test_hour_missed_for_too_long_is_explained_and_not_posted(scene):
    subscription = await scene.subscribes()
    scene.now += timedelta(hours=6)

    await scene.run.recover(scene.now)
    await scene.run.recover(scene.now)
    await scene.run.run_due(scene.now)

    assert scene.texts() == []
    assert (await scene.row(subscription)).status is DeliveryStatus.SKIPPED
    (told,) = scene.told()
    assert "was not posted on Mon 7 Sep: I was not running at the hour set." in told


async def test_killed_before_anything_was_sent_it_is_given_back_and_posted_once(scene):
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    subscription = await scene.subscribes()
    await scene.ledger.claim(subscription, "2026-09-07", now=scene.now)
    scene.now += timedelta(minutes=30)

    for _ in range(2):
        again = await scene.restarted()
        await again.recover(scene.now)
        await again.run_due(scene.now)

    assert len(scene.texts()) == 1
    assert "Late: it is 09:30" in scene.slack.seen("U0ANA0001", "C0ONBOARD")
    assert (await scene.row(subscription)).status is DeliveryStatus.DONE
    assert scene.told() == []


@pytest.mark.parametrize("hours", [5, 24 * 30])
async def test_killed_before_anything_was_sent_and_found_too_late_it_is_explained_and_not_posted(scene, hours):
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    subscription = await scene.subscribes(days="mon")
    await scene.ledger.claim(subscription, "2026-09-07", now=scene.now)
    scene.now += timedelta(hours=hours)

    for _ in range(2):
        await (await scene.restarted()).recover(scene.now)

    row = await scene.ledger.get(subscription.id, "2026-09-07")
    assert scene.texts() == []
    assert (row.status, row.reason) == (DeliveryStatus.FAILED, "I was interrupted before it was posted")
    (told,) = scene.told()
    assert "on Mon 7 Sep: I was interrupted before it was posted." in told


async def test_one_asked_for_that_was_interrupted_before_anything_was_sent_is_not_posted_out_of_the_blue(scene):
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    subscription = await scene.subscribes()
    await scene.ledger.claim(subscription, "now:t1", now=scene.now)

    again = await scene.restarted()
    await again.recover(scene.now)
    await again.run_due(scene.now)

    row = await scene.ledger.get(subscription.id, "now:t1")
    assert len(scene.texts()) == 1
    assert (row.status, row.reason) == (DeliveryStatus.FAILED, "I was interrupted before it was posted")
    assert scene.told() == []


async def test_killed_as_it_was_being_posted_it_is_uncertain_told_once_and_never_posted(scene):
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    subscription = await scene.subscribes()
    claim = await scene.ledger.claim(subscription, "2026-09-07", now=scene.now)
    await scene.ledger.prepare(claim, said=Said())

    for _ in range(2):
        again = await scene.restarted()
        await again.recover(scene.now)
        await again.run_due(scene.now)

    assert scene.texts() == []
    assert (await scene.row(subscription)).status is DeliveryStatus.UNCERTAIN
    (told,) = scene.told()
    assert "may or may not have been posted" in told


async def test_while_slack_makes_it_wait_nothing_is_on_its_way(scene):
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    subscription = await scene.subscribes()
    scene.slack.fails("chat.postMessage", error="ratelimited", retry_after=30)
    scene.awake.clear()

    under_way = asyncio.create_task(scene.run.run_due(scene.now))
    await until(lambda: scene.slept)
    waiting = await scene.row(subscription)
    scene.awake.set()
    await under_way

    assert unsent(waiting)
    assert len(scene.texts()) == 1
    assert not unsent(await scene.row(subscription))


async def test_killed_after_the_post_it_is_not_posted_again(scene):
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    subscription = await scene.subscribes()
    doomed = await scene.restarted(ledger=KilledAfterThePost)

    with pytest.raises(Killed):
        await doomed.run_due(scene.now)
    again = await scene.restarted()
    await again.recover(scene.now)
    await again.run_due(scene.now)

    assert len(scene.texts()) == 1
    assert (await scene.row(subscription)).status is DeliveryStatus.UNCERTAIN


@pytest.mark.parametrize(("minutes", "posts"), [(2, 0), (3, 1)])
async def test_another_replica_takes_over_what_is_unsent_after_three_minutes(scene, minutes, posts):
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    subscription = await scene.subscribes()
    await scene.ledger.claim(subscription, "2026-09-07", now=scene.now)

    await scene.sweeps(minutes=minutes)

    assert len(scene.texts()) == posts
    assert (await scene.row(subscription)).status is (DeliveryStatus.DONE if posts else DeliveryStatus.CLAIMED)


async def test_another_replica_settles_what_may_be_on_its_way_after_a_quarter_of_an_hour(scene):
    subscription = await scene.subscribes()
    claim = await scene.ledger.claim(subscription, "2026-09-07", now=scene.now)
    await scene.ledger.prepare(claim, said=Said())

    await scene.sweeps(minutes=14)
    early = await scene.row(subscription)
    await scene.sweeps(minutes=1)

    assert early.status is DeliveryStatus.CLAIMED
    assert (await scene.row(subscription)).status is DeliveryStatus.UNCERTAIN


class Gate:
    """Where a process stands still right before it posts, until it is let go."""

    def __init__(self) -> None:
        self.reached, self.open = asyncio.Event(), asyncio.Event()

    def ledger(self, store):
        gate = self

        class Standing(Ledger):
            async def prepare(self, claim, *, said):
                gate.reached.set()
                await gate.open.wait()
                return await super().prepare(claim, said=said)

        return Standing(store)


async def test_one_who_stood_still_while_another_took_over_posts_nothing(scene):
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    subscription = await scene.subscribes()
    first, second = Gate(), Gate()
    slow = asyncio.create_task((await scene.restarted(ledger=first.ledger)).run_due(scene.now))
    await first.reached.wait()
    scene.now += timedelta(minutes=3)
    other = asyncio.create_task((await scene.restarted(ledger=second.ledger)).run_due(scene.now))
    await second.reached.wait()

    first.open.set()
    await slow
    early = scene.texts()
    second.open.set()
    await other

    assert early == []
    assert len(scene.texts()) == 1
    assert (await scene.row(subscription)).status is DeliveryStatus.DONE


async def test_one_who_is_slow_is_not_taken_over_by_its_own_process(scene):
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    subscription = await scene.subscribes()
    gate = Gate()
    run = await scene.restarted(ledger=gate.ledger)
    slow = asyncio.create_task(run.run_due(scene.now))
    await gate.reached.wait()
    begun = (await scene.row(subscription)).claim

    await scene.sweeps(minutes=30)
    kept = (await scene.row(subscription)).claim
    gate.open.set()
    await slow

    assert kept == begun
    assert len(scene.texts()) == 1


async def test_dropped_connection_leaves_one_post_and_an_uncertain_ledger(scene):
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    subscription = await scene.subscribes()
    scene.slack.drops("chat.postMessage")

    for _ in range(3):
        await scene.run.run_due(scene.now)
        await (await scene.restarted()).recover(scene.now)

    assert len(scene.texts()) == 1
    assert (await scene.row(subscription)).status is DeliveryStatus.UNCERTAIN
    assert len(scene.told()) == 1


@pytest.mark.parametrize("change", ["becomes_external", "adds_guest", "archives"])
async def test_channel_that_is_no_longer_fit_is_paused_with_its_settings_and_the_subscriber_told(scene, change):
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    subscription = await scene.subscribes(filters="owner:user_csm_001")
    getattr(scene.slack, change)("C0ONBOARD")

    await scene.run.run_due(scene.now)

    assert scene.texts() == []
    kept = await scene.subscriptions.get(subscription.id)
    assert kept.paused
    assert kept.filters == "owner:user_csm_001"
    assert (await scene.row(subscription)).status is DeliveryStatus.FAILED
    (told,) = scene.told()
    assert "The subscription is paused" in told


async def test_bot_that_was_removed_says_how_to_invite_it_and_stays_subscribed(scene):
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    subscription = await scene.subscribes()
    scene.slack.removes_bot("C0ONBOARD")

    await scene.run.run_due(scene.now)

    assert (await scene.subscriptions.get(subscription.id)).paused is None
    (told,) = scene.told()
    assert "/invite" in told


async def test_while_nobody_knows_who_reads_a_channel_nothing_is_posted_and_it_is_tried_again(scene):
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    subscription = await scene.subscribes()
    scene.slack.fails("conversations.info", error="internal_error", times=2)

    await scene.run.run_due(scene.now)
    assert scene.slack.calls_of("chat.postMessage") == []
    assert await scene.rows(subscription) == []
    assert (await scene.subscriptions.get(subscription.id)).paused is None

    await scene.sweeps(minutes=5)

    assert len(scene.texts()) == 1


async def test_one_channels_failure_costs_no_other_channel_its_digest(scene):
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    await scene.subscribes(channel="C0ARCHIVD")
    await scene.subscribes(channel="C0AURSHRD")
    await scene.subscribes(channel="C0NOWHERE")
    await scene.subscribes(channel="C0LAUNCHS")

    await scene.run.run_due(scene.now)

    assert len(scene.texts("C0LAUNCHS")) == 1
    assert scene.texts("C0AURSHRD") == []


async def test_with_pivotal_away_the_last_snapshot_serves_and_says_so(scene):
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    await scene.subscribes()
    await scene.portfolio.snapshot(timedelta(0))
    scene.pivotal.fails(Fault.error_500, times=50)
    scene.now += timedelta(hours=2)

    await scene.run.run_due(scene.now)

    assert "Pivotal is not answering, as of 09:00" in scene.slack.seen("U0ANA0001", "C0ONBOARD")


async def test_preview_shows_the_digest_and_posts_nothing(scene):
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)

    message = await scene.run.preview("at-risk", channel="C0ONBOARD", by=scene.ana)

    assert message.text == "At-risk onboardings — Mon 7 Sep · 1"
    assert scene.slack.calls_of("chat.postMessage") == []
    with pytest.raises(Forbidden):
        await scene.run.preview("at-risk", channel="C0ONBOARD", by=GUEST)
    with pytest.raises(NotFound, match="weather"):
        await scene.run.preview("weather", channel="C0ONBOARD", by=scene.ana)


async def test_digest_now_names_who_asked_and_leaves_the_days_slot(scene):
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    subscription = await scene.subscribes()

    await scene.run.post_now("at-risk", channel="C0ONBOARD", by=scene.ana, trigger="t1")
    assert "asked for by Ana Ruiz" in scene.slack.seen("U0ANA0001", "C0ONBOARD")
    assert await scene.ledger.last_delivered(subscription, now=scene.now) is None
    await scene.run.run_due(scene.now)

    assert len(scene.texts()) == 2
    assert {row.slot for row in await scene.rows(subscription)} == {"now:t1", "2026-09-07"}


async def test_one_request_for_a_digest_posts_one(scene):
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    await scene.run.post_now("launch-week", channel="C0ONBOARD", by=scene.ana, trigger="t1")

    with pytest.raises(Busy):
        await scene.run.post_now("launch-week", channel="C0ONBOARD", by=scene.ana, trigger="t1")

    assert len(scene.texts()) == 1


@pytest.mark.parametrize(("channel", "by"), [("C0AURSHRD", None), ("C0ONBOARD", DEVON)])
async def test_digest_now_is_refused_where_customers_read_and_to_who_may_not(scene, channel, by):
    with pytest.raises(Forbidden):
        await scene.run.post_now("at-risk", channel=channel, by=by or scene.ana, trigger="t1")

    assert scene.texts(channel) == []


async def test_subscription_with_hours_nobody_can_read_costs_no_other_its_digest(scene):
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    await scene.subscribes(channel="C0LEADS01", zone="Mars/Base")
    await scene.subscribes(channel="C0LAUNCHS", days="someday")
    await scene.subscribes()

    await scene.run.run_due(scene.now)

    assert len(scene.texts()) == 1


async def test_a_channel_that_slack_makes_wait_delays_no_other(scene):
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    await scene.subscribes(channel="C0ONBOARD")
    await scene.subscribes(channel="C0LAUNCHS")
    scene.slack.fails("chat.postMessage", error="ratelimited", retry_after=30)
    scene.awake.clear()

    under_way = asyncio.create_task(scene.run.run_due(scene.now))
    await scene.slack.until(lambda: scene.texts("C0ONBOARD") or scene.texts("C0LAUNCHS"))
    first = len(scene.texts("C0ONBOARD")) + len(scene.texts("C0LAUNCHS"))
    scene.awake.set()
    await under_way

    assert first == 1
    assert (len(scene.texts("C0ONBOARD")), len(scene.texts("C0LAUNCHS"))) == (1, 1)
    assert scene.slept == [30.0]


async def test_a_direct_message_gets_its_own_digest(scene):
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    scene.pivotal.has_onboarding(90, customer="Globex", state="at_risk", csm_id="user_csm_002")
    await scene.subscribes(channel="D0ANA0001", filters="mine")

    await scene.run.run_due(scene.now)

    (digest,) = scene.told()
    assert digest.startswith("At-risk onboardings — Mon 7 Sep · 1")
    assert "Aurora Foods" in scene.slack.seen("U0ANA0001", "D0ANA0001")


async def test_a_user_group_is_asked_for_its_people(scene):
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    scene.pivotal.has_onboarding(90, customer="Globex", state="at_risk", csm_id="user_csm_002")
    await scene.subscribes(filters="owner:<!subteam^S0CSTEAM1|@cs-team>")

    await scene.run.run_due(scene.now)

    seen = scene.slack.seen("U0ANA0001", "C0ONBOARD")
    assert "Aurora Foods" in seen
    assert "Globex" not in seen


async def test_loud_ones_are_posted_with_nothing_to_say_too(scene):
    await scene.subscribes(quiet=False)

    await scene.run.run_due(scene.now)

    assert scene.texts() == ["At-risk onboardings — Mon 7 Sep · all clear"]


async def test_one_whose_claim_was_settled_by_another_replica_is_not_posted(scene):
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    subscription = await scene.subscribes()
    await scene.restarted(ledger=GivenUp)

    await scene.run.run_due(scene.now)

    row = await scene.row(subscription)
    assert scene.texts() == []
    assert (row.status, row.reason) == (DeliveryStatus.UNCERTAIN, "interrupted")


class GivenUp(Ledger):
    """A ledger in which another replica takes this one for dead while it writes."""

    async def prepare(self, claim, *, said):
        await self.mark(claim, DeliveryStatus.UNCERTAIN, reason="interrupted")
        return await super().prepare(claim, said=said)


async def test_a_fault_in_one_digest_is_explained_and_costs_no_other(scene):
    def faulty(_briefing):
        raise ZeroDivisionError

    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    broken = await scene.subscribes("at-risk")
    await scene.subscribes("launch-week")
    kinds = {**DIGESTS, "at-risk": replace(DIGESTS["at-risk"], write=faulty)}
    await scene.restarted(kinds=kinds)

    await scene.run.run_due(scene.now)

    row = await scene.row(broken)
    assert row.status is DeliveryStatus.FAILED
    assert "Something went wrong on our side, reference" in row.reason
    assert [text.split(" — ")[0] for text in scene.texts()] == ["Launch week"]
    assert row.reason in scene.told()[0]
