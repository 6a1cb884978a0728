from dataclasses import fields
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import states
from bot.domain.launches import Lanes, lanes, made
from bot.domain.phases import DEFAULT, Phases

PHASES = Phases()
WEDNESDAY = date(2026, 9, 9)


def titles(standings):
    return [standing.title for standing in standings]


def test_each_lane_is_by_date_and_then_by_name(make_standing, make_snapshot):
    snapshot = make_snapshot(
        make_standing("Sunday", 1, target_launch_date=date(2026, 9, 13)),
        make_standing("today b", 2, target_launch_date=WEDNESDAY),
        make_standing("Today A", 3, target_launch_date=WEDNESDAY),
        make_standing("Monday gone", 4, target_launch_date=date(2026, 9, 7)),
        make_standing("Next Monday", 5, target_launch_date=date(2026, 9, 14)),
        make_standing("Next Sunday", 6, target_launch_date=date(2026, 9, 20)),
        make_standing("Later", 7, target_launch_date=date(2026, 9, 21)),
        make_standing("No date", 8),
        make_standing("Live", 9, target_launch_date=date(2026, 9, 8), phase="launch"),
        make_standing("Over", 10, target_launch_date=date(2026, 9, 8), phase="completed"),
    )

    found = lanes(snapshot, phases=PHASES, today=WEDNESDAY)

    assert titles(found.overdue) == ["Monday gone"]
    assert titles(found.this_week) == ["Today A", "today b", "Sunday"]
    assert titles(found.next_week) == ["Next Monday", "Next Sunday"]
    assert titles(found.later) == ["Later"]
    assert titles(found.no_target) == ["No date"]
    assert titles(found.launched) == ["Live"]


@pytest.mark.parametrize(
    ("first", "this_week", "next_week"),
    [(0, ["Sat", "Sun"], ["Mon", "Next Sat"]), (6, ["Sat"], ["Sun", "Mon", "Next Sat"])],
)
def test_a_week_begins_on_the_day_it_is_told(make_standing, make_snapshot, first, this_week, next_week):
    days = {"Sat": date(2026, 9, 12), "Sun": date(2026, 9, 13), "Mon": date(2026, 9, 14), "Next Sat": date(2026, 9, 19)}
    snapshot = make_snapshot(
        *(make_standing(name, number, target_launch_date=day) for number, (name, day) in enumerate(days.items()))
    )

    found = lanes(snapshot, phases=PHASES, today=WEDNESDAY, first=first)

    assert titles(found.this_week) == this_week
    assert titles(found.next_week) == next_week


def test_what_was_launched_of_a_week_is_told_apart_from_what_is_still_to_come(make_standing, make_snapshot):
    snapshot = make_snapshot(
        make_standing("Made", 1, target_launch_date=date(2026, 9, 7), phase="launch"),
        make_standing("Made on Sunday before", 2, target_launch_date=date(2026, 9, 6), phase="launch"),
        make_standing("Made without a date", 3, phase="launch"),
        make_standing("Due", 4, target_launch_date=date(2026, 9, 11)),
        make_standing("Overdue", 5, target_launch_date=date(2026, 9, 8)),
    )

    found = lanes(snapshot, phases=PHASES, today=WEDNESDAY)
    from_sunday = lanes(snapshot, phases=PHASES, today=WEDNESDAY, first=6)

    assert titles(made(found, today=WEDNESDAY)) == ["Made"]
    assert titles(made(from_sunday, today=WEDNESDAY, first=6)) == ["Made on Sunday before", "Made"]


@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from([*DEFAULT, "Kickoff"]),
            st.sampled_from(["active", "paused", "at_risk", "done", "on_ice"]),
            st.none() | st.integers(-30, 30).map(lambda days: WEDNESDAY + timedelta(days=days)),
        ),
        max_size=20,
    )
)
def test_lanes_hold_every_open_onboarding_once(make_standing, make_snapshot, rows):
    standings = [
        make_standing(f"Customer {number}", number, phase=phase, state=state, target_launch_date=target)
        for number, (phase, state, target) in enumerate(rows)
    ]

    found = lanes(make_snapshot(*standings), phases=PHASES, today=WEDNESDAY)

    held = [standing.onboarding.id for one in fields(Lanes) for standing in getattr(found, one.name)]
    still_open = [one.onboarding.id for one in standings if not states.closed(one.onboarding, phases=PHASES)]
    assert sorted(held) == sorted(still_open)
