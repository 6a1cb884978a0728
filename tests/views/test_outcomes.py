"""The ledger in words: every way a slot can end is explained."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.domain.records import Delivery, DeliveryStatus, Subscription
from bot.views import outcomes

NOON = datetime(2026, 9, 4, 10, 0, tzinfo=UTC)
HOUR = datetime(2026, 9, 4, 7, 0, tzinfo=UTC)


@pytest.fixture
def mornings():
    return Subscription(
        "sub_1",
        "T0HOME001",
        "C0ONBOARD",
        "at-risk",
        "mon-fri",
        time(9),
        "Europe/Berlin",
        "U0ANA0001",
        HOUR - timedelta(days=30),
    )


def row(status, *, at=HOUR, slot="2026-09-04", reason=None):
    return Delivery("sub_1", slot, status, at, "C0ONBOARD", reason=reason)


@pytest.mark.parametrize(
    ("delivery", "told"),
    [
        (row(DeliveryStatus.DONE), "Fri 4 Sep 09:00, delivered"),
        (row(DeliveryStatus.POSTED), "Fri 4 Sep 09:00, delivered"),
        (row(DeliveryStatus.DONE, at=NOON), "Fri 4 Sep 12:00, delivered late: its hour is 09:00"),
        (row(DeliveryStatus.DONE, reason="1 of 2 is missing."), "Fri 4 Sep 09:00, delivered (1 of 2 is missing)"),
        (row(DeliveryStatus.SKIPPED, reason="nothing to say"), "Fri 4 Sep, skipped: nothing to say"),
        (
            row(DeliveryStatus.FAILED, reason="I am not in that channel."),
            "Fri 4 Sep, not posted: I am not in that channel",
        ),
        (
            row(DeliveryStatus.UNCERTAIN, reason="interrupted"),
            "Fri 4 Sep, uncertain: it may have come or not; whoever set it up was asked to look",
        ),
        (row(DeliveryStatus.CLAIMED, at=NOON), "begun Fri 4 Sep 12:00, on its way"),
        (row(DeliveryStatus.CLAIMED), "begun Fri 4 Sep 09:00, and broken off"),
        (row(DeliveryStatus.DONE, at=NOON, slot="now:1.2"), "Fri 4 Sep 12:00, on request: delivered"),
        (
            row(DeliveryStatus.FAILED, at=NOON, slot="now:1.2", reason="no"),
            "Fri 4 Sep 12:00, on request: not posted: no",
        ),
        (row(DeliveryStatus.UNCERTAIN, at=NOON, slot="now:1.2"), "Fri 4 Sep 12:00, on request: uncertain"),
    ],
)
def test_every_end_of_a_slot_is_explained(mornings, delivery, told):
    assert outcomes.outcome(delivery, mornings, now=NOON) == told


def test_what_came_on_time_has_the_hour_of_its_slot(mornings):
    punctual = row(DeliveryStatus.DONE, at=HOUR + timedelta(minutes=4))

    assert outcomes.outcome(punctual, mornings, now=NOON) == "Fri 4 Sep 09:00, delivered"


def test_a_slot_of_other_hours_is_not_called_late(mornings):
    changed = replace(mornings, at=time(8), created_at=NOON)

    assert outcomes.outcome(row(DeliveryStatus.DONE), changed, now=NOON) == "Fri 4 Sep 09:00, delivered"


def test_only_the_newest_few_are_told(mornings):
    told = outcomes.past([row(DeliveryStatus.DONE)] * 9, mornings, now=NOON)

    assert told.count("delivered") == outcomes.MOST


def test_what_waits_says_until_when(mornings):
    grace = timedelta(hours=4)

    assert outcomes.waiting(HOUR, mornings, grace=grace, why="Pivotal is away.") == (
        "Waiting since 09:00 (Pivotal is away): tried again every few minutes, until 13:00"
    )
    late = replace(mornings, at=time(22))
    assert outcomes.waiting(HOUR + timedelta(hours=13), late, grace=grace).endswith("until midnight")
