"""Cutting a typed line after the name it begins with, and what that name means as far as memory knows."""

from datetime import UTC, datetime

import pytest

from bot.domain.naming import cut, meant, readings
from bot.domain.records import Snapshot, Standing
from bot.pivotal.models import CustomerRow, OnboardingRow

CUSTOMERS = {
    "cus_1": CustomerRow(id="cus_1", display_id=200, name="Aurora Foods"),
    "cus_2": CustomerRow(id="cus_2", display_id=201, name="Globex"),
}


def standing(number, customer):
    row = OnboardingRow(id=f"onb_{number}", display_id=number, customer_id=customer, phase="review", state="active")
    return Standing(row, CUSTOMERS[customer])


WORLD = Snapshot(
    (standing(89, "cus_1"), standing(103, "cus_2"), standing(104, "cus_2")),
    CUSTOMERS,
    as_of=datetime(2026, 9, 7, tzinfo=UTC),
)


@pytest.mark.parametrize(
    ("typed", "name", "rest"),
    [
        ("", "", ""),
        ("#89", "#89", ""),
        ("89 legal is stuck", "89", "legal is stuck"),
        ("aurora foods legal", "aurora foods", "legal"),
        ("“Aurora Foods” legal", "Aurora Foods", "legal"),
        ("onboarding #89 legal", "onboarding #89", "legal"),
        ("<https://my.pivotal.app/onboardings/89> legal", "<https://my.pivotal.app/onboardings/89>", "legal"),
        ("aurora legal is stuck", "aurora", "legal is stuck"),
        ("zzz legal", "zzz legal", ""),
    ],
)
def test_line_is_cut_after_the_name(typed, name, rest):
    assert cut(typed, WORLD) == (name, rest)


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("#89", 89),
        ("Aurora Foods", 89),
        ("onboarding #104", 104),
        ("customer #200", 89),
        ("https://my.pivotal.app/onboardings/onb_103", 103),
        ("aurora", None),
        ("globex", None),
        ("customer #201", None),
        ("#999", None),
        ("", None),
    ],
)
def test_only_what_is_certain_is_meant(name, number):
    found = meant(name, WORLD)

    assert (found.onboarding.display_id if found else None) == number


def test_one_way_to_read_a_line_that_begins_with_no_doubtful_number():
    assert [one.name for one in readings("89 legal is stuck", WORLD, verbs=("pause",))] == ["89"]


def test_a_misspelled_name_after_a_number_is_another_reading_and_ends_where_it_is_like_the_name():
    world = Snapshot((), {"cus_3": CustomerRow(id="cus_3", display_id=300, name="7 Eleven Japan")}, as_of=WORLD.as_of)

    found = readings("7 elevn is late", world)

    assert [(one.name, one.rest) for one in found] == [("7", "elevn is late"), ("7 elevn", "is late")]


@pytest.mark.parametrize("number", ["77", "#7", "“7”"])
def test_another_number_and_one_that_is_marked_as_such_are_no_part_of_the_name(number):
    world = Snapshot((), {"cus_3": CustomerRow(id="cus_3", display_id=300, name="7 Eleven Japan")}, as_of=WORLD.as_of)

    assert len(readings(f"{number} eleven", world)) == 1


def test_a_verb_that_begins_a_name_is_a_reading_without_an_order():
    world = Snapshot((), {"cus_3": CustomerRow(id="cus_3", display_id=300, name="State Farm")}, as_of=WORLD.as_of)

    found = readings("farm paused", world, verbs=("state",))

    assert [(one.name, one.rest, one.order) for one in found] == [
        ("farm", "paused", True),
        ("state farm", "paused", False),
    ]
