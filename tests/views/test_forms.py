"""The forms before a change: what they show, what they read back, and that nothing typed is lost in between."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from bot.domain.errors import FieldErrors, Refused
from bot.domain.moves import Verb, plan
from bot.domain.records import History
from bot.pivotal.models import Contact
from bot.views import details, finding, notices
from bot.views.forms import reason, update, which

ODD = some.text(max_size=400) | some.just("<!channel> & <https://evil.example|x> " * 9) | some.just("\U0001f600" * 300)
widely = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def state_of(view):
    """The values of a form's fields as it was opened: what sending it untouched sends."""
    values = {}
    for block in view.to_dict()["blocks"]:
        if block["type"] != "input":
            continue
        element = block["element"]
        values[block["block_id"]] = {
            element["action_id"]: {
                "value": element.get("initial_value"),
                "selected_option": element.get("initial_option"),
                "selected_options": element.get("initial_options", []),
                "selected_date": element.get("initial_date"),
            }
        }
    return values


def texts(view):
    return str(view.to_dict()["blocks"])


@pytest.fixture
def grave(viewing):
    """`grave(standing, verb)`: the form before a grave change."""

    def asks(standing, verb=Verb.ADVANCE, **said):
        move = plan(verb, standing.onboarding, phases=viewing.phases, test_key=False)
        facts = ("Target date Fri 18 Sep 2026 (in 9 days)", "CSM Ana Ruiz", "No open risk.")
        return reason.asked(standing, move, wanted={}, facts=facts, **said)

    return asks


@pytest.fixture
def offer(viewing):
    """`offer(standing)`: the Update form with everything a manager may change."""

    def offers(standing, **said):
        moves = []
        for verb in (Verb.RESUME, Verb.PAUSE, Verb.FLAG, Verb.CLEAR, Verb.WAITING, Verb.BACK):
            try:
                moves.append(plan(verb, standing.onboarding, phases=viewing.phases, test_key=False))
            except Refused:
                continue
        return update.offered(standing, moves, directory=viewing.directory, dated=True, owned=True, **said)

    return offers


def test_launch_form(aurora, grave, paste):
    assert reason.form(grave(aurora(phase="internal_qa"))).to_dict() == paste


def test_update_form(aurora, offer, paste):
    assert update.form(offer(aurora(state="at_risk"))).to_dict() == paste


def test_reason_form_is_read_back_whole(aurora, grave):
    typed = grave(aurora(), Verb.BACK, reason="the design changed", posted=("C1", "1.2"))
    view = reason.form(typed)

    assert reason.parse(state_of(view), view.private_metadata) == typed


def test_reason_form_wants_a_reason_only_where_one_is_needed(aurora, grave):
    back, launch = reason.form(grave(aurora(), Verb.BACK)), reason.form(grave(aurora(phase="internal_qa")))

    with pytest.raises(FieldErrors) as refused:
        reason.parse(state_of(back), back.private_metadata)

    assert refused.value.fields.keys() == {reason.REASON}
    assert reason.parse(state_of(launch), launch.private_metadata).reason == ""


def test_reason_form_again_keeps_what_was_typed_below_the_remark(aurora, grave):
    view = reason.again(grave(aurora(), Verb.BACK, reason="the design changed"), "Pivotal is busy.")

    assert texts(view).index("Pivotal is busy.") < texts(view).index("the design changed")


@widely
@given(name=ODD, why=ODD, phase=some.sampled_from(["review", "internal_qa", "launch"]))
def test_reason_form_of_anything_stays_within_slacks_limits(aurora, grave, name, why, phase):
    typed = grave(aurora(phase=phase, customer=name or "x"), reason=why[:500])
    view = reason.form(typed)

    view.validate_json()
    assert len(view.private_metadata) <= reason.METADATA
    assert "<!channel>" not in typed.question


def test_update_form_sent_untouched_changes_nothing(aurora, offer):
    view = update.form(offer(aurora()))

    with pytest.raises(FieldErrors, match="correct"):
        update.parse(state_of(view), view.private_metadata)


def test_update_form_reads_only_what_was_touched_and_shows_it_again(aurora, offer):
    view = update.form(offer(aurora(), posted=("C1", "1.2")))
    values = state_of(view)
    values[update.STATE][update.STATE]["selected_option"] = {"value": "pause"}
    values[update.DAY][update.DAY]["selected_date"] = "2026-09-20"
    values["se_id"][f"{update.OWNER}:se_id"]["selected_option"] = None

    typed = update.parse(values, view.private_metadata)
    once_more = update.again(typed, "Pivotal is busy.")

    assert typed.wanted == {"state": "pause", "target_launch_date": "2026-09-20", "se_id": None}
    assert typed.posted == ("C1", "1.2")
    assert update.parse(state_of(once_more), once_more.private_metadata) == typed


@pytest.mark.parametrize(("day", "needed"), [("2026-09-25", False), ("2026-09-26", True)])
def test_a_date_more_than_a_week_later_needs_a_reason(aurora, offer, day, needed):
    view = update.form(offer(aurora(target_launch_date=date(2026, 9, 18))))
    values = state_of(view)
    values[update.DAY][update.DAY]["selected_date"] = day

    try:
        update.parse(values, view.private_metadata)
        refused = False
    except FieldErrors as error:
        refused = error.fields.keys() == {update.REASON}

    assert refused is needed


@widely
@given(name=ODD, phase=some.sampled_from(["review", "launch", "pilot"]), state=ODD)
def test_update_form_of_anything_stays_within_slacks_limits(aurora, offer, name, phase, state):
    standing = aurora(customer=name or "x", phase=phase, state=state or "active", csm_id="user_" + "x" * 60)
    view = update.form(offer(standing))

    view.validate_json()
    assert len(view.private_metadata) <= reason.METADATA


@pytest.mark.parametrize(("shifts", "said"), [(1, False), (2, True)])
def test_a_third_shift_in_one_phase_is_said_before_it_is_made(aurora, offer, shifts, said):
    view = update.form(offer(aurora(history=History(slips_in_phase=shifts))))

    assert ("would be shift number 3 in this phase" in texts(view)) is said


def test_details(aurora, viewing, paste):
    contacts = [
        Contact(id="con_1", display_id=1, customer_id="cus_aurora", name="Rosa <Marin>", email="rosa@aurora.example"),
        Contact(id="con_2", display_id=2, customer_id="cus_aurora", name="Odd", email="no|address>"),
    ]

    message = details.details(
        aurora(),
        viewing,
        pivotal_notes="Legal & co\n<!channel>",
        contacts=contacts,
        more=True,
        notes=(),
    )

    assert message.payload() == paste


def test_what_was_done_is_told_with_undo_and_without(aurora, viewing, checked):
    made = notices.made(aurora(), "You paused it <now>.", trouble="Slack & co are away.")

    assert "You paused it &lt;now&gt;." in checked(made)["text"]
    assert "Undo" not in made.text


def test_dry_run_of_a_launch(aurora, viewing, checked, paste):
    standing = aurora(phase="internal_qa")
    move = plan(Verb.ADVANCE, standing.onboarding, phases=viewing.phases, test_key=True)

    message = notices.dry_run(standing, move, verb=Verb.ADVANCE, now=viewing.now, zone=viewing.zone)

    assert checked(message) == paste


@pytest.mark.parametrize(
    ("verb", "fields", "named"),
    [
        (Verb.CLEAR, {"state": "at_risk"}, "Clear at risk"),
        (Verb.FLAG, {}, "Mark at risk"),
        (Verb.BACK, {}, "Send back"),
        (Verb.PAUSE, {"phase": "launch"}, "Retract the launch"),
        (Verb.ADVANCE, {"phase": "internal_qa"}, "Advance to Launch"),
        (Verb.RESUME, {"state": "paused"}, "Resume"),
    ],
)
def test_button_that_sends_the_form_names_the_act(aurora, viewing, verb, fields, named):
    standing = aurora(**fields)
    move = plan(verb, standing.onboarding, phases=viewing.phases, test_key=False)

    view = reason.form(reason.asked(standing, move, wanted={}, facts=()))

    assert view.to_dict()["submit"]["text"] == named


def test_form_that_asks_which_onboarding(paste):
    typed = which.Typed("pause", "/onboarding pause: pause it.", "C0ONBOARD", "Why?", label="Acme · #1", words="why")

    assert which.form(typed, remark="Nothing was changed.").to_dict() == paste


def test_form_that_asks_which_onboarding_reads_what_it_shows():
    typed = which.Typed("note", "/onboarding note: keep it.", "C0ONBOARD", "Text", needed=True)
    filled = {
        "onboarding": {finding.WHICH: {"selected_option": {"value": "onb_1", "text": {"text": "Acme · #1"}}}},
        "words": {"words": {"value": " legal \n signs "}},
    }

    sent = which.parse(filled, which.form(typed).private_metadata)

    assert sent == replace(typed, onboarding_id="onb_1", label="Acme · #1", words="legal signs")
    assert "Acme · #1" in str(which.again(sent, "no").to_dict())
    with pytest.raises(FieldErrors):
        which.parse({**filled, "words": {"words": {"value": " "}}}, which.form(typed).private_metadata)
