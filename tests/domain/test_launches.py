from dataclasses import fields
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain import states
from bot.domain.launches import Lanes, lanes
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
