"""Sharing a card: only where the team is among itself, and always said by whom."""

import pytest

from bot.sandbox.pivotal import Fault
from bot.sandbox.slack.world import (
    ANA,
    AURORA_SHARED,
    CS_LEADS,
    DEVON,
    GLOBEX_ONBOARDING,
    LAUNCHES,
    ONBOARDING,
    PARTNERS,
    RANDOM,
)

pytestmark = pytest.mark.parametrize("mode", ["socket"])


def posted(slack, channel):
    return [message for message in slack.messages(channel) if not message.ephemeral_to]


@pytest.mark.parametrize("channel", [ONBOARDING, LAUNCHES, CS_LEADS])
async def test_card_is_posted_with_the_name_of_who_shared_it(ask, slack, channel):
    answer = await ask("aurora", channel=channel)
    await slack.clicks("Share to channel", by=ANA, channel=channel)

    (card,) = posted(slack, channel)
    assert "Share to channel" in answer
    assert "shared by Ana Ruiz" in card.seen
    assert "Share to channel" not in card.seen
    assert f"Shared Aurora Foods (onboarding #89) to <#{channel}>" in slack.seen(ANA, channel)


async def test_typed_share_posts_the_card(ask, slack):
    before = posted(slack, ONBOARDING)
    await slack.types("/onboarding share #89", by=DEVON, channel=ONBOARDING)

    (card,) = posted(slack, ONBOARDING)
    assert before == []
    assert "shared by Devon Park" in card.seen


async def test_of_several_matches_the_chosen_one_is_shared(ask, slack):
    listed = await ask("share acme")
    before = posted(slack, ONBOARDING)

    await slack.clicks("Choose Acme Corp #101", by=ANA, channel=ONBOARDING)

    (card,) = posted(slack, ONBOARDING)
    assert "Which one do you mean? Nothing was posted yet." in listed
    assert before == []
    assert "#101" in card.seen
    assert "shared by Ana Ruiz" in card.seen
    assert "Which one" not in slack.seen(ANA, ONBOARDING)


async def test_the_chosen_one_is_refused_where_customers_read(ask, slack):
    await ask("share acme", channel=AURORA_SHARED)

    await slack.clicks("Choose Acme Corp #101", by=ANA, channel=AURORA_SHARED)

    assert "I post nothing in that channel" in slack.seen(ANA, AURORA_SHARED)
    assert posted(slack, AURORA_SHARED) == []


@pytest.mark.parametrize(
    ("channel", "why"),
    [
        (AURORA_SHARED, "it is shared with another organisation"),
        (PARTNERS, "it has guests in it"),
        (GLOBEX_ONBOARDING, "it is a customer’s own channel in Pivotal"),
    ],
)
async def test_share_is_refused_where_customers_read(ask, slack, channel, why):
    await ask("aurora", channel=channel)
    await slack.clicks("Share to channel", by=ANA, channel=channel)

    assert f"I post nothing in that channel, because {why}" in slack.seen(ANA, channel)
    assert posted(slack, channel) == []


async def test_share_is_refused_where_it_cannot_be_told_who_reads(ask, slack):
    await ask("aurora")
    slack.fails("conversations.members", error="internal_error")

    await slack.clicks("Share to channel", by=ANA, channel=ONBOARDING)

    assert "it can’t be told at the moment who can read it" in slack.seen(ANA, ONBOARDING)
    assert posted(slack, ONBOARDING) == []


async def test_share_where_i_am_not_says_how_to_invite_me(ask, slack):
    await ask("aurora", channel=RANDOM)

    await slack.clicks("Share to channel", by=ANA, channel=RANDOM)

    assert "I am not in that channel" in slack.seen(ANA, RANDOM)
    assert "/invite" in slack.seen(ANA, RANDOM)


async def test_share_in_a_private_channel_i_left_says_how_to_invite_me(ask, slack):
    slack.removes_bot(CS_LEADS)
    await ask("aurora", channel=CS_LEADS)

    await slack.clicks("Share to channel", by=ANA, channel=CS_LEADS)

    assert "/invite" in slack.seen(ANA, CS_LEADS)


async def test_share_of_a_deleted_onboarding_posts_nothing(ask, slack, pivotal):
    await ask("aurora")
    pivotal.delete(89)

    await slack.clicks("Share to channel", by=ANA, channel=ONBOARDING)

    assert "Pivotal has no such onboarding" in slack.seen(ANA, ONBOARDING)
    assert posted(slack, ONBOARDING) == []


async def test_share_is_the_record_as_it_is_now(ask, slack, pivotal):
    await ask("aurora")
    pivotal.edit(89, phase="internal_qa")

    await slack.clicks("Share to channel", by=ANA, channel=ONBOARDING)

    assert "Internal QA (5 of 7)" in posted(slack, ONBOARDING)[0].seen


async def test_double_click_shares_once(ask, slack, clock):
    await ask("aurora")

    await slack.clicks("Share to channel", by=ANA, channel=ONBOARDING, times=3)
    at_once = len(posted(slack, ONBOARDING))
    answers = [message.text for message in slack.messages(ONBOARDING, ANA)]
    clock.passes(seconds=11)
    await slack.clicks("Share to channel", by=ANA, channel=ONBOARDING)

    assert at_once == 1
    assert sum("Ana Ruiz has just shared this onboarding here." in answer for answer in answers) == 2
    assert len(posted(slack, ONBOARDING)) == 2


async def test_share_that_failed_can_be_repeated_at_once(ask, slack):
    await ask("aurora")
    slack.fails("chat.postMessage", error="restricted_action")
    await slack.clicks("Share to channel", by=ANA, channel=ONBOARDING)
    refused = slack.seen(ANA, ONBOARDING)

    await slack.clicks("Share to channel", by=ANA, channel=ONBOARDING)

    assert "does not let me post in that channel" in refused
    assert len(posted(slack, ONBOARDING)) == 1


async def test_share_whose_answer_was_lost_is_posted_once(ask, slack):
    await ask("aurora")
    slack.drops("chat.postMessage")

    await slack.clicks("Share to channel", by=ANA, channel=ONBOARDING)

    assert len(posted(slack, ONBOARDING)) == 1
    assert "It may have been posted, or not" in slack.seen(ANA, ONBOARDING)


async def test_card_that_is_only_remembered_is_not_posted(ask, slack, pivotal):
    await ask("#89")
    pivotal.fails(Fault.error_500, times=99)

    refused = await ask("share #89")

    assert "Pivotal is not answering" in refused
    assert posted(slack, ONBOARDING) == []


async def test_every_share_is_in_the_log_with_its_place(ask, slack, audited):
    await slack.types("/onboarding share #89", by=DEVON, channel=LAUNCHES)
    await ask("aurora")
    await slack.clicks("Share to channel", by=ANA, channel=ONBOARDING)

    log = await ask("log #89", by=DEVON)

    assert await audited() == [("Ana Ruiz", "share", "done"), ("Devon Park", "share", "done")]
    assert f"card in <#{LAUNCHES}>" in log
    assert f"card in <#{ONBOARDING}>" in log


async def test_every_share_that_was_refused_is_in_the_log_and_why(ask, slack, audited, pivotal):
    await ask("share #89", channel=PARTNERS)
    await ask("aurora")
    pivotal.fails(Fault.error_500, times=99)
    await slack.clicks("Share to channel", by=ANA, channel=ONBOARDING)

    log = await ask("log aurora")

    assert await audited() == [("Ana Ruiz", "share", "failed"), ("Ana Ruiz", "share", "refused")]
    assert "it has guests in it" in log


async def test_share_that_may_or_may_not_have_been_posted_says_so_in_the_log(bot, slack, audited):
    slack.drops("chat.postMessage")

    await slack.types("/onboarding share #89", by=ANA, channel=ONBOARDING)

    assert await audited() == [("Ana Ruiz", "share", "unknown")]


@pytest.mark.parametrize("channel", [GLOBEX_ONBOARDING, ONBOARDING])
async def test_share_out_of_a_modal_is_in_the_log(bot, slack, audited, channel):
    await slack.uses_shortcut("Find onboarding", by=DEVON)
    await slack.chooses("ob:which", "Aurora Foods · #89 · Review", by=DEVON)
    await slack.clicks("Share to channel", by=DEVON)

    await slack.submits({"Channel": channel}, by=DEVON)

    assert await audited() == [("Devon Park", "share", "done" if channel == ONBOARDING else "refused")]
