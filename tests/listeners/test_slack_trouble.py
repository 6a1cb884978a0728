"""Slack in trouble: what was done in Pivotal is told, whatever Slack makes of the card."""

import pytest

from bot.sandbox.slack.world import ANA, BEN, ONBOARDING

pytestmark = pytest.mark.parametrize("mode", ["socket"])
ADVANCE = "Advance to Program buildout"


async def test_change_is_told_though_the_card_could_not_be_redrawn(shared, slack, pivotal, audited):
    card = await shared()
    slack.fails("chat.update", error="message_not_found")

    await slack.clicks(ADVANCE, by=ANA, message=card)

    answer = slack.seen(ANA, ONBOARDING)
    assert pivotal.transitions(89) == ["program_buildout"]
    assert "You advanced Review → Program buildout" in answer
    assert "Not all of it could be shown here: That message is no longer there." in answer
    assert (await audited())[0] == ("Ana Ruiz", "advance", "done")


async def test_card_whose_message_is_gone_is_not_followed_any_more(shared, ask, slack):
    await shared()
    slack.fails("chat.update", error="message_not_found")
    await ask("aurora", by=BEN)
    await slack.clicks(ADVANCE, by=BEN, channel=ONBOARDING)
    before = len(slack.calls_of("chat.update"))

    await slack.clicks("Advance to Internal QA", by=BEN, channel=ONBOARDING)

    assert len(slack.calls_of("chat.update")) == before


async def test_nobody_writes_whom_slack_does_not_name(shared, slack, pivotal, clock):
    card = await shared()
    clock.passes(minutes=6)
    slack.fails("users.info", error="internal_error")

    await slack.clicks(ADVANCE, by=ANA, message=card)

    assert pivotal.patches(89) == []
    assert "Slack could not tell me who is who" in slack.seen(ANA, ONBOARDING)


async def test_card_in_a_channel_i_was_taken_out_of(shared, slack, pivotal):
    card = await shared()
    slack.removes_bot(ONBOARDING)

    await slack.clicks(ADVANCE, by=ANA, message=card)

    assert pivotal.transitions(89) == ["program_buildout"]
    assert "You advanced Review → Program buildout" in slack.seen(ANA, ONBOARDING)
    assert "I am not in that channel" in slack.seen(ANA, ONBOARDING)


async def test_broken_line_to_slack_is_said_to_be_one(ask, slack, clock):
    await ask("aurora")
    clock.passes(minutes=6)
    slack.drops("users.info", times=2)  # aiohttp asks once more by itself

    assert "Slack could not tell me who is who" in await ask("aurora")
