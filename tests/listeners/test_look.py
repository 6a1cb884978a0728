"""Finding one onboarding: by name, number or link; several are listed, none is guessed."""

import pytest

from bot.sandbox.pivotal import Fault
from bot.sandbox.slack.world import ANA, AURORA_SHARED, DEVON, ERIN, GUS, ONBOARDING, PARTNERS

pytestmark = pytest.mark.parametrize("mode", ["socket"])


@pytest.mark.parametrize(
    "typed",
    [
        "aurora",
        "Aurora Foods",
        "AURORA FOODS",
        '"Aurora Foods"',
        "“Aurora Foods”",
        "#89",
        "89",
        "show aurora",
        "View #89",
        "find “aurora”",
        "<https://my.pivotal.app/customers/{customer}-aurora-foods>",
        "https://my.pivotal.app/customers/{customer}",
        "https://my.pivotal.app/onboardings/89",
    ],
)
async def test_every_way_to_say_aurora_shows_its_card(ask, pivotal, typed):
    customer = pivotal.customer(pivotal.onboarding(89)["customer_id"])["display_id"]

    card = await ask(typed.format(customer=customer))

    assert "*Aurora Foods*  ·  #89" in card
    assert "Review (3 of 7)" in card
    assert "Target date Wed 16 Sep 2026 (in 9 days)" in card
    assert "CSM Ana Ruiz · SE Ben Okafor · Designer —" in card


async def test_card_is_for_the_asker_alone(ask, slack):
    await ask("aurora")

    assert slack.last(by=ANA, channel=ONBOARDING).ephemeral_to == ANA
    assert slack.messages(ONBOARDING, DEVON) == []


async def test_similar_names_are_listed_and_opened(ask, slack):
    listed = await ask("acme")
    await slack.clicks("Open Acme Group #102", by=ANA, channel=ONBOARDING)

    assert "Which one do you mean?" in listed
    assert "Acme Corp" in listed
    assert "Acme Group" in listed
    assert "*Acme Group*  ·  #102" in slack.seen(ANA, ONBOARDING)


async def test_misspelt_name_is_offered_never_assumed(ask):
    listed = await ask("aurrora fods")

    assert "Which one do you mean?" in listed
    assert "Aurora Foods" in listed


async def test_customer_with_two_onboardings_lists_both(ask):
    listed = await ask("globex")

    assert "#103" in listed
    assert "#104" in listed


async def test_number_of_an_onboarding_and_of_a_customer_lists_both(ask):
    listed = await ask("#105")

    assert "Number 105 is an onboarding’s and a customer’s" in listed
    assert "Hooli" in listed
    assert "Initech" in listed


async def test_new_onboarding_is_not_mistaken_for_a_customer_of_that_number(ask, pivotal):
    number = pivotal.customer(pivotal.onboarding(103)["customer_id"])["display_id"]
    pivotal.has_onboarding(number, customer="Umbrella", phase="review")

    listed = await ask(f"advance #{number}")

    assert "Which one?" in listed
    assert "Umbrella" in listed


async def test_new_customer_is_found_by_name(ask, pivotal, clock):
    pivotal.has_onboarding(120, customer="Brand New", phase="review")
    clock.passes(minutes=3)

    card = await ask("brand new")

    assert "*Brand New*  ·  #120" in card


async def test_customer_named_like_a_verb_is_reached_with_show(ask):
    card = await ask("show list & co")

    assert "*List &amp; Co*  ·  #107" in card


async def test_nothing_found_says_what_else_to_try(ask):
    answer = await ask("zzz")

    assert "No customer is called “zzz”." in answer
    assert "list" in answer


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("advnce hooly", "advance hooly"),
        ("subscibe at-risk", "subscribe at-risk"),
        ("lauches", "launches"),
        ("whoiam", "whoami"),
        ("walk", "unsnooze"),
    ],
)
async def test_mistyped_verb_is_recognised(ask, typed, meant):
    answer = await ask(typed)

    assert f"Did you mean `/onboarding {meant}`?" in answer


async def test_show_alone_asks_which(slack, bot):
    await slack.types("/onboarding show", by=ANA, channel=ONBOARDING)

    assert "Which onboarding?" in str(slack.modal(ANA))


async def test_deleted_number_is_said_to_be_missing(ask, pivotal):
    pivotal.delete(89)

    assert "Pivotal has no such onboarding" in await ask("#89")


async def test_open_on_a_row_whose_onboarding_was_deleted_says_so(ask, slack, pivotal):
    await ask("acme")
    pivotal.delete(102)

    await slack.clicks("Open Acme Group #102", by=ANA, channel=ONBOARDING)

    assert "Pivotal has no such onboarding" in slack.seen(ANA, ONBOARDING)


async def test_unknown_phase_and_state_are_shown_as_they_are(ask, pivotal):
    pivotal.edit(89, phase="pilot_run", state="on_hold")

    card = await ask("#89")

    assert "Pilot run" in card
    assert "On hold" in card
    assert "not in this bot’s list of phases" in card


async def test_owner_nobody_is_linked_to_is_said_to_be_unmapped(ask):
    assert "unlinked owner (user_designer_001)" in await ask("hooli")


async def test_nasty_name_stays_text(ask, slack):
    card = await ask("#108")

    message = slack.last(by=ANA, channel=ONBOARDING)
    marked_up = [block["text"]["text"] for block in message.blocks if block["type"] == "section"]
    assert "Nasty &lt;!channel&gt; &amp; &lt;https://evil.example|Sons&gt;" in card
    assert [text for text in (message.text, *marked_up) if "<!channel>" in text or "<https" in text] == []


async def test_nasty_words_come_back_as_text(ask):
    answer = await ask("show <!here>qqzz")

    assert "“&lt;!here&gt;qqzz”" in answer


@pytest.mark.parametrize(("by", "channel"), [(GUS, PARTNERS), (ERIN, AURORA_SHARED)])
@pytest.mark.parametrize("typed", ["", "aurora", "list", "advance #89", "whoami", "digest preview at-risk"])
async def test_guests_and_outsiders_learn_nothing(ask, typed, by, channel):
    answer = await ask(typed, by=by, channel=channel)

    assert "answers only full members" in answer
    assert "Aurora Foods" not in answer


@pytest.mark.parametrize("typed", ["acme", "log acme"])
async def test_list_to_pick_from_says_how_fresh_it_is_and_why_it_is_old(ask, clock, pivotal, typed):
    fresh = await ask(typed)
    clock.passes(hours=7)
    pivotal.fails(Fault.error_500, times=200)

    assert "as of 08:30" in fresh
    assert "Pivotal is not answering, as of 08:30" in await ask(typed)


@pytest.mark.parametrize("typed", ["launch #89", "complete #89", "go-live #89"])
async def test_who_types_a_launch_is_told_that_one_advances(ask, typed):
    assert "Did you mean `/onboarding advance #89`?" in await ask(typed)
