from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import states
from bot.domain.errors import Refused, UserError
from bot.domain.moves import Expectation, Verb, plan
from bot.domain.phases import DEFAULT, Phases
from bot.pivotal.models import OnboardingRow

PHASES = Phases()
STATES = [*states.LABELS, "on_ice"]

records = st.builds(
    OnboardingRow,
    id=st.just("onb_89"),
    display_id=st.just(89),
    customer_id=st.just("cus_89"),
    phase=st.sampled_from([*DEFAULT, "Kickoff"]),
    state=st.sampled_from(STATES),
    waiting_on_customer=st.sampled_from([None, False, True]),
    target_launch_date=st.none() | st.dates(),
)


def planned(verb, onboarding, *, test_key=False):
    return plan(verb, onboarding, phases=PHASES, test_key=test_key)


def test_advance_goes_one_phase_on(make_onboarding):
    move = planned(Verb.ADVANCE, make_onboarding(phase="program_buildout"))

    assert move.changes == {"phase": "internal_qa"}
    assert move.done == "advanced Program buildout → Internal QA"
    assert move.asks == ()


def test_entering_launch_asks_first_naming_what_pivotal_does(make_onboarding):
    move = planned(Verb.ADVANCE, make_onboarding(phase="internal_qa"))

    assert "CSM a Slack DM" in move.asks[0]
    assert "customer-calendar entry" in move.asks[0]
    assert "recap e-mail" in move.asks[0]
    assert "suppresses" not in move.asks[0]


def test_with_a_test_key_the_question_says_that_automations_are_suppressed(make_onboarding):
    move = planned(Verb.ADVANCE, make_onboarding(phase="internal_qa"), test_key=True)

    assert "test key" in move.asks[0]
    assert "suppresses" in move.asks[0]


def test_completing_asks_first_and_says_it_is_final(make_onboarding):
    move = planned(Verb.ADVANCE, make_onboarding(phase="launch"))

    assert "ongoing CS" in move.asks[0]
    assert "final" in move.asks[0]


def test_a_paused_onboarding_does_not_advance_and_resume_is_offered(make_onboarding):
    with pytest.raises(Refused) as refused:
        planned(Verb.ADVANCE, make_onboarding(state="paused"))

    assert "paused" in refused.value.message
    assert "Resume" in refused.value.hint


def test_an_unknown_phase_is_refused_by_its_name(make_onboarding):
    with pytest.raises(Refused) as refused:
        planned(Verb.ADVANCE, make_onboarding(phase="kickoff"))

    assert refused.value.message == (
        "Pivotal calls this phase “Kickoff”, which is not in this bot’s list of phases, "
        "so it can’t tell which comes next."
    )


@pytest.mark.parametrize("verb", list(Verb))
@pytest.mark.parametrize("over", [{"phase": "completed"}, {"state": "done"}, {"state": "completed"}])
def test_a_finished_onboarding_refuses_every_verb(make_onboarding, verb, over):
    onboarding = make_onboarding(**over)

    with pytest.raises(Refused, match="completed"):
        planned(verb, onboarding)


def test_resuming_an_active_one_is_refused(make_onboarding):
    with pytest.raises(Refused, match="already active"):
        planned(Verb.RESUME, make_onboarding())


def test_waiting_writes_the_state_and_the_flag_together(make_onboarding):
    move = planned(Verb.WAITING, make_onboarding())

    assert move.changes == {"state": "waiting", "waiting_on_customer": True}
    assert move.asks == ()


def test_resume_clears_both_and_says_that_the_clock_runs_again(make_onboarding):
    move = planned(Verb.RESUME, make_onboarding(state="waiting", waiting_on_customer=True))

    assert move.changes == {"state": "active", "waiting_on_customer": False}
    assert move.ends == "This ends “Waiting on customer”; the SLA clock runs again."
    assert move.asks == (move.ends,)


def test_resuming_a_paused_one_needs_no_question(make_onboarding):
    move = planned(Verb.RESUME, make_onboarding(state="paused"))

    assert move.changes == {"state": "active"}
    assert move.asks == ()
    assert move.done == "resumed it (was Paused)"


def test_flagging_a_paused_one_says_that_the_pause_ends(make_onboarding):
    move = planned(Verb.FLAG, make_onboarding(state="paused"))

    assert move.ends == "This ends “Paused”."
    assert move.asks


def test_clearing_a_mark_keeps_the_waiting_beneath_it(make_onboarding):
    move = planned(Verb.CLEAR, make_onboarding(state="at_risk", waiting_on_customer=True))

    assert move.changes == {"state": "waiting", "waiting_on_customer": True}
    assert move.ends is None


def test_clearing_what_is_not_marked_is_refused(make_onboarding):
    with pytest.raises(Refused, match="not marked at risk"):
        planned(Verb.CLEAR, make_onboarding())


def test_pausing_what_is_at_risk_and_waits_names_both(make_onboarding):
    move = planned(Verb.PAUSE, make_onboarding(state="at_risk", waiting_on_customer=True))

    assert move.asks == ("This ends “At risk” and “Waiting on customer”.",)
    assert move.changes == {"state": "paused", "waiting_on_customer": False}


def test_marking_what_is_paused_and_waits_names_both(make_onboarding):
    move = planned(Verb.FLAG, make_onboarding(state="paused", waiting_on_customer=True))

    assert move.asks == ("This ends “Paused” and “Waiting on customer”; the SLA clock runs again.",)
    assert move.before == "Paused and Waiting on customer"


@pytest.mark.parametrize(("verb", "state"), [(Verb.PAUSE, "paused"), (Verb.FLAG, "at_risk"), (Verb.WAITING, "paused")])
def test_what_it_is_already_beside_waiting_is_refused(make_onboarding, verb, state):
    with pytest.raises(Refused, match="already"):
        planned(verb, make_onboarding(state=state, waiting_on_customer=True))


def test_completing_with_a_test_key_says_what_is_suppressed(make_onboarding):
    move = planned(Verb.ADVANCE, make_onboarding(phase="launch"), test_key=True)

    assert "test key" in move.asks[-1]
    assert "no Slack message and no e-mail" in move.asks[-1]


def test_a_promise_is_broken_by_another_phase_and_by_another_key(make_onboarding):
    drawn = planned(Verb.ADVANCE, make_onboarding(phase="review"), test_key=True).promise
    now = plan(Verb.ADVANCE, make_onboarding(phase="review"), phases=Phases(("review", "launch")), test_key=False)

    assert drawn.broken(planned(Verb.ADVANCE, make_onboarding(phase="review"), test_key=True)) == ()
    assert drawn.broken(now) == (
        "this would now lead to Launch, which is not what the button said",
        "this bot now works with a live key (the button was made for a test key)",
    )


@given(verb=st.sampled_from(Verb), onboarding=records)
def test_every_state_that_ends_unsaid_is_named(verb, onboarding):
    try:
        move = planned(verb, onboarding)
    except Refused:
        return

    after = onboarding.model_copy(update=move.changes)
    ended = set(states.held(onboarding)) - set(states.held(after))
    meant = {"resume": {"paused"}, "clear": {"at_risk"}}.get(verb, set())
    assert all(states.label(state) in " ".join(move.asks) for state in ended - meant)


ALONE = [Verb.ADVANCE, Verb.BACK, Verb.PAUSE, Verb.RESUME, Verb.FLAG, Verb.CLEAR, Verb.WAITING]
"""The verbs that say all by themselves."""


@given(verb=st.sampled_from(ALONE), onboarding=records, test_key=st.booleans())
def test_every_plan_refuses_or_changes_something(verb, onboarding, test_key):
    try:
        move = planned(verb, onboarding, test_key=test_key)
    except Refused:
        return

    after = onboarding.model_copy(update=move.changes)
    assert after != onboarding
    assert Expectation.of(onboarding).differences(after)
    assert move.before != move.after
    assert (states.effective(after) == "waiting") == bool(after.waiting_on_customer or after.state == "waiting")


@given(onboarding=records)
def test_advance_never_skips_a_phase(onboarding):
    try:
        move = planned(Verb.ADVANCE, onboarding)
    except Refused:
        return

    assert PHASES.position(str(move.changes["phase"])) == PHASES.position(onboarding.phase) + 1


@given(verb=st.sampled_from(Verb), onboarding=records)
def test_ending_another_state_always_asks(verb, onboarding):
    try:
        move = planned(verb, onboarding)
    except Refused:
        return

    assert (move.ends is None) or (move.ends in move.asks)


@given(onboarding=records)
def test_an_expectation_survives_its_journey_in_a_button(onboarding):
    seen = Expectation.of(onboarding)

    assert Expectation.decode(seen.encode()) == seen


@given(before=records, after=records)
def test_differences_are_empty_exactly_when_all_is_as_seen(before, after):
    seen = Expectation.of(before)

    differences = seen.differences(after)

    assert (differences == ()) == (seen == Expectation.of(after))


def test_a_difference_names_both_what_is_and_what_was_seen(make_onboarding):
    seen = Expectation.of(make_onboarding(phase="program_design", target_launch_date=None))

    differences = seen.differences(make_onboarding(phase="review", target_launch_date=date(2026, 9, 18)))

    assert differences == (
        "phase is now Review (you saw Program design)",
        "target date is now Fri 18 Sep 2026 (you saw not set)",
    )


@pytest.mark.parametrize("encoded", [{}, {"p": "review"}, {"p": "review", "s": "active", "w": False, "t": "soon"}])
def test_an_unreadable_expectation_is_an_older_button(encoded):
    with pytest.raises(UserError, match="older version"):
        Expectation.decode(encoded)
