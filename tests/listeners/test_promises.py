"""A button does what it said when it was drawn, or nothing: another key or another list of phases makes it stale."""

import pytest
from pydantic import SecretStr

from bot.app import running
from bot.sandbox.slack.world import ANA, CARA, ONBOARDING

pytestmark = pytest.mark.parametrize("mode", ["http"])


@pytest.fixture
def restarted(slack, settings, clock):
    """`async with restarted(bot_phases=…)`: the bot with other settings, over the same memory."""

    def starts(**changed):
        return running(settings.model_copy(update=changed), clock=clock)

    return starts


@pytest.fixture
def drawn(slack):
    """`await drawn(bot)`: the card of Aurora Foods in Cara's eyes, as that bot draws it."""

    async def draws(bot):
        slack.request_url, slack.settles = bot.address, bot.settled
        await slack.types("/onboarding aurora", by=CARA, channel=ONBOARDING)
        return slack.last(by=CARA, channel=ONBOARDING)

    return draws


async def test_card_of_a_test_key_writes_nothing_with_a_live_one(restarted, drawn, slack, pivotal):
    async with restarted(pivotal_api_key=SecretStr(pivotal.test_key)) as before:
        card = await drawn(before)
    async with restarted() as after:
        slack.request_url, slack.settles = after.address, after.settled
        await slack.clicks("Advance to Program buildout", by=CARA, message=card)

    assert pivotal.patches(89) == []
    assert "this bot now works with a live key" in slack.seen(CARA, ONBOARDING)
    assert "Nothing was written" in slack.seen(CARA, ONBOARDING)


async def test_card_of_another_list_of_phases_writes_nothing(restarted, drawn, slack, pivotal):
    async with restarted() as before:
        card = await drawn(before)
    async with restarted(bot_phases=("review", "internal_qa", "launch", "completed")) as after:
        slack.request_url, slack.settles = after.address, after.settled
        await slack.clicks("Advance to Program buildout", by=CARA, message=card)

    assert pivotal.patches(89) == []
    assert "this would now lead to Internal QA, which is not what the button said" in slack.seen(CARA, ONBOARDING)
    assert "Advance to Internal QA" in slack.seen(CARA, ONBOARDING)


async def test_stale_press_on_a_message_that_is_gone_does_not_say_it_was_refreshed(shared, slack, pivotal):
    card = await shared()
    pivotal.edit(89, phase="program_design")
    slack.fails("chat.update", error="message_not_found", times=9)

    await slack.clicks("Advance to Program buildout", by=ANA, message=card)

    assert "Nothing was written." in slack.seen(ANA, ONBOARDING)
    assert "up to date" not in slack.seen(ANA, ONBOARDING)
