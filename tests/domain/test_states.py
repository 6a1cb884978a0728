import pytest

from bot.domain import states
from bot.domain.phases import Phases


@pytest.mark.parametrize("state", states.LABELS)
def test_every_known_state_has_a_word_and_an_emoji(state):
    assert states.label(state)
    assert states.emoji(state) != states.emoji("never heard of")


def test_an_unknown_state_still_renders():
    assert states.label("on_ice") == "On ice"
    assert states.emoji("on_ice")
    assert states.label("") == ""


def test_the_waiting_flag_outranks_the_state(make_onboarding):
    assert states.effective(make_onboarding(state="active", waiting_on_customer=True)) == "waiting"
    assert states.effective(make_onboarding(state="at_risk", waiting_on_customer=False)) == "at_risk"
    assert states.effective(make_onboarding(state="paused")) == "paused"


def test_the_last_phase_or_a_closed_state_ends_it(make_onboarding):
    closed = [
        states.closed(make_onboarding(**fields), phases=Phases())
        for fields in ({"phase": "completed"}, {"state": "done"}, {"phase": "launch"}, {"state": "paused"})
    ]

    assert closed == [True, True, False, False]
