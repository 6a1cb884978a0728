from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from bot.domain.records import Subscription
from bot.views import subscriptions

TITLES = {"at-risk": "At-risk onboardings"}
NEXT = datetime(2026, 9, 10, 7, tzinfo=UTC)


@pytest.fixture
def weekday_mornings(now):
    return Subscription(
        "sub_1", "T0HOME001", "C0ONBOARD", "at-risk", "mon-fri", time(9), "Europe/Berlin", "U0ANA0001", now
    )


def test_list_of_subscriptions(weekday_mornings, checked, paste):
    paused = replace(
        weekday_mornings, id="sub_2", kind="new-kind", days="mon,thu", paused="<#C1> is archived", filters="state:x"
    )

    message = subscriptions.listing(
        ((weekday_mornings, NEXT), (paused, None)),
        titles=TITLES,
        filters={"sub_2": "state At risk"},
        creators={"U0ANA0001": "Ana Ruiz"},
        command="/onboarding",
    )

    assert checked(message) == paste


def test_a_channel_with_hundreds_of_subscriptions(weekday_mornings, checked):
    message = subscriptions.listing(
        ((weekday_mornings, NEXT),) * 300,
        titles=TITLES,
        filters={"sub_2": "state At risk"},
        creators={"U0ANA0001": "Ana Ruiz"},
        command="/onboarding",
    )

    assert "300 subscriptions, 280 of them not shown" in str(checked(message)["blocks"])


def test_no_subscription_says_how_to_begin(checked):
    message = subscriptions.listing(
        (), titles=TITLES, filters={"sub_2": "state At risk"}, creators={"U0ANA0001": "Ana Ruiz"}, command="/onboarding"
    )

    assert "`/onboarding subscribe at-risk`" in checked(message)["text"]


def test_subscribed_repeats_what_was_understood(weekday_mornings, checked, paste):
    message = subscriptions.subscribed(weekday_mornings, following=NEXT, titles=TITLES)

    assert checked(message) == paste


def test_unsubscribed_shows_the_way_back(weekday_mornings, checked, paste):
    message = subscriptions.unsubscribed(weekday_mornings, titles=TITLES, command="/onboarding")

    assert checked(message) == paste


def test_subscribed_again_says_what_it_takes_the_place_of(weekday_mornings, checked):
    earlier = replace(weekday_mornings, at=time(8), creator="U0CARA001")

    message = subscriptions.subscribed(
        weekday_mornings, following=NEXT, titles=TITLES, instead_of=earlier, creator="Cara Lindqvist"
    )

    assert "Instead of Mon–Fri at 08:00 (Europe/Berlin)  ·  set up by Cara Lindqvist" in checked(message)["text"]
