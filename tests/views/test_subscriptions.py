"""The list of digests, and what is said when one is subscribed, changed or ended."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from bot.domain.records import Subscription
from bot.domain.schedule import Slot
from bot.views import subscriptions
from bot.views.subscriptions import Row

TITLES = {"at-risk": "At-risk onboardings"}
NEXT = Slot(date(2026, 9, 10), datetime(2026, 9, 10, 7, tzinfo=UTC))
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def weekday_mornings(now):
    return Subscription(
        "sub_1", "T0HOME001", "C0ONBOARD", "at-risk", "mon-fri", time(9), "Europe/Berlin", "U0ANA0001", now
    )


@pytest.fixture
def listing(now):
    """`listing(*rows)`: the first page of a list that has these rows, for a reader in Berlin."""

    def drawn(*rows, page=1, total=0, zone=BERLIN, notice=""):
        return subscriptions.listing(
            rows,
            page=page,
            total=total or len(rows),
            titles=TITLES,
            now=now,
            zone=zone,
            command="/onboarding",
            notice=notice,
        )

    return drawn


def menus(message):
    """The entries of every row's menu, by their text."""
    return [
        [option["text"]["text"] for option in block["accessory"]["options"]]
        for block in message.payload()["blocks"]
        if block.get("accessory")
    ]


def test_list_of_subscriptions(weekday_mornings, listing, checked, paste):
    paused = replace(
        weekday_mornings,
        id="sub_2",
        kind="new-kind",
        days="mon,thu",
        paused="<#C1> is archived",
        filters="state:x",
        mentions=True,
        quiet=False,
        holidays="DE-BY",
    )

    message = listing(
        Row(weekday_mornings, NEXT, creator="Ana Ruiz", changeable=True),
        Row(paused, None, filters="state At risk", creator="Ana Ruiz", waiting="Waiting since 09:00"),
        notice="It goes on.",
    )

    assert checked(message) == paste


def test_a_paused_digest_is_resumed_and_another_is_paused(weekday_mornings, listing):
    paused = replace(weekday_mornings, id="sub_2", paused="Paused by Ana Ruiz.")

    message = listing(Row(weekday_mornings, NEXT, changeable=True), Row(paused, None, changeable=True))

    assert menus(message) == [["Edit…", "Pause", "Delete…"], ["Edit…", "Resume", "Delete…"]]
    assert "Paused: Paused" not in str(message.payload())


def test_whoever_may_change_nothing_gets_no_menu(weekday_mornings, listing):
    assert menus(listing(Row(weekday_mornings, NEXT))) == []


def test_the_next_run_is_told_by_both_clocks_where_they_differ(weekday_mornings, listing):
    same = str(listing(Row(weekday_mornings, NEXT)).payload())
    other = str(listing(Row(weekday_mornings, NEXT), zone=ZoneInfo("Asia/Tokyo")).payload())
    another_day = str(
        listing(
            Row(weekday_mornings, Slot(NEXT.day, datetime(2026, 9, 10, 3, tzinfo=UTC))),
            zone=ZoneInfo("America/New_York"),
        ).payload()
    )

    assert "your time" not in same
    assert "Next: Thu 10 Sep 2026 at 09:00 (16:00 your time)" in other
    assert "(Wed 23:00 your time)" in another_day


def test_a_run_that_is_moved_says_from_where(weekday_mornings, listing):
    moved = replace(NEXT, moved_from=(date(2026, 9, 9),))

    assert "at 09:00, moved: Wed 9 Sep is a holiday" in str(listing(Row(weekday_mornings, moved)).payload())


def test_a_long_list_is_paged(weekday_mornings, listing, checked):
    rows = [Row(replace(weekday_mornings, id=f"sub_{n}"), NEXT, changeable=True) for n in range(10)]

    blocks = checked(listing(*rows, page=2, total=300))["blocks"]

    assert "300 subscriptions, page 2 of 30" in str(blocks)
    assert [one["text"]["text"] for one in blocks[-1]["elements"]] == ["Add a digest", "Previous", "Next"]


def test_no_subscription_says_how_to_begin(listing, checked):
    assert "`/onboarding subscribe at-risk`" in checked(listing())["text"]


def test_subscribed_repeats_what_was_understood(weekday_mornings, checked, paste):
    message = subscriptions.subscribed(weekday_mornings, following=NEXT, titles=TITLES, zone=BERLIN)

    assert checked(message) == paste


def test_a_direct_message_is_called_just_that(weekday_mornings, checked):
    direct = replace(weekday_mornings, channel="D0ANA0001")

    own = subscriptions.subscribed(direct, following=NEXT, titles=TITLES, zone=BERLIN, reader="U0ANA0001")
    others = subscriptions.subscribed(direct, following=NEXT, titles=TITLES, zone=BERLIN, reader="U0CARA001")

    assert checked(own)["text"].startswith("You now get “At-risk onboardings”")
    assert checked(others)["text"].startswith("A direct message now gets “At-risk onboardings”")


def test_unsubscribed_shows_the_way_back(weekday_mornings, checked, paste):
    message = subscriptions.unsubscribed(weekday_mornings, titles=TITLES, command="/onboarding")

    assert checked(message) == paste


def test_which_digest_shall_end_asks_again_before_it_does(weekday_mornings, checked, paste):
    assert checked(subscriptions.pick([weekday_mornings], titles=TITLES)) == paste


def test_subscribed_again_says_what_it_takes_the_place_of(weekday_mornings, checked):
    earlier = replace(weekday_mornings, at=time(8), creator="U0CARA001")

    message = subscriptions.subscribed(
        weekday_mornings, following=NEXT, titles=TITLES, zone=BERLIN, instead_of=earlier, creator="Cara Lindqvist"
    )

    assert "Instead of Mon–Fri at 08:00 (Europe/Berlin)  ·  set up by Cara Lindqvist" in checked(message)["text"]


def test_replacing_asks_with_what_is_and_what_would_be(weekday_mornings, checked, paste):
    wanted = replace(weekday_mornings, at=time(8, 30), zone="Europe/Stockholm")

    message = subscriptions.replacing(
        weekday_mornings, wanted, titles=TITLES, filters=("", "phase Review"), creator="Ana Ruiz", value="{}"
    )

    assert checked(message) == paste
