"""The form for a digest: it shows what is set, reads back what it shows, and loses nothing."""

from dataclasses import replace
from datetime import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from bot.domain.errors import FieldErrors
from bot.domain.phases import DEFAULT
from bot.sandbox.slack import views as slack_rules
from bot.sandbox.slack.values import values
from bot.views.forms import subscription as forms
from bot.views.forms.subscription import Typed
from bot.views.subscriptions import KIND

KINDS = {"at-risk": "At-risk onboardings", "launch-week": "Launch week"}
USUAL = Typed(
    kind="at-risk",
    kinds=KINDS,
    days=("mon", "tue", "wed", "thu", "fri"),
    at=time(9),
    zone="Europe/Berlin",
    channel="C0ONBOARD",
    here="C0ONBOARD",
    every_phase=DEFAULT,
    country="DE",
    country_name="Germany",
)
FULL = replace(
    USUAL,
    days=("mon", "thu"),
    at=time(17, 30),
    mine=True,
    owners=("U0ANA0001", "U0BEN0001"),
    phases=("review", "launch"),
    customer="Aurora",
    other="state:waiting",
    mentions=True,
    quiet=False,
    on_holiday="skip",
)
ODD = some.text(max_size=300) | some.just('<!channel> & "quotes" ' * 10)


def state_of(view):
    """The values of a form's fields as it was opened: what sending it untouched sends. Slack's rules take the form."""
    written = view.to_dict()
    slack_rules.accept(written)
    return values(written["blocks"], {})


def labels(view):
    return [block["label"]["text"] for block in view.to_dict()["blocks"] if block["type"] == "input"]


def test_form_for_a_new_digest(paste):
    assert forms.form(USUAL).to_dict() == paste


def test_form_for_a_digest_there_is(paste):
    there = replace(FULL, kinds={"at-risk": KINDS["at-risk"]}, subscription_id="sub_1", where="<#C0ONBOARD>")

    assert forms.form(there).to_dict() == paste


@pytest.mark.parametrize(
    "typed",
    [
        USUAL,
        FULL,
        replace(USUAL, channel="", country="", country_name=""),
        replace(USUAL, kind="launch-week", days=("mon",), here=""),
    ],
)
def test_what_is_shown_is_read_back_whole(typed):
    view = forms.form(typed)

    assert forms.parse(state_of(view), view.private_metadata) == typed


def test_the_form_of_a_digest_there_is_keeps_its_kind_and_channel():
    there = replace(FULL, subscription_id="sub_1", where="<#C0ONBOARD>", channel="")
    view = forms.form(there)

    typed = forms.parse(state_of(view), view.private_metadata)

    assert typed == there
    assert {"Digest", "Channel"}.isdisjoint(labels(view))


def test_whoever_may_subscribe_no_channel_is_offered_none():
    view = forms.form(replace(USUAL, channels=False, channel=""))

    assert "Channel" not in labels(view)
    assert "direct message to you" in str(view.to_dict())


def test_without_a_day_or_an_hour_it_is_said_beside_the_field():
    view = forms.form(USUAL)
    sent = state_of(view)
    sent["days/at-risk"] = {"days": {"selected_options": []}}
    sent["at/at-risk"] = {"at": {"selected_time": None}}

    with pytest.raises(FieldErrors) as refused:
        forms.parse(sent, view.private_metadata)

    assert refused.value.fields == {"days/at-risk": "Choose at least one day.", "at/at-risk": "Choose an hour."}


def test_a_kind_that_was_just_chosen_is_read_with_the_days_that_are_shown():
    view = forms.form(USUAL)
    sent = state_of(view)
    sent[KIND][KIND]["selected_option"] = {"value": "launch-week|C0ONBOARD"}

    typed = forms.parse(sent, view.private_metadata)

    assert (typed.kind, typed.days) == ("launch-week", USUAL.days)


def test_what_is_wrong_stands_beneath_its_field():
    view = forms.form(FULL, remark="Nothing was saved yet.", wrong={forms.OTHER: "I don’t know the filter “fase:”."})

    blocks = view.to_dict()["blocks"]
    at = [block.get("block_id") for block in blocks].index(forms.OTHER)
    assert blocks[0]["text"]["text"] == "Nothing was saved yet."
    assert "fase" in blocks[at + 1]["elements"][0]["text"]


def test_again_keeps_everything_below_the_remark():
    view = forms.again(FULL, "Slack is busy.")

    assert forms.parse(state_of(view), view.private_metadata) == FULL
    assert "Slack is busy." in str(view.to_dict()["blocks"][0])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(customer=ODD, other=ODD, phases=some.lists(some.text(min_size=1, max_size=120), max_size=120, unique=True))
def test_form_of_anything_stays_within_slacks_limits(customer, other, phases):
    view = forms.form(replace(FULL, customer=customer, other=other, every_phase=tuple(phases), phases=()))

    state_of(view)
    assert len(view.private_metadata) <= forms.METADATA
    assert len(view.to_dict()["blocks"]) <= 100
