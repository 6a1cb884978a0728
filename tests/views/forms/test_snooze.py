"""The form for a snooze: where, until when and why; what is shown is read back."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bot.domain.errors import FieldErrors, UserError
from bot.sandbox.slack import views as slack_rules
from bot.sandbox.slack.values import values
from bot.views import text
from bot.views.forms import snooze as forms
from bot.views.forms.snooze import Typed

TYPED = Typed(
    "onb_089",
    "Aurora Foods (onboarding #89)",
    ("C0ONBOARD", "D0ANA0001"),
    "D0ANA0001",
    today=date(2026, 9, 7),
    until=date(2026, 9, 21),
    reason="their DNS is moving",
)


def state_of(view):
    written = view.to_dict()
    slack_rules.accept(written)
    return values(written["blocks"], {})


def test_form(paste):
    assert forms.form(TYPED).to_dict() == paste


@pytest.mark.parametrize("typed", [TYPED, replace(TYPED, channel="C0ONBOARD", more=3)])
def test_what_is_shown_is_read_back_whole(typed):
    view = forms.form(typed)

    assert forms.parse(state_of(view), view.private_metadata) == typed


def test_a_channel_that_was_not_offered_is_refused():
    view = forms.form(TYPED)
    state = state_of(view)
    state["channel"]["channel"]["selected_option"]["value"] = "C0ELSEWHERE"

    with pytest.raises(UserError, match="older version"):
        forms.parse(state, view.private_metadata)


def test_again_keeps_what_was_typed_below_the_remark():
    view = forms.again(TYPED, "Pivotal is busy.")

    assert forms.parse(state_of(view), view.private_metadata) == TYPED
    assert "Pivotal is busy." in str(view.to_dict()["blocks"][0])


@pytest.mark.parametrize(
    ("day", "taken"), [("2026-09-07", False), ("2026-09-08", True), ("2026-10-07", True), ("2026-10-08", False)]
)
def test_it_lasts_from_tomorrow_to_thirty_days(day, taken):
    view = forms.form(replace(TYPED, until=date.fromisoformat(day)))

    try:
        forms.parse(state_of(view), view.private_metadata)
        refused = {}
    except FieldErrors as error:
        refused = error.fields

    assert refused.keys() == (set() if taken else {forms.UNTIL})


def test_a_reason_is_asked_for_beside_the_field():
    view = forms.form(replace(TYPED, reason=""))

    with pytest.raises(FieldErrors) as refused:
        forms.parse(state_of(view), view.private_metadata)

    assert refused.value.fields.keys() == {forms.REASON}


@settings(max_examples=40, deadline=None)
@given(name=some.text(max_size=400), reason=some.text(max_size=forms.LONGEST), channels=some.integers(1, 40))
def test_form_of_anything_stays_within_slacks_limits(name, reason, channels):
    there = tuple(f"C0{number:07}" for number in range(channels))
    typed = replace(TYPED, called=text.name(name, 80), reason=reason, channels=there, channel=there[-1])
    view = forms.form(typed)

    state_of(view)
    assert len(view.private_metadata) <= 3000
