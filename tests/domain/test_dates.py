from datetime import UTC, date, datetime, timedelta
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import dates
from bot.domain.errors import UserError

days = st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 1, 1))


@given(days)
def test_a_week_is_seven_days_from_monday_around_its_day(day):
    monday, sunday = dates.week(day)

    assert monday.weekday() == 0
    assert sunday - monday == timedelta(days=6)
    assert monday <= day <= sunday


@given(days, st.integers(0, 6))
def test_a_week_begins_with_the_weekday_asked_for(day, first):
    start, end = dates.week(day, first)

    assert start.weekday() == first
    assert end - start == timedelta(days=6)
    assert start <= day <= end


@pytest.mark.parametrize(
    ("zone", "country", "first"),
    [
        ("Europe/Berlin", "DE", 0),
        ("Europe/Kiev", "UA", 0),
        ("Asia/Calcutta", "IN", 6),
        ("America/New_York", "US", 6),
        ("Africa/Cairo", "EG", 5),
        ("Antarctica/Davis", "AQ", 0),
        ("UTC", "", 0),
        ("Etc/GMT+5", "", 0),
    ],
)
def test_weeks_begin_as_is_the_custom_where_the_zone_is(zone, country, first):
    assert dates.country(zone) == country
    assert dates.first_weekday(zone) == first
    assert dates.first_weekday(dates.zone(zone), "auto") == first


@pytest.mark.parametrize(("setting", "first"), [("monday", 0), ("saturday", 5), ("sunday", 6)])
def test_weeks_begin_as_set(setting, first):
    assert dates.first_weekday("America/New_York", setting) == first


def test_every_zone_has_a_week():
    assert {dates.first_weekday(zone) for zone in available_timezones()} <= set(range(7))


def test_days_read_the_same_everywhere():
    assert dates.short(date(2026, 9, 18)) == "18 Sep"
    assert dates.full(date(2026, 9, 18)) == "Fri 18 Sep 2026"
    assert dates.full(date(2026, 9, 7)) == "Mon 7 Sep 2026"


@pytest.mark.parametrize(
    ("offset", "expected"),
    [(9, "in 9 days"), (1, "tomorrow"), (0, "today"), (-1, "yesterday"), (-3, "3 days ago")],
)
def test_distance_is_said_in_days(offset, expected):
    today = date(2026, 9, 9)

    assert dates.distance(today + timedelta(days=offset), today) == expected


def test_today_depends_on_the_place():
    now = datetime(2026, 9, 9, 23, 30, tzinfo=UTC)

    assert dates.today(now, "Europe/Berlin") == date(2026, 9, 10)
    assert dates.today(now, dates.zone("America/Los_Angeles")) == date(2026, 9, 9)


def test_a_zone_is_found_in_any_case():
    assert dates.zone("america/new york").key == "America/New_York"


@pytest.mark.parametrize("name", ["Europe", "Mars/Base", "", "../etc/passwd", "/etc/passwd", "a\0b"])
def test_what_is_no_zone_is_said_to_be_none(name):
    with pytest.raises(UserError, match="time zone"):
        dates.zone(name)
