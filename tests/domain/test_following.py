from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.following import BURST, Quiet, gathered, told_at
from bot.domain.records import Observation

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "America/Sao_Paulo")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        ("2026-09-07T10:00", "2026-09-07T10:00"),
        ("2026-09-07T03:00", "2026-09-07T09:00"),
        ("2026-09-07T18:00", "2026-09-08T09:00"),
        ("2026-09-04T18:30", "2026-09-07T09:00"),
        ("2026-09-05T12:00", "2026-09-07T09:00"),
        ("2026-09-06T23:59", "2026-09-07T09:00"),
    ],
)
def test_news_wait_for_the_morning_and_for_monday(seen, told):
    assert Quiet().over(at(seen), BERLIN) == at(told)


def test_a_quiet_span_within_one_day_ends_on_that_day():
    lunch = Quiet(time(12), time(13), weekends=False)

    assert lunch.over(at("2026-09-05T12:30"), BERLIN) == at("2026-09-05T13:00")


@given(
    now=st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    zone=st.sampled_from(ZONES),
    start=st.integers(0, 23),
    end=st.integers(0, 23),
)
def test_nobody_is_told_in_quiet_hours_nor_later_than_after_the_weekend(now, zone, start, end):
    place, quiet = ZoneInfo(zone), Quiet(time(start), time(end))

    told = told_at(now, zone=place, quiet=quiet)

    assert now + BURST <= told <= now + timedelta(days=4)
    assert quiet.over(told, place) == told
    assert told.astimezone(place).weekday() < 5


def seen(field: str, before: str | None, after: str | None) -> Observation:
    return Observation("onb_1", field, before, after, datetime(2026, 9, 7, tzinfo=UTC), "poll")


def test_a_burst_is_told_from_its_first_value_to_its_last():
    news = gathered({}, [seen("phase", "review", "internal_qa"), seen("phase", "internal_qa", "launch")])

    assert news == {"phase": ("review", "launch")}


def test_what_came_back_to_where_it_was_is_no_news():
    assert gathered({"phase": ("review", "internal_qa")}, [seen("phase", "internal_qa", "review")]) == {}


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=8))
def test_gathering_one_by_one_tells_what_gathering_at_once_does(values):
    changes = [seen("phase", before, after) for before, after in zip(["a", *values], values, strict=False)]

    news = {}
    for change in changes:
        news = gathered(news, [change])

    assert news == gathered({}, changes)
