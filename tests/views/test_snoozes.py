"""What is said of snoozes: where something is left out, until when, and the way back."""

from dataclasses import replace
from datetime import date

import pytest

from bot.domain.records import Snooze
from bot.views import snoozes


@pytest.fixture
def asleep(now):
    return Snooze(
        "C0ONBOARD",
        "onb_089",
        "Aurora Foods",
        date(2026, 9, 21),
        "their DNS <is> moving",
        "U0ANA0001",
        "Ana Ruiz",
        now,
        seen="",
    )


def test_snoozed_says_what_it_does_and_what_it_does_not(aurora, asleep, checked, paste):
    assert checked(snoozes.snoozed(aurora(), asleep)) == paste


def test_list_has_a_way_back_for_whoever_may(asleep, checked, paste):
    other = replace(asleep, onboarding_id="onb_090", title="Globex <!channel>")

    message = snoozes.listing([asleep, other], channel="C0ONBOARD", changeable={"onb_089"}, command="/onboarding")

    assert checked(message) == paste


def test_long_list_counts_what_it_leaves_out(asleep, checked):
    message = snoozes.listing(
        [replace(asleep, onboarding_id=f"onb_{number}") for number in range(60)],
        channel="C0ONBOARD",
        changeable=set(),
        command="/onboarding",
    )

    assert "60 left out of the at-risk digest of <#C0ONBOARD>, 40 not shown" in str(checked(message)["blocks"])


def test_nothing_snoozed_says_how(checked):
    message = snoozes.listing([], channel="D0ANA0001", changeable=set(), command="/onboarding")

    assert "Nothing is snoozed in your own at-risk digest." in checked(message)["text"]


def test_where_it_is_hidden_in_a_few_words(asleep):
    everywhere = [replace(asleep, channel=f"C{number}") for number in range(5)]

    assert snoozes.hidden([]) == ""
    assert snoozes.hidden([asleep]) == "Hidden in <#C0ONBOARD> until 21 Sep"
    assert snoozes.hidden([replace(asleep, channel="D0ANA0001")]) == "Hidden in your direct message until 21 Sep"
    assert snoozes.hidden(everywhere).endswith("and 2 more")


def test_form_that_came_too_late_is_offered_by_a_button(aurora, checked, paste):
    assert checked(snoozes.ask_again(aurora(), remark="Choose where.")) == paste


def test_woken_says_where_it_is_told_of_again(asleep, checked):
    assert "the at-risk digest of <#C0ONBOARD> tells of it again" in checked(snoozes.woken(asleep))["text"]
