"""A verb typed alone: a form asks which onboarding, and then it is as if its name had been typed."""

import pytest

from bot.listeners import FEATURES
from bot.listeners.which import nameless
from bot.sandbox.pivotal import Fault
from bot.sandbox.slack.world import ANA, CARA, DEVON, GUS, ONBOARDING, PARTNERS

pytestmark = pytest.mark.parametrize("mode", ["socket"])
VERBS = [one.verb for feature in FEATURES for one in feature.commands if nameless(one, "")]
MENU = "Onboarding"


@pytest.fixture
def alone(slack, bot, ask):
    """`await alone("pause", "Aurora")`: types the verb, chooses an onboarding; gives what the modal shows then."""

    async def types(verb, chosen="Aurora Foods · #89 · Review", *, by=CARA, **words):
        await ask("list", by=by)
        await slack.types(f"/onboarding {verb}", by=by, channel=ONBOARDING)
        await slack.submits({MENU: chosen, **words}, by=by)
        return str(slack.modal(by))

    return types


@pytest.mark.parametrize("verb", VERBS)
async def test_every_verb_that_needs_a_name_asks_for_it(slack, bot, verb):
    assert (await slack.types(f"/onboarding {verb}", by=CARA, channel=ONBOARDING)).ok

    form = slack.modal(CARA)
    assert form["title"]["text"] == "Which onboarding?"
    assert f"/onboarding {verb}: " in str(form)
    assert slack.messages(ONBOARDING, CARA) == []


async def test_choosing_is_as_good_as_typing_the_name(alone, slack, pivotal, bot):
    told = await alone("pause", **{"Why?": "budget frozen"})

    assert pivotal.state_of(89) == "paused"
    assert "You paused it" in told
    entry = (await bot.store.audit.list(limit=1))[0]
    assert (entry.reason, entry.source) == ("budget frozen", f"form in {ONBOARDING}")


@pytest.mark.parametrize(
    ("verb", "words"),
    [
        ("advance", "Move Aurora Foods (onboarding #89) from Review to Program buildout?"),
        ("back", "Pivotal may show the customer that the phase went back."),
        ("skip", "To which phase shall Aurora Foods (onboarding #89) skip?"),
        ("date", "State and phase"),
        ("owner", "State and phase"),
        ("update", "State and phase"),
        ("details", "Aurora Foods"),
        ("show", "Review (3 of 7)"),
    ],
)
async def test_what_else_is_needed_is_asked_next(alone, pivotal, verb, words):
    assert words in await alone(verb)
    assert pivotal.patches(89) == []


async def test_question_in_the_modal_is_answered_there(alone, slack, pivotal):
    await alone("advance")

    await slack.clicks("Advance to Program buildout", by=CARA)

    assert pivotal.transitions(89) == ["program_buildout"]


async def test_share_posts_where_the_verb_was_typed(alone, slack):
    await alone("share")

    (card,) = slack.calls_of("chat.postMessage")
    assert card.args["channel"] == ONBOARDING


async def test_note_needs_its_words(alone, slack, audited):
    await alone("note")
    await slack.submits({"Text": "legal signs on Friday"}, by=CARA)

    assert await audited() == [("Cara Lindqvist", "note", "done")]


async def test_refusal_stands_above_the_form_with_what_was_chosen(alone, slack, pivotal):
    told = await alone("pause", by=DEVON, **{"Why?": "budget frozen"})

    assert "You may not change the state of this onboarding" in told
    assert "Aurora Foods · #89 · Review" in told
    assert "budget frozen" in told
    assert pivotal.patches(89) == []


async def test_trouble_with_pivotal_stands_there_too(slack, ask, pivotal, alone):
    await ask("list", by=CARA)
    pivotal.fails(Fault.error_500, times=20)

    assert "Pivotal is not answering" in await alone("pause")


async def test_modal_that_cannot_be_opened_is_asked_for_in_words(ask, slack):
    slack.fails("views.open", error="expired_trigger_id")

    assert "Which onboarding?" in await ask("pause")


async def test_guest_is_asked_nothing(ask, slack):
    assert "answers only full members" in await ask("pause", by=GUS, channel=PARTNERS)
    assert slack.modal(GUS) is None


async def test_owner_is_not_asked_before_a_right_that_nobody_owning_has(ask, slack):
    assert "You may not skip phases" in await ask("skip", by=ANA)
    assert slack.modal(ANA) is None
