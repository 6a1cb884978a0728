"""Following an onboarding: who is told of what, when, and how often."""

import asyncio
from dataclasses import replace

import pytest

from bot.listeners.followers import Followers
from bot.sandbox.slack.world import ANA, BEN, CARA, ONBOARDING, Kind
from tests.processes import until

BENS = "D0BEN0001"
CARAS = "D0CARA001"


@pytest.fixture
def mode():
    return "socket"


def followers_of(bot, clock):
    """Who tells the followers, as the running bot has them."""
    conversation = bot.door._conversation
    who = conversation._actors.actor
    return Followers(
        conversation._cards._delivery, bot.services, who=lambda slack_id: who(slack_id, team=None), clock=clock
    )


@pytest.fixture
async def scene(pivotal, slack, bot, clock):
    """Monday, 16:00 in Berlin and 10:00 in New York; Ana is the CSM of Aurora Foods #89, which is in review."""
    clock.passes(hours=7, minutes=30)
    return followers_of(bot, clock)


async def told(bot, clock, followers, **later):
    """Let the burst, or more, go by, and hand out what is due."""
    await bot.settled()
    clock.passes(**(later or {"seconds": 31}))
    await followers.tell_due()


async def look(bot):
    """What happens elsewhere is seen when somebody looks."""
    await bot.services.onboardings.look("89")
    await bot.settled()


async def due_again(bot):
    return [one.due_at is not None for one in await bot.services.following.of(BEN)] == [True]


async def test_a_follower_is_told_once_of_a_burst_with_the_way_out(slack, pivotal, bot, clock, scene):
    await slack.types("/onboarding follow #89", by=BEN, channel=ONBOARDING)
    await look(bot)
    pivotal.edit(89, phase="program_buildout")
    await look(bot)
    pivotal.edit(89, phase="internal_qa", target_launch_date="2026-10-02")
    await look(bot)

    await told(bot, clock, scene)
    await scene.tell_due()

    (message,) = slack.messages(BENS)
    assert "Phase Review → Internal QA" in message.text
    assert "Fri 2 Oct 2026" in message.text
    await slack.clicks("Unfollow", by=BEN, message=message)
    pivotal.edit(89, phase="review")
    await look(bot)
    await told(bot, clock, scene)
    assert await bot.services.following.of(BEN) == ()


async def test_what_follows_goes_into_the_same_thread(slack, pivotal, bot, clock, scene):
    await slack.types("/onboarding follow #89", by=BEN, channel=ONBOARDING)
    for phase in ("program_buildout", "internal_qa"):
        await look(bot)
        pivotal.edit(89, phase=phase)
        await look(bot)
        await told(bot, clock, scene)

    first, second = slack.messages(BENS)

    assert second.thread_ts == first.ts


async def test_nobody_is_told_of_what_they_did_themselves(slack, pivotal, bot, clock, scene):
    await slack.types("/onboarding follow #89", by=CARA, channel=ONBOARDING)
    await slack.types("/onboarding follow #89", by=BEN, channel=ONBOARDING)
    await look(bot)

    await slack.types("/onboarding flag #89 no answer", by=CARA, channel=ONBOARDING)
    await told(bot, clock, scene)

    assert slack.messages(CARAS) == []
    assert "At risk" in slack.messages(BENS)[-1].text


async def test_the_csm_gets_no_copy_of_pivotals_own_message_about_the_launch(slack, pivotal, bot, clock, scene):
    for person in (ANA, BEN):
        await slack.types("/onboarding follow #89", by=person, channel=ONBOARDING)
    await look(bot)
    before = len(slack.messages("D0ANA0001"))

    pivotal.edit(89, phase="launch")
    await look(bot)
    await told(bot, clock, scene)

    assert len(slack.messages("D0ANA0001")) == before
    assert "Launch" in slack.messages(BENS)[-1].text


async def test_what_happens_at_night_is_told_in_the_morning_in_one_summary(slack, pivotal, bot, clock, scene):
    await slack.types("/onboarding follow #89", by=BEN, channel=ONBOARDING)
    clock.passes(hours=9)  # 19:00 in New York
    await look(bot)
    pivotal.edit(89, phase="program_buildout")
    await look(bot)
    await told(bot, clock, scene)
    assert slack.messages(BENS) == []

    clock.passes(hours=2)
    pivotal.edit(89, state="at_risk")
    await look(bot)
    await told(bot, clock, scene, hours=12)

    (message,) = slack.messages(BENS)
    assert "Phase Review → Program buildout" in message.text
    assert "State Active → At risk" in message.text


async def test_an_onboarding_that_is_gone_is_told_and_followed_no_longer(slack, pivotal, bot, clock, scene):
    await slack.types("/onboarding follow #89", by=BEN, channel=ONBOARDING)
    await look(bot)

    pivotal.delete(89)
    await bot.services.portfolio.remove("89")
    await told(bot, clock, scene)

    assert "no longer exists in Pivotal" in slack.messages(BENS)[-1].text
    assert await bot.services.following.of(BEN) == ()


async def test_what_could_not_be_sent_for_sure_is_told_later(slack, pivotal, bot, clock, scene):
    await slack.types("/onboarding follow #89", by=BEN, channel=ONBOARDING)
    await look(bot)
    pivotal.edit(89, phase="program_buildout")
    await look(bot)
    slack.fails("chat.postMessage", error="ratelimited", retry_after=3600, times=1)
    await told(bot, clock, scene)
    assert slack.messages(BENS) == []

    await told(bot, clock, scene)

    assert len(slack.messages(BENS)) == 1


async def test_what_was_not_on_its_way_when_the_bot_stopped_is_told_later(slack, pivotal, bot, clock, scene):
    await slack.types("/onboarding follow #89", by=BEN, channel=ONBOARDING)
    await look(bot)
    pivotal.edit(89, phase="program_buildout")
    await look(bot)
    clock.passes(seconds=31)
    slack.fails("chat.postMessage", error="ratelimited", retry_after=60)
    stopping = asyncio.create_task(scene.tell_due())
    await slack.until(lambda: slack.calls_of("chat.postMessage"))
    await until(lambda: due_again(bot))

    stopping.cancel()
    await asyncio.gather(stopping, return_exceptions=True)
    await scene.tell_due()

    assert [("Review → Program buildout" in one.text) for one in slack.messages(BENS)] == [True]


async def test_of_two_replicas_that_slack_lets_wait_one_tells(slack, pivotal, bot, clock, scene):
    await slack.types("/onboarding follow #89", by=BEN, channel=ONBOARDING)
    await look(bot)
    pivotal.edit(89, phase="program_buildout")
    await look(bot)
    clock.passes(seconds=31)
    slack.fails("chat.postMessage", error="ratelimited", retry_after=1)

    await asyncio.gather(scene.tell_due(), followers_of(bot, clock).tell_due())

    assert len(slack.messages(BENS)) == 1


@pytest.mark.parametrize("trouble", ["line", "token"])
async def test_what_was_surely_not_sent_is_told_when_slack_takes_it_again(slack, pivotal, bot, clock, scene, trouble):
    await slack.types("/onboarding follow #89", by=BEN, channel=ONBOARDING)
    await look(bot)
    pivotal.edit(89, phase="program_buildout")
    await look(bot)
    if trouble == "line":
        slack.drops("conversations.open")
    else:
        slack.fails("chat.postMessage", error="token_revoked")
    await told(bot, clock, scene)
    before = len(slack.messages(BENS))

    await told(bot, clock, scene)

    assert (before, len(slack.messages(BENS))) == (0, 1)


async def test_one_who_cannot_be_written_to_is_not_tried_again(slack, pivotal, bot, clock, scene):
    await slack.types("/onboarding follow #89", by=BEN, channel=ONBOARDING)
    await look(bot)
    pivotal.edit(89, phase="program_buildout")
    await look(bot)
    slack.fails("chat.postMessage", error="user_disabled")
    await told(bot, clock, scene)

    await told(bot, clock, scene, minutes=6)

    assert slack.messages(BENS) == []


async def test_a_message_that_may_have_been_sent_is_not_sent_again(slack, pivotal, bot, clock, scene):
    await slack.types("/onboarding follow #89", by=BEN, channel=ONBOARDING)
    await look(bot)
    pivotal.edit(89, phase="program_buildout")
    await look(bot)
    slack.drops("chat.postMessage")
    await told(bot, clock, scene)

    await told(bot, clock, scene)

    assert len(slack.messages(BENS)) == 1


async def test_following_from_the_cards_menu_and_twice_says_so(slack, pivotal, bot, scene):
    await slack.types("/onboarding #89", by=BEN, channel=ONBOARDING)
    await slack.clicks("Follow", by=BEN, channel=ONBOARDING)
    assert "You follow Aurora Foods (onboarding #89)." in slack.seen(BEN, ONBOARDING)

    await slack.types("/onboarding follow #89", by=BEN, channel=ONBOARDING)

    assert "already" in slack.seen(BEN, ONBOARDING)


async def test_unfollow_is_typed_too(slack, pivotal, bot, scene):
    await slack.types("/onboarding follow #89", by=BEN, channel=ONBOARDING)

    await slack.types("/onboarding unfollow #89", by=BEN, channel=ONBOARDING)

    assert "You no longer follow Aurora Foods." in slack.seen(BEN, ONBOARDING)
    assert await bot.services.following.of(BEN) == ()


async def test_what_somebody_follows_is_on_their_home(slack, pivotal, bot, scene):
    await slack.types("/onboarding follow #89", by=BEN, channel=ONBOARDING)

    await slack.opens_home(by=BEN)

    assert "Onboardings you follow" in slack.home_text(BEN)


async def test_one_who_has_become_a_guest_is_told_nothing_and_follows_no_longer(slack, pivotal, bot, clock, scene):
    await slack.types("/onboarding follow #89", by=BEN, channel=ONBOARDING)
    slack.workspace.people[BEN] = replace(slack.workspace.people[BEN], kind=Kind.GUEST)
    clock.passes(minutes=20)
    pivotal.edit(89, phase="program_buildout")
    await bot.services.onboardings.look("89")

    await told(bot, clock, scene)

    assert slack.messages(BENS) == []
    assert await bot.services.following.of(BEN) == ()


async def test_what_changes_while_others_are_told_is_told_too(slack, pivotal, bot, clock, scene):
    await slack.types("/onboarding follow #89", by=BEN, channel=ONBOARDING)
    await look(bot)
    pivotal.edit(89, phase="program_buildout")
    await look(bot)
    clock.passes(seconds=31)
    (due,) = await bot.services.following.due()
    pivotal.edit(89, state="at_risk")
    await look(bot)

    news = bot.services.following.news(due)

    assert news == {"phase": ("review", "program_buildout"), "state": ("active", "at_risk")}


async def test_what_could_not_be_sent_before_the_quiet_hours_waits_for_their_end(slack, pivotal, bot, clock, scene):
    await slack.types("/onboarding follow #89", by=BEN, channel=ONBOARDING)
    await look(bot)
    clock.passes(hours=7, minutes=59)  # 17:59 in New York
    pivotal.edit(89, phase="program_buildout")
    await look(bot)
    slack.fails("chat.postMessage", error="ratelimited", retry_after=3600, times=1)
    await told(bot, clock, scene)

    await told(bot, clock, scene, minutes=30)
    assert slack.messages(BENS) == []
    await told(bot, clock, scene, hours=15)

    assert len(slack.messages(BENS)) == 1


async def test_news_that_waited_while_the_bot_was_down_are_not_told_at_night(slack, pivotal, bot, clock, scene):
    await slack.types("/onboarding follow #89", by=BEN, channel=ONBOARDING)
    await look(bot)
    clock.passes(hours=7)
    pivotal.edit(89, phase="program_buildout")
    await look(bot)

    await told(bot, clock, scene, hours=6)

    assert slack.messages(BENS) == []


async def test_news_nobody_was_told_to_come_are_found(slack, pivotal, bot, clock, scene):
    await slack.types("/onboarding follow #89", by=BEN, channel=ONBOARDING)
    bot.services.portfolio._watchers.clear()  # As a crash between two steps would have it.
    pivotal.edit(89, phase="program_buildout")
    await look(bot)

    await told(bot, clock, scene, minutes=6)
    await told(bot, clock, scene)

    assert "Phase Review → Program buildout" in slack.messages(BENS)[-1].text


@pytest.mark.parametrize("changes_again", [False, True])
async def test_what_changed_while_a_clock_was_a_year_ahead_is_told_when_it_is_right(
    slack, pivotal, bot, clock, scene, changes_again
):
    await slack.types("/onboarding follow #89", by=BEN, channel=ONBOARDING)
    clock.passes(days=365)
    await scene.tell_due()
    pivotal.edit(89, phase="program_buildout")
    await look(bot)

    clock.passes(days=-365)
    if changes_again:
        pivotal.edit(89, state="at_risk")
        await look(bot)
    else:
        await scene.tell_due()
    await told(bot, clock, scene)

    assert "Phase Review → Program buildout" in slack.messages(BENS)[-1].text


async def test_a_deletion_that_could_not_be_told_is_told_later(slack, pivotal, bot, clock, scene):
    await slack.types("/onboarding follow #89", by=BEN, channel=ONBOARDING)
    pivotal.delete(89)
    await bot.services.portfolio.remove("89")
    slack.fails("chat.postMessage", error="ratelimited", retry_after=3600, times=1)
    await told(bot, clock, scene)

    await told(bot, clock, scene)

    assert "no longer exists" in slack.messages(BENS)[-1].text
