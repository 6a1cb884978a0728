"""What is offered to somebody who is still typing."""

from datetime import UTC, datetime

import pytest

from bot.domain.records import Snapshot, Standing
from bot.domain.suggestions import suggested
from bot.pivotal.models import CustomerRow, OnboardingRow

NAMES = {201: "Acme Corp", 202: "Acme Group", 89: "Globex"}


def standing(number, customer):
    row = OnboardingRow(
        id=f"onb_{number}", display_id=number, customer_id=f"cus_{customer}", phase="review", state="active"
    )
    return Standing(row, CustomerRow(id=f"cus_{customer}", display_id=customer, name=NAMES[customer]))


@pytest.fixture
def snapshot():
    standings = (standing(89, 201), standing(891, 202), standing(12, 89), standing(101, 201))
    customers = {one.customer.id: one.customer for one in standings}
    return Snapshot(standings, customers, datetime(2026, 9, 7, tzinfo=UTC))


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        ("acme", [89, 101, 891]),
        ("acme g", [891, 89, 101]),
        ("89", [89, 12, 891]),
        ("#10", [101]),
        ("https://my.pivotal.app/onboardings/89", [89]),
        ("https://my.pivotal.app/customers/201-acme", [89, 101]),
        ("customer #89", [12]),
        ("https://my.pivotal.app/onboardings/onb_12", [12]),
        ("nobody", []),
        ("", []),
        ("  ", []),
    ],
)
def test_what_fits_is_offered_best_first(snapshot, typed, numbers):
    assert [one.onboarding.display_id for one in suggested(typed, snapshot)] == numbers


def test_a_hundred_at_most(snapshot):
    many = tuple(standing(1000 + number, 201) for number in range(300))

    assert len(suggested("1", Snapshot(many, snapshot.customers, snapshot.as_of))) == 100
    assert len(suggested("acme corp", Snapshot(many, snapshot.customers, snapshot.as_of))) == 100
