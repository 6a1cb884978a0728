"""The form for a new onboarding: what is drawn is read back, and whatever was typed is shown again."""

import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bot.domain.creation import Made, Unfinished
from bot.domain.errors import FieldErrors
from bot.pivotal.errors import Conflict, InternalError, RateLimited
from bot.pivotal.models import CustomerRow
from bot.sandbox.slack.values import values
from bot.views import new as words
from bot.views.forms import new
from bot.views.forms.new import Typed

NOW = datetime(2026, 9, 7, 7, 0, tzinfo=UTC)
FULL = Typed(
    name="Initrode & <Sons>",
    contact="Peter Gibbons",
    email="peter@initrode.example",
    target=date(2026, 12, 1),
    owners={"csm": "U0ANA0001", "designer": "U0MARA001"},
    notes="VIP\nwants *everything*",
    agreed=("Tue 1 Sep 2026 is in the past (6 days ago).",),
)


def sent(view):
    """What Slack sends of a form that nobody touched."""
    drawn = view.to_dict()
    return values(drawn["blocks"], {}), drawn.get("private_metadata", "")


@pytest.mark.parametrize(
    "typed",
    [
        FULL,
        Typed(customer_id="cus_1", customer_label="Acme Corp · #201"),
        Typed(made=Made("cus_1", 201, "Acme <Corp>"), contact="Peter", email="p@acme.example"),
        Typed(made=Made("cus_1", 201, "Acme Corp", contact=True), notes="VIP"),
    ],
    ids=["new customer", "chosen customer", "customer made", "contact made"],
)
def test_what_is_drawn_is_read_back(typed):
    assert new.parse(*sent(new.form(typed))) == typed


def test_form(paste):
    assert new.form(FULL, remark="Please look.", wrong={new.NAME: "Taken <already>."}).to_dict() == paste


def test_empty_form_asks_for_a_customer():
    with pytest.raises(FieldErrors) as refused:
        new.parse(*sent(new.form(Typed())))

    assert set(refused.value.fields) == {new.CUSTOMER}


@settings(max_examples=60, deadline=None)
@given(name=some.text(max_size=400), remark=some.text(max_size=3000), number=some.integers(1, 10**9))
def test_whatever_was_typed_keeps_to_the_limits(name, remark, number):
    typed = Typed(made=Made("cus_1", number, name), agreed=(name[:200],) * 3)

    drawn = new.form(typed, remark=remark, wrong={new.NOTES: name}).to_dict()
    choice = new.option(CustomerRow(id="cus_1", display_id=number, name=name)).to_dict()

    assert len(drawn["private_metadata"]) <= 3000
    assert all(len(block["text"]["text"]) <= 3000 for block in drawn["blocks"] if block["type"] == "section")
    assert 0 < len(choice["text"]["text"].encode("utf-16-le")) // 2 <= 75
    assert json.loads(drawn["private_metadata"])["made"]["number"] == number


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            Unfinished("customer", Conflict("taken", status=409, code="slug_taken"), made=None),
            "Pivotal has a customer of this name already. Nothing was created.",
        ),
        (
            Unfinished("customer", InternalError("boom", status=500, maybe_applied=True), made=None),
            "customer was created. Send the form again as it is: nothing is created twice.",
        ),
        (
            Unfinished("contact", Conflict("taken", code="email_taken"), made=Made("c", 7, "A & B")),
            "A &amp; B (customer #7) exists in Pivotal now; the contact and the onboarding are missing.",
        ),
        (
            Unfinished(
                "onboarding",
                RateLimited("slow", method="POST", retry_after=12),
                made=Made("c", 7, "Acme", contact=True),
            ),
            "12 s. Acme (customer #7) and its contact exist in Pivotal now; the onboarding is missing.",
        ),
    ],
)
def test_what_exists_is_said(error, told):
    assert told in words.unfinished(error, reference="K7Q2M9", now=NOW)
