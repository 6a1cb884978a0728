from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import schedule
from bot.domain.errors import UserError
from bot.domain.records import Subscription

DAILY = Subscription(
    id="sub_1",
    team_id="T0HOME001",
    channel="C0ONBOARD",
    kind="at-risk",
    days="daily",
    at=time(9),
    zone="Europe/Berlin",
    creator="U0ANA0001",
    created_at=datetime(2000, 1, 1, tzinfo=UTC),
)
EARLIEST, LATEST = datetime.fromisoformat("2010-01-01"), datetime.fromisoformat("2030-01-01")
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Sydney",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "UTC",
)


def local(zone: str, *parts: int, fold: int = 0) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mon-fri", {0, 1, 2, 3, 4}),
        ("mon", {0}),
        ("Mon, Thu", {0, 3}),
        ("sat-mon", {5, 6, 0}),
        ("tuesday", {1}),
        ("daily", set(range(7))),
        ("weekdays", {0, 1, 2, 3, 4}),
    ],
)
def test_weekdays_are_read(text, expected):
    assert schedule.weekdays(text) == expected


@pytest.mark.parametrize("text", ["", "0-4", "mo", "mon-fri-sun", "monkey", "mon-", "*"])
def test_unreadable_weekdays_are_refused(text):
    with pytest.raises(UserError, match="weekdays"):
        schedule.weekdays(text)


def test_slot_is_due_from_its_local_hour_on():
    nine = local("Europe/Berlin", 2026, 9, 7, 9)

    assert schedule.due(DAILY, now=nine - timedelta(seconds=1)) is None
    assert schedule.due(DAILY, now=nine) == schedule.Slot(date(2026, 9, 7), nine)


def test_taken_slot_is_not_due_again():
    assert schedule.due(DAILY, now=local("Europe/Berlin", 2026, 9, 7, 9, 1), taken={"2026-09-07"}) is None


def test_missed_slot_is_caught_up_on_within_the_grace_and_called_late():
    slot = schedule.due(DAILY, now=local("Europe/Berlin", 2026, 9, 7, 13))

    assert slot is not None
    assert slot.late
    assert schedule.due(DAILY, now=local("Europe/Berlin", 2026, 9, 7, 13, 0, 1)) is None


def test_catching_up_ends_at_local_midnight():
    evening = replace(DAILY, at=time(23))

    assert schedule.due(evening, now=local("Europe/Berlin", 2026, 9, 7, 23, 59)) is not None
    assert schedule.due(evening, now=local("Europe/Berlin", 2026, 9, 8, 0)) is None


def test_subscription_made_after_the_hour_waits_for_its_next_day():
    made = replace(DAILY, created_at=local("Europe/Berlin", 2026, 9, 7, 10))

    assert schedule.due(made, now=local("Europe/Berlin", 2026, 9, 7, 10, 1)) is None
    assert schedule.next_run(made, made.created_at) == local("Europe/Berlin", 2026, 9, 8, 9)


def test_subscription_made_by_a_clock_that_was_a_month_ahead_is_due_at_its_next_hour():
    hour = local("Europe/Berlin", 2026, 9, 7, 9)
    made = replace(DAILY, created_at=hour + timedelta(days=30, hours=-1))

    assert schedule.due(made, now=hour - timedelta(minutes=1)) is None
    assert schedule.due(made, now=hour + timedelta(minutes=1)) == schedule.Slot(date(2026, 9, 7), hour)


def test_subscription_made_after_the_hour_by_a_clock_that_is_right_waits_where_another_is_behind_it():
    hour = local("Europe/Berlin", 2026, 9, 7, 9)
    made = replace(DAILY, created_at=hour + timedelta(minutes=2))

    assert schedule.due(made, now=hour + timedelta(minutes=1)) is None


def test_paused_subscription_is_never_due():
    assert schedule.due(replace(DAILY, paused="archived"), now=local("Europe/Berlin", 2026, 9, 7, 9)) is None


def test_weekend_is_passed_over():
    workdays = replace(DAILY, days="mon-fri")
    friday = local("Europe/Berlin", 2026, 9, 4, 9)

    assert schedule.next_run(workdays, friday) == local("Europe/Berlin", 2026, 9, 7, 9)


@pytest.mark.parametrize(
    ("zone", "day", "at", "expected"),
    [
        ("Europe/Berlin", (2027, 3, 28), (2, 30), "2027-03-28T03:30:00+02:00"),
        ("Europe/Berlin", (2027, 10, 31), (2, 30), "2027-10-31T02:30:00+02:00"),
        ("America/New_York", (2027, 3, 14), (2, 30), "2027-03-14T03:30:00-04:00"),
        ("America/New_York", (2026, 11, 1), (1, 30), "2026-11-01T01:30:00-04:00"),
        ("Australia/Sydney", (2026, 10, 4), (2, 30), "2026-10-04T03:30:00+11:00"),
        ("Australia/Lord_Howe", (2026, 10, 4), (2, 15), "2026-10-04T02:45:00+11:00"),
        ("Australia/Lord_Howe", (2027, 4, 4), (1, 45), "2027-04-04T01:45:00+11:00"),
        ("America/Sao_Paulo", (2018, 11, 4), (0, 30), "2018-11-04T01:30:00-02:00"),
        ("America/Toronto", (1919, 3, 30), (23, 45), "1919-03-30T22:45:00-05:00"),
        ("Europe/Berlin", (2027, 3, 28), (9, 0), "2027-03-28T09:00:00+02:00"),
    ],
)
def test_an_hour_that_is_skipped_or_repeated_still_happens_once(zone, day, at, expected):
    moment = schedule.instant(date(*day), time(*at), ZoneInfo(zone))

    assert moment is not None
    assert moment.astimezone(ZoneInfo(zone)).isoformat() == expected


def test_a_date_that_a_zone_skips_has_no_slot():
    samoa = replace(DAILY, zone="Pacific/Apia")

    assert schedule.instant(date(2011, 12, 30), time(9), ZoneInfo("Pacific/Apia")) is None
    assert schedule.next_run(samoa, local("Pacific/Apia", 2011, 12, 29, 9)) == local("Pacific/Apia", 2011, 12, 31, 9)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("at", [time(0, 15), time(2, 15), time(9), time(23, 45)])
def test_a_year_of_next_runs_has_one_slot_for_each_local_date(zone, at):
    subscription = replace(DAILY, zone=zone, at=at)
    now = local(zone, 2026, 6, 1)
    days = []

    while len(days) < 366:
        now = schedule.next_run(subscription, now)
        slot = schedule.due(subscription, now=now)
        assert slot is not None
        assert not slot.late
        days.append(slot.day)

    assert days == [days[0] + timedelta(days=n) for n in range(366)]


def test_repeated_hour_asks_for_nothing_twice():
    night = replace(DAILY, at=time(2, 30))
    first = schedule.due(night, now=local("Europe/Berlin", 2027, 10, 31, 2, 30))
    again = schedule.due(night, now=local("Europe/Berlin", 2027, 10, 31, 2, 30, fold=1))

    assert first is not None
    assert again is not None
    assert again.key == first.key


@given(
    zone=st.sampled_from(ZONES),
    at=st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    now=st.datetimes(EARLIEST, LATEST, timezones=st.just(UTC)),
)
def test_what_is_due_is_of_today_and_within_the_grace(zone, at, now):
    slot = schedule.due(replace(DAILY, zone=zone, at=at), now=now)

    if slot is not None:
        assert slot.day == now.astimezone(ZoneInfo(zone)).date()
        assert timedelta(0) <= now - slot.at <= schedule.GRACE


@given(
    zone=st.sampled_from(ZONES),
    at=st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    now=st.datetimes(EARLIEST, LATEST, timezones=st.just(UTC)),
    away=st.timedeltas(timedelta(0), timedelta(days=5)),
)
def test_every_slot_of_an_absence_is_either_caught_up_on_or_missed(zone, at, now, away):
    subscription = replace(DAILY, zone=zone, at=at)
    since, begun = now - away, []
    moment = schedule.next_run(subscription, since)
    while moment <= now:
        begun.append(moment)
        moment = schedule.next_run(subscription, moment)

    missed = schedule.missed(subscription, now=now, since=since)
    due = schedule.due(subscription, now=now)

    caught = [due.at] if due and due.at > since else []
    assert [slot.at for slot in missed] + caught == begun
