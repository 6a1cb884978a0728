from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import states, weekly
from bot.domain.phases import DEFAULT, Phases
from bot.domain.records import History, Launch, Slip

NOW = datetime(2026, 9, 11, 13, tzinfo=UTC)
"""A Friday, 15:00 in Berlin."""
BERLIN = ZoneInfo("Europe/Berlin")
DAY = timedelta(days=1)


@pytest.fixture(scope="session")
def count(make_snapshot):
    def counted(*standings, zone=BERLIN, **given):
        return weekly.week(make_snapshot(*standings), phases=Phases(), now=NOW, zone=zone, **given)

    return counted


@pytest.fixture(scope="session")
def launched(make_standing):
    """An onboarding seen to enter the launch some days ago."""

    def made(days_ago=2, *, target=None, before="internal_qa", phase="launch", **fields):
        history = History(launch=Launch(NOW - days_ago * DAY, target, before))
        return make_standing(history=history, phase=phase, **fields)

    return made


@pytest.fixture(scope="session")
def slipped(make_standing):
    """An onboarding whose date was seen to slip: pairs of dates with days ago, and the date it has now."""

    def made(*slips, now, **fields):
        seen = tuple(Slip(before, after, NOW - days_ago * DAY) for days_ago, before, after in slips)
        return make_standing(history=History(slips=seen), target_launch_date=now, **fields)

    return made


SOME = st.lists(
    st.tuples(
        st.sampled_from([*DEFAULT, "handover", "zz top"]),
        st.sampled_from(["active", "paused", "at_risk", "waiting", "blocked", "done", "completed", "odd one"]),
        st.booleans(),
    ),
    max_size=40,
)


@given(rows=SOME)
def test_every_open_onboarding_is_counted_once(rows, count, make_standing):
    standings = [
        make_standing(display_id=n, phase=phase, state=state, waiting_on_customer=waits)
        for n, (phase, state, waits) in enumerate(rows)
    ]
    is_open = [one for one in standings if not states.closed(one.onboarding, phases=Phases())]

    week = count(*standings)

    told = [(row.phase, state) for row in week.phases for state, number in row.states.items() for _ in range(number)]
    meant = [(one.onboarding.phase, states.effective(one.onboarding)) for one in is_open]
    assert sorted(told) == sorted(meant)
    assert week.open == sum(week.in_states.values()) == len(is_open)
    assert set(week.states) == {state for _, state in meant}


@given(rows=SOME)
def test_known_phases_stand_in_their_order_also_when_empty(rows, count, make_standing):
    week = count(*(make_standing(display_id=n, phase=phase, state=state) for n, (phase, state, _) in enumerate(rows)))

    names = [row.phase for row in week.phases]
    assert names[:6] == list(DEFAULT[:-1])
    assert names[6:] == sorted(names[6:])
    assert all(row.total for row in week.phases[6:])


def test_states_stand_in_the_usual_order_and_others_after_them(count, make_standing):
    found = ["zombie", "paused", "blocked", "at_risk", "active"]

    week = count(*(make_standing(display_id=n, state=state) for n, state in enumerate(found)))

    assert week.states == ("active", "at_risk", "paused", "blocked", "zombie")


def test_what_waits_counts_as_waiting_whatever_its_state_says(count, make_standing):
    week = count(make_standing(state="at_risk", waiting_on_customer=True))

    assert week.in_states == {"waiting": 1}


@pytest.mark.parametrize(
    ("target", "late"), [(date(2026, 9, 9), 0), (date(2026, 9, 30), 0), (date(2026, 9, 6), 3), (None, None)]
)
def test_a_launch_is_late_by_the_days_after_the_date_that_held(target, late, count, launched):
    (one,) = count(launched(2, target=target)).launched

    assert (one.on, one.late) == (date(2026, 9, 9), late)


@pytest.mark.parametrize(("zone", "late"), [("Europe/Berlin", 1), ("America/New_York", 0)])
def test_whether_it_is_late_is_for_the_channels_calendar_to_say(zone, late, count, make_standing):
    midnight_past_in_berlin = datetime(2026, 9, 9, 23, tzinfo=UTC)
    history = History(launch=Launch(midnight_past_in_berlin, date(2026, 9, 9), "internal_qa"))

    (one,) = count(make_standing(history=history, phase="launch"), zone=ZoneInfo(zone)).launched

    assert one.late == late


@pytest.mark.parametrize(
    "made",
    [
        {"days_ago": 8},
        {"days_ago": 7},
        {"phase": "internal_qa"},
        {"phase": "handover"},
        {"before": "completed"},
    ],
    ids=["before the week", "told a week ago", "sent back since", "who knows since", "sent back to launch"],
)
def test_what_did_not_launch_this_week_is_not_counted(made, count, launched):
    assert count(launched(**made)).launched == ()


def test_what_launched_and_was_completed_since_counts(count, launched):
    assert len(count(launched(phase="completed", state="completed")).launched) == 1


@given(days=st.lists(st.integers(0, 20), max_size=12))
def test_launches_are_those_of_seven_days_oldest_first(days, count, launched):
    found = count(*(launched(ago, display_id=n) for n, ago in enumerate(days))).launched

    assert [one.on for one in found] == sorted(one.on for one in found)
    assert len(found) == sum(ago < 7 for ago in days)


def test_several_slips_of_a_week_are_one(count, slipped):
    first, second, now = date(2026, 9, 4), date(2026, 9, 11), date(2026, 9, 18)

    (one,) = count(slipped((5, first, second), (1, second, now), now=now)).slipped

    assert (one.before, one.after, one.days) == (first, now, 14)


@pytest.mark.parametrize("now", [date(2026, 9, 4), date(2026, 9, 1), None])
def test_a_date_moved_back_or_taken_away_since_is_no_slip(now, count, slipped):
    assert count(slipped((5, date(2026, 9, 4), date(2026, 9, 18)), now=now)).slipped == ()


@given(slips=st.lists(st.tuples(st.integers(0, 14), st.integers(1, 90)), max_size=12))
def test_slips_are_those_of_the_week_biggest_first(slips, count, slipped):
    start = date(2026, 9, 4)
    standings = [
        slipped((ago, start, start + days * DAY), now=start + days * DAY, display_id=n)
        for n, (ago, days) in enumerate(slips)
    ]

    found = count(*standings).slipped

    assert [one.days for one in found] == sorted((days for ago, days in slips if ago < 7), reverse=True)


def test_medians_are_told_in_the_order_of_the_phases_and_only_where_there_are_some(count):
    week = count(medians={"zz top": 1.0, "review": 6.5, "program_design": 9.0})

    assert week.medians == (("program_design", 9.0), ("review", 6.5), ("zz top", 1.0))


def test_with_nothing_known_nothing_is_claimed(count):
    week = count()

    assert (week.open, week.launched, week.medians, week.slipped) == (0, (), (), ())
    assert week.since == date(2026, 9, 4)
