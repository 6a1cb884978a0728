from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.domain import when
from bot.domain.errors import UserError

TODAY = date(2026, 9, 7)
"""A Monday."""
PRESENT = date(2026, 9, 16)


def read(text, present=PRESENT):
    return when.day(text, today=TODAY, present=present)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2026-12-01", date(2026, 12, 1)),
        ("+7d", date(2026, 9, 23)),
        ("+ 7 days", date(2026, 9, 23)),
        ("-2d", date(2026, 9, 14)),
        ("+2w", date(2026, 9, 30)),
        ("fri", date(2026, 9, 11)),
        ("Friday", date(2026, 9, 11)),
        ("mon", date(2026, 9, 14)),
        ("18 Sep", date(2026, 9, 18)),
        ("Sep 18", date(2026, 9, 18)),
        ("september 18th", date(2026, 9, 18)),
        ("Fri 18 Sep 2026", date(2026, 9, 18)),
        ("Fri, 18. Sep", date(2026, 9, 18)),
        ("1 Sep", date(2027, 9, 1)),
        ("29 feb", date(2028, 2, 29)),
        ("18 Sep 2027", date(2027, 9, 18)),
        ("tomorrow", date(2026, 9, 8)),
        ("none", None),
        ("30/9", date(2026, 9, 30)),
        ("9/30", date(2026, 9, 30)),
        ("30.9.", date(2026, 9, 30)),
        ("9/9", date(2026, 9, 9)),
        ("30/9/2027", date(2027, 9, 30)),
        ("30.9.27", date(2027, 9, 30)),
    ],
)
def test_a_date_is_understood(typed, day):
    assert read(typed) == when.Understood(day)


def test_a_span_counts_from_today_without_a_target():
    assert read("+7d", present=None).day == date(2026, 9, 14)


def test_what_follows_the_date_comes_back():
    assert read("18 Sep legal is stuck") == when.Understood(date(2026, 9, 18), "legal is stuck")
    assert read("+7d 3 people ill") == when.Understood(date(2026, 9, 23), "3 people ill")


@pytest.mark.parametrize("typed", ["9/10", "09/10", "9.10", "9/10/2026", "9.10.26"])
def test_two_readings_are_refused_showing_both(typed):
    with pytest.raises(UserError, match=r"could be 9 Oct \(2026-10-09\) or 10 Sep \(2026-09-10\)"):
        read(typed)


@pytest.mark.parametrize("typed", ["", "soon", "31 Feb", "32 Sep", "2026-13-01", "13/45", "+", "fr", "99999"])
def test_what_is_no_date_is_refused_saying_how(typed):
    with pytest.raises(UserError) as refused:
        read(typed)

    assert "2026-12-01" in refused.value.hint


@given(some.text(max_size=40))
def test_whatever_is_typed_is_read_or_refused(text):
    try:
        read(text)
    except UserError:
        return


@given(some.dates(min_value=date(2000, 1, 1), max_value=date(2999, 1, 1)))
def test_iso_dates_are_always_understood(day):
    assert read(day.isoformat()).day == day
