"""A digest that falls on a holiday is moved to the next workday or skipped; never is there more than one on a day."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import schedule, workdays
from bot.domain.errors import UserError
from bot.domain.records import MOVE, SKIP, Subscription

BERLIN = Subscription(
    id="sub_1",
    team_id="T0HOME001",
    channel="C0ONBOARD",
    kind="at-risk",
    days="mon",
    at=time(9),
    zone="Europe/Berlin",
    creator="U0ANA0001",
    created_at=datetime(2000, 1, 1, tzinfo=UTC),
    holidays="DE",
)
EASTER_MONDAY, EASTER_TUESDAY = date(2026, 4, 6), date(2026, 4, 7)

CUSTOMS = [
    ("DE", "Europe/Berlin"),
    ("DE-BY", "Europe/Berlin"),
    ("US", "America/New_York"),
    ("IL", "Asia/Jerusalem"),
    ("AE", "Asia/Dubai"),
    ("CN", "Asia/Shanghai"),
    ("JP", "Asia/Tokyo"),
    ("AU", "Australia/Lord_Howe"),
    ("WS", "Pacific/Apia"),
]

custom = st.sampled_from(CUSTOMS)
weekdays = st.sets(st.sampled_from(schedule.DAYS), min_size=1).map(",".join)
hours = st.times().map(lambda at: at.replace(second=0, microsecond=0))
starts = st.datetimes(datetime.fromisoformat("2011-06-01"), datetime.fromisoformat("2029-01-01")).map(
    lambda moment: moment.replace(tzinfo=UTC)
)


@st.composite
def subscriptions(draw, on_holiday=None):
    country, zone = draw(custom)
    return replace(
        BERLIN,
        days=draw(weekdays),
        at=draw(hours),
        zone=zone,
        holidays=country,
        on_holiday=on_holiday or draw(st.sampled_from([MOVE, SKIP])),
    )


def slots(subscription, since, *, days):
    """Every slot that begins in so many days, as the clock would come to them."""
    found, moment, end = [], since, since + timedelta(days=days)
    while True:
        moment = schedule.next_run(subscription, moment)
        if moment > end:
            return found
        slot = schedule.due(subscription, now=moment)
        assert slot is not None
        found.append(slot)


def local(*parts, zone="Europe/Berlin"):
    return datetime(*parts, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def test_holiday_is_moved_to_the_next_workday_which_says_so():
    (slot,) = slots(BERLIN, local(2026, 4, 6), days=3)

    assert (slot.day, slot.moved_from) == (EASTER_TUESDAY, (EASTER_MONDAY,))
    assert slot.at == local(2026, 4, 7, 9)


def test_moved_one_and_that_days_own_are_one():
    both = replace(BERLIN, days="mon,tue")

    found = slots(both, local(2026, 4, 6), days=3)

    assert [(slot.day, slot.moved_from) for slot in found] == [(EASTER_TUESDAY, (EASTER_MONDAY,))]


def test_two_holidays_in_a_row_are_moved_to_the_same_day():
    workdays_only = replace(BERLIN, days="mon-fri", holidays="GB-ENG")

    found = slots(workdays_only, local(2026, 4, 2, 12), days=6)

    assert [(slot.day, slot.moved_from) for slot in found] == [
        (EASTER_TUESDAY, (date(2026, 4, 3), EASTER_MONDAY)),
        (date(2026, 4, 8), ()),
    ]


def test_what_was_subscribed_after_the_holidays_own_hour_has_nothing_that_is_moved():
    before = replace(BERLIN, created_at=local(2026, 4, 6, 9))
    after = replace(BERLIN, created_at=local(2026, 4, 6, 9, 1))

    assert [slot.day for slot in slots(before, local(2026, 4, 6, 12), days=3)] == [EASTER_TUESDAY]
    assert slots(after, local(2026, 4, 6, 12), days=3) == []


def test_skipped_holiday_has_no_digest_at_all():
    skipping = replace(BERLIN, days="mon,wed", on_holiday=SKIP)

    found = slots(skipping, local(2026, 4, 5), days=5)

    assert [(slot.day, slot.moved_from) for slot in found] == [(date(2026, 4, 8), ())]


def test_holiday_before_a_weekend_is_moved_past_it():
    friday = replace(BERLIN, days="fri")  # Good Friday, then the weekend and Easter Monday

    (slot,) = slots(friday, local(2026, 4, 3), days=6)

    assert (slot.day, slot.moved_from) == (EASTER_TUESDAY, (date(2026, 4, 3),))


def test_weekend_that_was_asked_for_is_no_day_off():
    weekend_too = replace(BERLIN, days="fri,sat")

    found = slots(weekend_too, local(2026, 4, 3), days=3)

    assert [(slot.day, slot.moved_from) for slot in found] == [(date(2026, 4, 4), (date(2026, 4, 3),))]


def test_weekend_is_the_countrys():
    thursday = replace(BERLIN, days="wed", zone="Asia/Jerusalem", holidays="IL")

    (slot,) = slots(thursday, local(2026, 4, 22), days=4)  # Independence Day

    assert slot.day == date(2026, 4, 23)
    passover = replace(thursday, days="thu")
    (slot,) = slots(passover, local(2026, 4, 2), days=4)
    assert (slot.day.strftime("%a"), slot.moved_from) == ("Sun", (date(2026, 4, 2),))


def test_holidays_of_a_region_count_there_only():
    epiphany = local(2026, 1, 6)
    tuesdays = replace(BERLIN, days="tue")

    assert [slot.day for slot in slots(tuesdays, epiphany, days=1)] == [date(2026, 1, 6)]
    assert [slot.day for slot in slots(replace(tuesdays, holidays="DE-BY"), epiphany, days=1)] == []


def test_year_without_holidays_is_as_it_was():
    plain = replace(BERLIN, holidays="", on_holiday=SKIP)

    assert [slot.day for slot in slots(plain, local(2026, 4, 5), days=3)] == [EASTER_MONDAY]


def test_moved_digest_is_caught_up_on_and_missed_like_any_other():
    late = schedule.due(BERLIN, now=local(2026, 4, 7, 11))
    gone = schedule.missed(BERLIN, now=local(2026, 4, 7, 20), since=local(2026, 4, 1))

    assert late is not None
    assert late.late
    assert late.moved_from == (EASTER_MONDAY,)
    assert [(slot.day, slot.moved_from) for slot in gone] == [(EASTER_TUESDAY, (EASTER_MONDAY,))]


@given(subscription=subscriptions(), since=starts)
def test_there_is_one_slot_at_most_on_a_local_date_and_none_on_a_holiday(subscription, since):
    found = slots(subscription, since, days=60)

    days = [slot.day for slot in found]
    assert len(days) == len(set(days))
    assert not [day for day in days if workdays.holiday(day, subscription.holidays)]
    assert all(slot.at.astimezone(ZoneInfo(subscription.zone)).date() == slot.day for slot in found)


@given(subscription=subscriptions(SKIP), since=starts)
def test_skipped_digests_are_dropped_and_nothing_else_is(subscription, since):
    plain = replace(subscription, holidays="")

    kept = [slot.day for slot in slots(subscription, since, days=60)]

    wanted = [slot.day for slot in slots(plain, since, days=60)]
    assert kept == [day for day in wanted if not workdays.holiday(day, subscription.holidays)]


@given(subscription=subscriptions(MOVE), since=starts)
def test_every_wanted_day_comes_on_itself_or_is_told_of_on_one_later_workday(subscription, since):
    plain = replace(subscription, holidays="")
    wanted = [slot.day for slot in slots(plain, since, days=40)]

    found = slots(subscription, since, days=75)

    told = [day for slot in found for day in slot.moved_from]
    assert len(told) == len(set(told))
    for day in wanted:
        if workdays.holiday(day, subscription.holidays):
            assert day in told
        else:
            assert day in [slot.day for slot in found]
    for slot in found:
        assert list(slot.moved_from) == sorted(slot.moved_from)
        assert all(before < slot.day for before in slot.moved_from)
        if slot.moved_from:
            own = slot.day.weekday() in schedule.weekdays(subscription.days)
            assert own or not workdays.weekend(slot.day, subscription.holidays)


@given(subscription=subscriptions(), now=starts, away=st.timedeltas(timedelta(0), timedelta(days=20)))
def test_every_slot_of_an_absence_is_caught_up_on_or_missed_with_holidays_too(subscription, now, away):
    begun = [slot for slot in slots(subscription, now - away, days=away.days + 1) if slot.at <= now]

    missed = schedule.missed(subscription, now=now, since=now - away)
    due = schedule.due(subscription, now=now)

    caught = [due] if due and due.at > now - away else []
    assert [(slot.day, slot.moved_from) for slot in (*missed, *caught)] == [
        (slot.day, slot.moved_from) for slot in begun
    ]


@pytest.mark.parametrize("country", ["XX", "Germany", "DE-ZZ", "-"])
def test_country_nobody_knows_is_refused_and_read_as_unreadable_later(country):
    odd = replace(BERLIN, holidays=country)

    with pytest.raises(UserError, match="public holidays"):
        schedule.check(odd)
    assert not schedule.readable(odd)


def test_known_country_is_readable_whatever_its_case():
    assert schedule.readable(replace(BERLIN, holidays="de-by"))
