"""Shortcuts: an onboarding is found from anywhere, and its card posted in the thread of a message."""

import pytest

from bot.sandbox.pivotal import Fault
from bot.sandbox.slack.world import ANA, AURORA_SHARED, CS_LEADS, DEVON, ERIN, GUS, ONBOARDING, PARTNERS

socket = pytest.mark.parametrize("mode", ["socket"])
HOME, AURORA = "T0HOME001", "T0OTHER01"
FIND, HERE = "Find onboarding", "Onboarding card here"


@pytest.fixture
def said(slack):
    """`await said("text")`: a message somebody wrote in a channel."""

    async def says(text, *, channel=ONBOARDING, by=ANA, thread_ts=None):
        await slack.types(text, by=by, channel=channel, thread_ts=thread_ts)
        return slack.messages(channel)[-1]

    return says


async def test_find_offers_what_is_typed_and_opens_the_card(bot, slack):
    await slack.uses_shortcut(FIND, by=DEVON)

    offered = await slack.searches("ob:which", "acme", by=DEVON)
    await slack.chooses("ob:which", "Acme Corp · #101 · Program design", by=DEVON)

    assert offered == ["Acme Corp · #101 · Program design", "Acme Group · #102 · Review"]
    assert "Acme Corp" in slack.modal_text(DEVON)
    assert "Program design (2 of 7)" in slack.modal_text(DEVON)


@socket
async def test_card_in_the_modal_is_moved_on_there(bot, slack, pivotal):
    await slack.uses_shortcut(FIND, by=ANA)
    await slack.chooses("ob:which", "Aurora Foods · #89 · Review", by=ANA)

    await slack.clicks("Advance to Program buildout", by=ANA)

    assert pivotal.transitions(89) == ["program_buildout"]
    assert "You advanced Review → Program buildout" in slack.modal_text(ANA)


@socket
async def test_card_in_the_modal_is_shared_to_a_channel_of_choice(bot, slack):
    await slack.uses_shortcut(FIND, by=DEVON)
    await slack.chooses("ob:which", "Aurora Foods · #89 · Review", by=DEVON)

    await slack.clicks("Share to channel", by=DEVON)
    await slack.submits({"Channel": ONBOARDING}, by=DEVON)

    assert "shared by Devon Park" in slack.messages(ONBOARDING)[-1].seen
    assert f"Shared Aurora Foods (onboarding #89) to <#{ONBOARDING}>" in slack.modal_text(DEVON)


@socket
async def test_card_in_the_modal_is_not_shared_where_customers_read(bot, slack):
    await slack.uses_shortcut(FIND, by=ANA)
    await slack.chooses("ob:which", "Aurora Foods · #89 · Review", by=ANA)

    await slack.clicks("Share to channel", by=ANA)
    await slack.submits({"Channel": PARTNERS}, by=ANA)

    assert "it has guests in it" in slack.modal_text(ANA)
    assert slack.modal(ANA)["submit"]["text"] == "Share", "another one can be chosen"
    assert slack.messages(PARTNERS) == []


@socket
async def test_find_knows_numbers(bot, slack):
    await slack.uses_shortcut(FIND, by=ANA)

    offered = await slack.searches("ob:which", "#105", by=ANA)

    assert offered == ["Hooli · #105 · Review", "Initech · #106 · Review"]


@socket
async def test_nothing_fits_what_nobody_is_called(bot, slack):
    await slack.uses_shortcut(FIND, by=ANA)

    assert await slack.searches("ob:which", "zzzz", by=ANA) == []


async def test_card_is_posted_in_the_thread_of_the_message(bot, slack, said, audited):
    message = await said("How is Aurora doing?")
    await slack.uses_shortcut(HERE, by=DEVON, message=message)
    asked = slack.modal_text(DEVON)

    await slack.submits({"Onboarding": "Aurora Foods · #89 · Review"}, by=DEVON)

    posted = [each for each in slack.messages(ONBOARDING) if each.thread_ts == message.ts and each.ts != message.ts]
    assert f"Everyone in <#{ONBOARDING}> will see its card" in asked
    assert len(posted) == 1
    assert "shared by Devon Park" in posted[0].seen
    assert "Shared Aurora Foods (onboarding #89)" in slack.modal_text(DEVON)
    assert await audited() == [("Devon Park", "share", "done")]


@socket
async def test_reply_in_a_thread_gets_its_card_in_that_thread(bot, slack, said):
    first = await said("A thread")
    reply = await said("Aurora?", thread_ts=first.ts)
    await slack.uses_shortcut(HERE, by=ANA, message=reply)

    await slack.submits({"Onboarding": "Aurora Foods · #89 · Review"}, by=ANA)

    assert [each.thread_ts for each in slack.messages(ONBOARDING) if "Aurora Foods" in each.seen] == [first.ts]


@socket
@pytest.mark.parametrize("channel", [AURORA_SHARED, PARTNERS])
async def test_where_customers_read_nothing_is_asked_and_nothing_posted(bot, slack, said, audited, channel):
    message = await said("How is Aurora doing?", channel=channel)

    await slack.uses_shortcut(HERE, by=ANA, message=message)

    assert "I post nothing in that channel" in slack.modal_text(ANA)
    assert slack.modal(ANA)["submit"] is None
    assert await audited() == [("Ana Ruiz", "share", "refused")]
    assert slack.calls_of("chat.postMessage") == []


@socket
async def test_channel_that_became_external_meanwhile_gets_no_card(bot, slack, said):
    message = await said("How is Aurora doing?", channel=CS_LEADS)
    await slack.uses_shortcut(HERE, by=ANA, message=message)
    slack.becomes_external(CS_LEADS)

    await slack.submits({"Onboarding": "Aurora Foods · #89 · Review"}, by=ANA)

    assert "it is shared with another organisation" in slack.modal_text(ANA)
    assert slack.modal(ANA)["submit"]["text"] == "Post", "the form is still there"
    assert slack.calls_of("chat.postMessage") == []


@socket
async def test_guest_may_not_look_for_anything(bot, slack):
    await slack.uses_shortcut(FIND, by=GUS)

    assert "answers only full members" in slack.modal_text(GUS)


@pytest.fixture
def offered(bot):
    """`await offered(person, team)`: how many options a menu that somebody types into gets."""

    async def options(person, team):
        answers = []

        async def ack(options):
            answers.append(options)

        user = {"id": person, "team_id": team}
        await bot.door.on_search(ack, {"user": user, "action_id": "ob:which", "value": "acme"})
        return len(answers[0])

    return options


@socket
@pytest.mark.parametrize(("person", "team", "options"), [(DEVON, HOME, 2), (GUS, HOME, 0), (ERIN, AURORA, 0)])
async def test_menu_offers_customers_to_the_team_only(offered, person, team, options):
    assert await offered(person, team) == options


@socket
async def test_menu_offers_nothing_when_it_cannot_be_told_who_searches(offered, slack):
    slack.fails("users.info", error="internal_error")

    assert await offered(DEVON, HOME) == 0


@pytest.mark.parametrize("mode", ["socket"])
async def test_find_beside_my_onboardings_opens_the_search(slack, bot):
    await slack.types("/onboarding", by=ANA, channel=ONBOARDING)

    await slack.clicks("Find", by=ANA, channel=ONBOARDING)

    assert slack.modal(ANA)["title"]["text"] == "Find an onboarding"


@socket
async def test_the_one_that_was_found_is_shown_as_remembered_while_pivotal_is_away(ask, slack, pivotal):
    await ask("#89")
    await slack.uses_shortcut(FIND, by=ANA)
    pivotal.fails(Fault.error_500, times=100)

    await slack.chooses("ob:which", "Aurora Foods · #89 · Review", by=ANA)

    assert "Review (3 of 7)" in slack.modal_text(ANA)
    assert "as of 08:30" in slack.modal_text(ANA)
