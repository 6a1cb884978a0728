"""Cutting a typed line after the name it begins with, and what that name means as far as memory knows."""

from datetime import UTC, datetime

import pytest

from bot.domain.naming import cut, meant
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
