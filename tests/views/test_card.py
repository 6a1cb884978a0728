import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.moves import Expectation, Promise, Verb, plan
from bot.domain.records import History
from bot.domain.risk import Reason
from bot.views import card, values
from bot.views.message import Message

NOW = datetime(2026, 9, 9, 7, 41, tzinfo=UTC)
WHY = (
    Reason("launch_close", "launches in 9 days with 3 phases left", 7),
    Reason("marked", "marked at risk in Pivotal", 6),
)


@pytest.fixture
def draw(viewing):
    def drawn(standing, **said):
        seen = {name: said.pop(name) for name in ("as_of", "stale", "test_key") if name in said}
        return card.card(standing, replace(viewing, **seen), **{"reasons": (), "private": True, **said})

    return drawn


def controls(message: Message) -> list[dict]:
    """What stands in the row under a card, in its order."""
    return [
        element for block in message.payload()["blocks"] if block["type"] == "actions" for element in block["elements"]
    ]


def buttons(message: Message) -> dict[str, dict]:
    return {element["text"]["text"]: element for element in controls(message) if element["type"] == "button"}


def menu(message: Message) -> dict[str, dict]:
    """The entries of the menu under a card."""
    return {
        option["text"]["text"]: option
        for element in controls(message)
        if element["type"] == "overflow"
        for option in element["options"]
    }


def text_of(message: Message) -> str:
    return json.dumps(message.payload()["blocks"], ensure_ascii=False)


def test_card_says_where_the_onboarding_stands(aurora, observed, draw, checked, paste):
    message = draw(aurora(history=observed, state="at_risk"), reasons=WHY)

    assert checked(message) == paste


def test_shared_card_with_a_test_key(aurora, draw, checked, paste):
    message = draw(aurora(), private=False, test_key=True, shared_by="Ana Ruiz")

    assert checked(message) == paste


def test_fallback_text_is_a_sentence_that_names_the_onboarding(aurora, draw):
    message = draw(aurora())

    assert message.text == (
        "Aurora Foods, onboarding #89, is in Review (3 of 7); state: Active; target date: Fri 18 Sep 2026 (in 9 days)."
    )


def test_a_card_with_everything_to_say_stays_within_six_blocks(aurora, observed, draw, checked):
    message = draw(aurora(history=observed, state="at_risk"), reasons=WHY, notice="You marked it at risk.", stale=True)

    assert len(checked(message)["blocks"]) <= 6


def test_what_was_never_observed_is_left_out(aurora, draw):
    said = text_of(draw(aurora()))

    assert "in phase" not in said
    assert "moved" not in said


def test_what_was_observed_is_said(aurora, observed, draw):
    said = text_of(draw(aurora(history=observed)))

    assert "12 days in phase" in said
    assert "moved twice" in said


def test_where_the_start_was_not_seen_it_is_at_least_so_long(aurora, draw):
    met = History(phase_at_least=NOW - timedelta(days=12), state_at_least=NOW - timedelta(days=12))

    said = text_of(draw(aurora(history=met, state="at_risk")))

    assert "at least 12 days in phase" in said
    assert "At risk (for at least 12 days)" in said


def test_what_was_met_today_has_lasted_nothing_worth_saying(aurora, draw):
    said = text_of(draw(aurora(history=History(phase_at_least=NOW, state_at_least=NOW), state="at_risk")))

    assert "at least" not in said
    assert "in phase" not in said


def test_unknown_owners_and_no_owners_are_told_apart(aurora, draw):
    said = text_of(draw(aurora(csm_id="user_csm_009", se_id=None)))

    assert "CSM unlinked owner (user_csm_009) · SE — · Designer —" in said
    assert "<@" not in said


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, ["Advance to Program buildout", "Update…"]),
        ({"state": "at_risk"}, ["Advance to Program buildout", "Update…"]),
        ({"state": "paused"}, ["Resume", "Update…"]),
        ({"state": "waiting", "waiting_on_customer": True}, ["Advance to Program buildout", "Update…"]),
        ({"phase": "pilot"}, ["Update…"]),
        ({"phase": "completed"}, []),
        ({"state": "done"}, []),
    ],
)
def test_primary_action_follows_the_state(aurora, draw, fields, expected):
    message = draw(aurora(**fields))

    snooze = ["Snooze…"] if expected else []
    assert list(buttons(message)) == [*expected, "Share to channel"]
    assert list(menu(message)) == ["Details", "Log", *snooze, "Follow", "Open customer in Pivotal"]


def test_menu_entries_say_which_onboarding_they_are_about(aurora, draw):
    entries = menu(draw(aurora()))

    assert [values.decode(entry["value"]).verb for entry in entries.values()] == [
        "details",
        "history",
        "snooze",
        "follow",
        "link",
    ]
    assert {values.decode(entry["value"]).id for entry in entries.values()} == {"onb_089"}


def test_a_paused_onboarding_that_waits_is_said_to_be_both(aurora, draw):
    message = draw(aurora(state="paused", waiting_on_customer=True))

    assert "⏸️ Paused and ⏳ Waiting on customer" in text_of(message)
    assert "state: Paused and Waiting on customer" in message.text
    assert next(iter(buttons(message))) == "Resume"


@pytest.mark.parametrize("test_key", [False, True])
def test_the_ordinary_question_knows_a_test_key(aurora, draw, test_key):
    dialog = buttons(draw(aurora(), test_key=test_key))["Advance to Program buildout"]["confirm"]

    assert ("notify the customer" in dialog["text"]["text"]) is not test_key
    assert ("This is a test key" in dialog["text"]["text"]) is test_key


def test_a_posted_card_has_no_share_button(aurora, draw):
    message = draw(aurora(), private=False)

    assert "Share to channel" not in buttons(message)


@pytest.mark.parametrize(("without", "snooze"), [({"stale": True}, []), ({"writable": False}, ["Snooze…"])])
def test_no_button_writes_when_nothing_can_be_written(aurora, draw, without, snooze):
    message = draw(aurora(), **without)

    assert list(buttons(message)) == ["Share to channel"]
    assert list(menu(message)) == ["Details", "Log", *snooze, "Follow", "Open customer in Pivotal"]


def test_unknown_phase_says_why_it_cannot_advance(aurora, draw, checked):
    message = draw(aurora(phase="pilot_run"))

    checked(message)
    assert "Pilot run" in text_of(message)
    assert "can’t tell which comes next" in text_of(message)


def test_ordinary_advance_asks_in_slacks_own_dialog(aurora, draw):
    dialog = buttons(draw(aurora()))["Advance to Program buildout"]["confirm"]

    assert dialog["text"]["text"] == (
        "Move Aurora Foods from Review to Program buildout? "
        "Pivotal may create this phase’s tasks and notify the customer."
    )


@pytest.mark.parametrize(("phase", "label"), [("internal_qa", "Advance to Launch"), ("launch", "Advance to Completed")])
def test_a_grave_advance_leads_to_a_form_instead_of_a_dialog(aurora, draw, phase, label):
    button = buttons(draw(aurora(phase=phase)))[label]

    assert "confirm" not in button
    assert not values.decode(button["value"]).confirmed


def test_undo_stands_beside_what_was_done_and_says_what_stays(aurora, draw, checked):
    standing = aurora()
    press = values.Press("onb_089", "undo", Expectation.of(standing.onboarding), wanted={"phase": "review"}, until=9)

    message = draw(standing, notice="You advanced Review → Program buildout.", undo=press)

    notice = checked(message)["blocks"][0]
    assert values.decode(notice["accessory"]["value"]) == press
    assert notice["accessory"]["accessibility_label"] == "Undo the change of Aurora Foods"
    assert "tasks and notices already created stay" in notice["text"]["text"]


def test_ending_waiting_asks_first(aurora, draw):
    resume = buttons(draw(aurora(state="paused", waiting_on_customer=True)))["Resume"]

    assert "the SLA clock runs again" in resume["confirm"]["text"]["text"]


def test_a_button_carries_what_its_presser_saw_and_what_it_promised(aurora, draw):
    standing = aurora()

    press = values.decode(buttons(draw(standing))["Advance to Program buildout"]["value"])

    assert press == values.Press(
        "onb_089",
        "advance",
        Expectation.of(standing.onboarding),
        confirmed=True,
        promise=Promise("phase=program_buildout", test_key=False),
    )


def test_every_button_names_the_customer(aurora, draw):
    message = draw(aurora())

    assert all("Aurora Foods" in element["accessibility_label"] for element in buttons(message).values())


def test_open_in_pivotal_leads_to_the_customers_page(aurora, draw):
    link = menu(draw(aurora(), web="http://127.0.0.1:8090/"))["Open customer in Pivotal"]

    assert link["url"] == "http://127.0.0.1:8090/customers/201-aurora-foods"


def test_a_stale_card_says_since_when(aurora, draw, now):
    message = draw(aurora(), as_of=now.replace(hour=5, minute=1), stale=True)

    assert "Pivotal is not answering, as of 07:01" in text_of(message)


def test_yesterdays_reading_carries_its_day(aurora, draw, now):
    message = draw(aurora(), as_of=now.replace(day=8))

    assert "as of 8 Sep 09:41" in text_of(message)


def test_question_lists_what_will_happen(aurora, viewing, checked, paste):
    standing = aurora(phase="internal_qa")
    move = plan(Verb.ADVANCE, standing.onboarding, phases=viewing.phases, test_key=True)

    message = card.question(standing, move, replace(viewing, test_key=True))

    assert checked(message) == paste


def test_saying_yes_to_the_question_is_a_confirmed_press_without_a_second_dialog(aurora, viewing):
    standing = aurora(phase="review")
    move = plan(Verb.ADVANCE, standing.onboarding, phases=viewing.phases, test_key=False)

    yes = buttons(card.question(standing, move, viewing))["Advance to Program buildout"]

    assert values.decode(yes["value"]).confirmed
    assert "confirm" not in yes


def test_tombstone_has_no_buttons(viewing, checked, paste):
    message = card.tombstone("Aurora & Sons", viewing, display_id=89)

    assert not buttons(message)
    assert checked(message) == paste


@pytest.mark.parametrize("reasons", [(), WHY])
def test_where_it_is_snoozed_stands_beside_the_reasons(aurora, draw, checked, reasons):
    message = draw(aurora(), reasons=reasons, remark="Hidden in <#C0ONBOARD> until 21 Sep")

    assert "Hidden in <#C0ONBOARD> until 21 Sep" in text_of(message)
    assert len(checked(message)["blocks"]) <= 6
