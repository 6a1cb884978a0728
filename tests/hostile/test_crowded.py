"""More is at work than the bot takes on: whoever comes is told so at once, and can do it a moment later."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from bot.listeners import door
from bot.listeners.crowded import MOST, MOST_TOLD, TOO_MUCH
from bot.sandbox.slack.world import ANA, CARA, ONBOARDING


@pytest.fixture
def extras():
    return ("mentions",)


@pytest.fixture
def pivotal(pivotal):
    pivotal.has_onboarding(89, customer="Aurora Foods", phase="review", csm_id="user_csm_001")
    return pivotal


@pytest.fixture
def crowded(bot, slack):
    """`async with crowded():` as much is at work as the bot takes on, and so much more."""

    @asynccontextmanager
    async def fills(more=0):
        leave, settles, slack.settles = asyncio.Event(), slack.settles, None
        for _ in range(MOST + more):
            bot.door.tasks.spawn(leave.wait())
        yield
        leave.set()
        await bot.settled()
        slack.settles = settles

    return fills


async def test_a_command_is_answered_with_the_acknowledgement_and_works_a_moment_later(crowded, slack, pivotal, bot):
    before = len(pivotal.requests)

    async with crowded():
        acknowledged = await slack.types("/onboarding #89", by=ANA, channel=ONBOARDING)
        told = slack.seen(ANA, ONBOARDING)
        asked = len(pivotal.requests) - before
    await slack.types("/onboarding #89", by=ANA, channel=ONBOARDING)

    assert acknowledged.ok
    assert told == TOO_MUCH
    assert asked == 0
    assert "Aurora Foods" in slack.seen(ANA, ONBOARDING)


async def test_a_press_changes_nothing_and_is_told_of_in_the_place_of_its_answer(crowded, slack, pivotal, bot):
    await slack.types("/onboarding #89", by=ANA, channel=ONBOARDING)
    card = slack.last(by=ANA, channel=ONBOARDING)

    async with crowded():
        acknowledged = await slack.clicks("Advance to Program buildout", by=ANA, channel=ONBOARDING, message=card)
        await slack.sees("too much to do", by=ANA, channel=ONBOARDING)
    before = pivotal.phase_of(89)
    await slack.clicks("Advance to Program buildout", by=ANA, channel=ONBOARDING, message=card)

    assert acknowledged.ok
    assert (before, pivotal.phase_of(89)) == ("review", "program_buildout")


async def test_a_form_stays_as_it_was_typed(crowded, slack, pivotal, bot):
    await slack.types("/onboarding #89", by=CARA, channel=ONBOARDING)
    await slack.clicks("Update…", by=CARA, channel=ONBOARDING)

    async with crowded():
        await slack.submits({"Target date": "2026-09-18"}, by=CARA)
        form = slack.modal(CARA)
    before = pivotal.patches(89)
    await slack.submits({}, by=CARA)

    assert TOO_MUCH in form["errors"].values()
    assert before == []
    assert pivotal.onboarding(89)["target_launch_date"].startswith("2026-09-18")


async def test_a_mention_is_answered_for_the_person_s_eyes_only(crowded, slack, bot):
    async with crowded():
        await slack.types("@Onboarding #89", by=ANA, channel=ONBOARDING)
        told = await slack.sees("too much to do", by=ANA, channel=ONBOARDING)

    assert told.ephemeral_to == ANA


async def test_what_is_told_has_a_bound_too_and_everything_is_acknowledged(crowded, slack, bot):
    await slack.types("/onboarding #89", by=ANA, channel=ONBOARDING)
    card = slack.last(by=ANA, channel=ONBOARDING)

    async with crowded(more=MOST_TOLD):
        acknowledged = await slack.clicks(
            "Advance to Program buildout", by=ANA, channel=ONBOARDING, message=card, times=20
        )
        at_work = len(bot.door.tasks)

    assert acknowledged.ok
    assert at_work == MOST + MOST_TOLD


async def test_however_many_open_their_home_so_many_are_remembered_and_no_more(slack, bot):
    bot.door._homes.update(f"U{number}" for number in range(door.MOST_HOMES))

    await slack.opens_home(by=ANA)

    assert bot.door._homes == {ANA}
    assert slack.home(ANA)
