from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.following import BURST, DELETED, Quiet, news, standing, told_at
from bot.domain.records import Follow
from bot.pivotal.models import OnboardingRow

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


def onboarding(**fields) -> OnboardingRow:
    record = {"id": "onb_1", "display_id": 89, "customer_id": "cus_1", "phase": "review", "state": "active", **fields}
    return OnboardingRow.model_validate(record)


def follow(**fields) -> Follow:
    now = datetime(2026, 9, 7, tzinfo=UTC)
    return Follow("U1", "onb_1", "Aurora", now, "UTC", told=standing(onboarding(**fields)))


def test_a_burst_is_told_from_what_was_told_last_to_how_it_stands():
    assert news(follow(), onboarding(phase="launch"), csm=False) == {"phase": ("review", "launch")}


def test_what_came_back_to_where_it_was_is_no_news():
    assert news(follow(), onboarding(), csm=False) == {}


def test_the_csm_hears_nothing_of_the_way_to_a_launch_that_pivotal_tells_them_of():
    told = news(follow(phase="internal_qa"), onboarding(phase="launch", state="at_risk"), csm=True)

    assert told == {"state": ("active", "at_risk")}


def test_what_is_gone_is_told_to_be_gone():
    assert news(follow(), None, csm=False) == {DELETED: (None, "yes")}
