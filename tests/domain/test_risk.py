from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import risk, states
from bot.domain.errors import UserError
from bot.domain.phases import DEFAULT, Phases
from bot.domain.records import History, Observation, Slip
from bot.domain.risk import Moment

NOW = datetime(2026, 9, 9, 9, tzinfo=UTC)
TODAY = NOW.date()
DAY = timedelta(days=1)
PHASES = Phases()
LATER = TODAY + 60 * DAY


def why(standing, **given):
    return [one.text for one in risk.reasons(standing, Moment(PHASES, TODAY, NOW, **given))]


def slip(days, days_ago=3):
    return Slip(TODAY, TODAY + days * DAY, NOW - days_ago * DAY)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"target_launch_date": TODAY - 3 * DAY}, ["target date passed 3 days ago"]),
        ({"target_launch_date": TODAY}, ["launches today with 3 phases left"]),
        ({"target_launch_date": TODAY + 7 * DAY}, ["launches in 7 days with 3 phases left"]),
        ({"target_launch_date": TODAY + 8 * DAY}, []),
        ({"target_launch_date": TODAY + 7 * DAY, "phase": "internal_qa"}, []),
        ({"target_launch_date": TODAY - 3 * DAY, "phase": "launch"}, []),
        ({"target_launch_date": TODAY - 3 * DAY, "phase": "kickoff"}, ["target date passed 3 days ago"]),
        ({"target_launch_date": TODAY + 1 * DAY, "phase": "kickoff"}, []),
        ({"target_launch_date": LATER, "state": "at_risk"}, ["marked at risk in Pivotal"]),
        ({"started_at": NOW - 14 * DAY}, ["no target date 14 d after the start"]),
        ({"started_at": NOW - 13 * DAY}, []),
        ({"created_at": NOW - 14 * DAY}, ["no target date 14 d after it was created"]),
        ({}, []),
        (
            {"target_launch_date": LATER, "csm_id": None, "created_at": NOW - 2 * DAY},
            ["no owner 2 d after it was created"],
        ),
        ({"target_launch_date": LATER, "csm_id": None, "created_at": NOW - 1 * DAY}, []),
        ({"target_launch_date": LATER, "csm_id": None, "se_id": "user_se_001", "created_at": NOW - 9 * DAY}, []),
        ({"target_launch_date": LATER, "csm_id": None}, []),
    ],
)
def test_what_the_record_shows_is_said(make_standing, fields, expected):
    assert why(make_standing(**fields)) == expected


def test_the_second_slip_is_a_reason_and_the_first_is_none(make_standing):
    once = make_standing(target_launch_date=LATER, history=History(slips=(slip(7),)))
    twice = make_standing(target_launch_date=LATER, history=History(slips=(slip(7), slip(14))))

    assert why(once) == []
    assert why(twice) == ["slipped 14 d, 2nd time"]


def test_long_in_phase_is_measured_against_what_is_usual(make_standing):
    standing = make_standing(target_launch_date=LATER, history=History(phase_since=NOW - 19 * DAY))

    assert why(standing, medians={"review": 8.2}) == ["19 d in phase, usually 8"]
    assert why(standing, medians={"review": 9.5}) == []
    assert why(standing, medians={"launch": 1.0}) == []


def test_where_the_start_was_not_seen_it_is_at_least_so_long(make_standing):
    met = History(phase_at_least=NOW - 19 * DAY, state_at_least=NOW - 8 * DAY)
    active = make_standing(target_launch_date=LATER, history=met)
    waiting = make_standing(target_launch_date=LATER, waiting_on_customer=True, history=met)

    assert why(active, medians={"review": 8.2}) == ["at least 19 d in phase, usually 8"]
    assert why(active, medians={"review": 9.5}) == []
    assert why(waiting) == ["waiting on the customer for at least 8 d"]


def test_of_two_at_risk_the_one_known_to_be_so_for_longer_comes_first(make_standing, make_snapshot):
    marked = {"state": "at_risk", "target_launch_date": LATER}
    snapshot = make_snapshot(
        make_standing("Seen", 1, history=History(state_since=NOW - 5 * DAY), **marked),
        make_standing("Met so", 2, history=History(state_at_least=NOW - 6 * DAY), **marked),
    )

    found = risk.at_risk(snapshot, Moment(PHASES, TODAY, NOW))

    assert [one.standing.title for one in found] == ["Met so", "Seen"]


def test_time_spent_waiting_on_the_customer_is_not_held_against_the_phase(make_standing):
    standing = make_standing(
        target_launch_date=LATER,
        waiting_on_customer=True,
        history=History(phase_since=NOW - 40 * DAY, state_since=NOW - 9 * DAY),
    )

    assert why(standing, medians={"review": 8}) == ["waiting on the customer for 9 d"]


def test_an_unobserved_stay_gives_no_reason(make_standing):
    waiting = make_standing(target_launch_date=LATER, waiting_on_customer=True)
    active = make_standing(target_launch_date=LATER)

    assert why(waiting) == []
    assert why(active, medians={"review": 0.1}) == []


@pytest.mark.parametrize("over", [{"state": "paused"}, {"state": "done"}, {"phase": "completed"}])
def test_paused_and_finished_ones_are_left_alone(make_standing, over):
    standing = make_standing(target_launch_date=TODAY - 30 * DAY, created_at=NOW - 90 * DAY, **over)

    assert why(standing) == []


def test_several_reasons_come_worst_first(make_standing):
    standing = make_standing(
        target_launch_date=TODAY - 1 * DAY, state="at_risk", csm_id=None, created_at=NOW - 90 * DAY
    )

    assert why(standing) == [
        "target date passed yesterday",
        "marked at risk in Pivotal",
        "no owner 90 d after it was created",
    ]


def test_the_list_goes_from_overdue_to_merely_incomplete(make_standing, make_snapshot):
    marked = {"state": "at_risk", "target_launch_date": LATER}
    snapshot = make_snapshot(
        make_standing("No date", 1, created_at=NOW - 20 * DAY),
        make_standing("Short", 2, history=History(state_since=NOW - 2 * DAY), **marked),
        make_standing("Long", 3, history=History(state_since=NOW - 12 * DAY), **marked),
        make_standing("Soon", 4, target_launch_date=TODAY + 5 * DAY),
        make_standing("Sooner", 5, target_launch_date=TODAY + 2 * DAY),
        make_standing("Overdue", 6, target_launch_date=TODAY - 2 * DAY),
        make_standing("Long overdue", 7, target_launch_date=TODAY - 20 * DAY),
        make_standing("Fine", 8, target_launch_date=LATER),
        make_standing("nobody's", 9, target_launch_date=LATER, csm_id=None, created_at=NOW - 20 * DAY),
        make_standing("Alike", 10, history=History(state_since=NOW - 12 * DAY), **marked),
    )

    found = risk.at_risk(snapshot, Moment(PHASES, TODAY, NOW))

    assert [one.standing.title for one in found] == [
        "Long overdue",
        "Overdue",
        "Sooner",
        "Soon",
        "Alike",
        "Long",
        "Short",
        "No date",
        "nobody's",
    ]
    assert [one.standing.title for one in found if one.marked] == ["Alike", "Long", "Short"]


def test_a_median_needs_three_finished_stays():
    def stay(number, days):
        return [
            Observation(f"onb_{number}", "phase", "program_design", "review", NOW - days * DAY, "poll"),
            Observation(f"onb_{number}", "phase", "review", "program_buildout", NOW, "poll"),
        ]

    two = {str(n): stay(n, days) for n, days in enumerate((4, 8))}
    three = two | {"2": stay(2, 30)}

    assert risk.medians(two) == {}
    assert risk.medians(three) == {"review": 8.0}


def test_a_stay_whose_beginning_was_missed_is_not_counted():
    seen = {
        str(n): [
            Observation(str(n), "phase", "program_design", "review", NOW - 9 * DAY, "poll"),
            Observation(str(n), "phase", "internal_qa", "launch", NOW, "poll"),
        ]
        for n in range(3)
    }

    assert risk.medians(seen) == {}


@given(
    phase=st.sampled_from([*DEFAULT, "kickoff"]),
    state=st.sampled_from([*states.LABELS, "on_ice"]),
    waiting=st.sampled_from([None, False, True]),
    target=st.none() | st.dates(date(2026, 1, 1), date(2027, 1, 1)),
    since=st.none() | st.integers(0, 200).map(lambda days: NOW - days * DAY),
    owner=st.none() | st.just("user_csm_001"),
)
def test_reasons_are_worst_first_distinct_and_for_open_ones_only(
    make_standing, phase, state, waiting, target, since, owner
):
    standing = make_standing(
        phase=phase,
        state=state,
        waiting_on_customer=waiting,
        target_launch_date=target,
        csm_id=owner,
        created_at=since,
        history=History(phase_since=since, state_since=since),
    )

    found = risk.reasons(standing, Moment(PHASES, TODAY, NOW, medians=dict.fromkeys(DEFAULT, 5.0)))

    weights = [one.weight for one in found]
    assert weights == sorted(set(weights), reverse=True)
    assert all(one.text and one.rule in risk.RULES for one in found)
    if state in {"paused", "done", "completed"} or phase == "completed":
        assert found == ()
    assert any(one.rule == "marked" for one in found) == (state == "at_risk" and phase != "completed")


def test_thresholds_are_read_by_name_and_keep_their_defaults_otherwise():
    assert risk.thresholds("") == risk.DEFAULTS
    assert risk.thresholds(" close_days = 5, stall_factor=2.5,") == replace(
        risk.DEFAULTS, close_days=5, stall_factor=2.5
    )


@pytest.mark.parametrize("typed", ["close=5", "close_days", "close_days=soon", "slips=-1", "waiting_days=1e9"])
def test_a_threshold_nobody_knows_or_can_read_is_refused(typed):
    with pytest.raises(UserError):
        risk.thresholds(typed)
