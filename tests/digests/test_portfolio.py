"""The portfolio digest on its Friday, from Pivotal to the channel: in words always, with its chart where allowed."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.digests import DIGESTS
from bot.domain.records import Subscription
from bot.sandbox.slack.world import ANA, CARA, ONBOARDING, TEAM

pytestmark = pytest.mark.parametrize("mode", ["socket"])

FRIDAY = datetime(2026, 9, 11, 13, tzinfo=UTC)
"""15:00 in Berlin."""


@pytest.fixture
def extras():
    return ("charts",)


@pytest.fixture
async def friday(bot, slack, pivotal, clock):
    """Friday's digest of a portfolio of three, one of which was seen to launch on Tuesday; gives the subscription."""
    digest = DIGESTS["portfolio"]
    subscription = Subscription(
        "sub_1", TEAM, ONBOARDING, digest.kind, digest.days, digest.at, "Europe/Berlin", CARA, clock()
    )
    await bot.store.subscriptions.add(subscription)
    pivotal.has_onboarding(89, customer="Aurora Foods", phase="review", state="at_risk")
    pivotal.has_onboarding(90, customer="Globex", phase="review")
    pivotal.has_onboarding(91, customer="Hooli", phase="internal_qa", target_launch_date="2026-09-07")
    clock.now = FRIDAY - timedelta(days=3)
    await bot.services.portfolio.snapshot(timedelta(0))
    pivotal.edit(91, by="Dana", phase="launch")
    clock.passes(hours=1)
    await bot.services.portfolio.snapshot(timedelta(0))
    clock.now = FRIDAY
    await bot.digests.run_due(clock())
    return subscription


async def ledger(bot, subscription):
    (row,) = await bot.store.deliveries.recent(subscription.id, 5)
    return row.status.value, row.reason


def posted(slack):
    head, *thread = [one for one in slack.messages(ONBOARDING) if one.user == "U0BOT0001"]
    return head, thread


async def test_it_tells_where_all_stand_and_what_launched(bot, slack, friday):
    head, _ = posted(slack)

    assert head.text == "Portfolio — Fri 11 Sep · 3 open · 1 launched in 7 days. Launched: Hooli"
    assert "• *2* Review — 1 active, 1 at risk" in head.seen
    assert "*Hooli* #91 — Tue 8 Sep, 1 day late, target 7 Sep" in head.seen


async def test_its_chart_is_in_its_thread_with_the_numbers_in_words(bot, slack, friday):
    pytest.importorskip("matplotlib")
    head, (reply,) = posted(slack)

    (file,) = reply.files
    assert (reply.thread_ts, file.title) == (head.ts, "Open onboardings by phase and state")
    assert file.content.startswith(b"\x89PNG")
    assert file.alt_text == (
        "Bar chart of 3 open onboardings by phase and state. Review 2: 1 active, 1 at risk. Launch 1: 1 active."
    )
    assert await ledger(bot, friday) == ("done", None)


@pytest.mark.parametrize("extras", [()])
async def test_without_the_scope_it_is_words_only_and_nothing_is_missing(bot, slack, friday):
    _, thread = posted(slack)

    assert thread == []
    assert slack.calls_of("files.getUploadURLExternal") == []
    assert await ledger(bot, friday) == ("done", None)


@pytest.mark.parametrize("extras", [()])
async def test_admins_are_told_that_the_chart_is_off(bot, slack):
    await slack.opens_home(by=CARA)

    assert "the portfolio’s chart, because the scope files:write is missing" in slack.home_text(CARA)


async def test_a_preview_says_the_same_without_a_picture(bot, slack, friday):
    await slack.types("/onboarding digest preview portfolio", by=ANA, channel=ONBOARDING)

    assert "• *2* Review — 1 active, 1 at risk" in slack.seen(ANA, ONBOARDING)
    assert len(slack.calls_of("files.completeUploadExternal")) == 1
