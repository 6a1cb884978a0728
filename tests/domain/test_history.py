from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.history import FIELDS, changes, history
from bot.domain.records import Launch, Observation
from bot.pivotal.models import OnboardingRow

NOW = datetime(2026, 9, 9, 9, tzinfo=UTC)
DAY = timedelta(days=1)
LAUNCHED = {"id": "onb_89", "display_id": 89, "customer_id": "cus", "phase": "launch", "state": "active"}


def seen(field, before, after, days_ago):
    return Observation("onb_89", field, before, after, NOW - days_ago * DAY, "poll")


def test_a_first_reading_shows_no_change(make_onboarding):
    assert changes(None, make_onboarding(), seen_at=NOW, source="poll") == []


def test_every_changed_field_is_one_observation(make_onboarding):
    before = make_onboarding(target_launch_date=date(2026, 9, 4))
    after = make_onboarding(phase="launch", target_launch_date=date(2026, 9, 18), csm_id=None)

    found = changes(before, after, seen_at=NOW, source="us")

    assert [(one.field, one.before, one.after) for one in found] == [
        ("phase", "review", "launch"),
        ("target_launch_date", "2026-09-04", "2026-09-18"),
        ("csm_id", "user_csm_001", None),
    ]
    assert {one.source for one in found} == {"us"}


def test_starting_to_wait_is_a_change_of_state(make_onboarding):
    found = changes(make_onboarding(), make_onboarding(waiting_on_customer=True), seen_at=NOW, source="poll")

    assert [(one.field, one.before, one.after) for one in found] == [("state", "active", "waiting")]


@given(fields=st.fixed_dictionaries({}, optional={f: st.sampled_from(["a", "b"]) for f in FIELDS if f != FIELDS[2]}))
def test_the_same_record_never_changes(make_onboarding, fields):
    onboarding = make_onboarding(**fields)

    assert changes(onboarding, onboarding, seen_at=NOW, source="poll") == []


def test_nothing_seen_is_nothing_known(make_onboarding):
    known = history([], make_onboarding())

    assert (known.phase_since, known.state_since, known.slips, known.slips_in_phase) == (None, None, (), 0)


def test_the_present_phase_counts_from_when_it_was_seen_to_come(make_onboarding):
    known = history(
        [seen("phase", "program_design", "review", 5), seen("phase", "before", "program_design", 12)],
        make_onboarding(phase="review"),
    )

    assert known.phase_since == NOW - 5 * DAY


def test_a_phase_other_than_the_last_one_seen_has_no_known_start(make_onboarding):
    known = history([seen("phase", "program_design", "review", 5)], make_onboarding(phase="launch"))

    assert known.phase_since is None


def test_dates_moved_later_are_slips_and_earlier_ones_are_not(make_onboarding):
    known = history(
        [
            seen("target_launch_date", "2026-09-04", "2026-09-18", 8),
            seen("target_launch_date", "2026-09-18", "2026-09-11", 6),
            seen("target_launch_date", "2026-09-11", "2026-09-25", 2),
        ],
        make_onboarding(),
    )

    assert [slip.days for slip in known.slips] == [14, 14]


def test_a_date_taken_away_and_set_later_is_a_slip(make_onboarding):
    known = history(
        [
            seen("target_launch_date", "2026-09-04", None, 8),
            seen("target_launch_date", None, "2026-09-18", 2),
        ],
        make_onboarding(),
    )

    assert [(slip.before, slip.after) for slip in known.slips] == [(date(2026, 9, 4), date(2026, 9, 18))]


def test_slips_are_counted_within_the_present_phase(make_onboarding):
    known = history(
        [
            seen("target_launch_date", "2026-09-04", "2026-09-11", 9),
            seen("phase", "program_design", "review", 5),
            seen("target_launch_date", "2026-09-11", "2026-09-18", 2),
        ],
        make_onboarding(phase="review"),
    )

    assert len(known.slips) == 2
    assert known.slips_in_phase == 1


def test_observations_of_others_do_not_count(make_onboarding):
    known = history([seen("phase", "program_design", "review", 5)], make_onboarding(90, phase="review"))

    assert known.phase_since is None


def launched(*observations, **fields):
    return history(observations, OnboardingRow.model_validate({**LAUNCHED, **fields})).launch


def test_an_entry_into_launch_keeps_the_target_date_that_held_then():
    found = launched(
        seen("target_launch_date", "2026-08-21", "2026-09-04", 9),
        seen("phase", "internal_qa", "launch", 5),
        seen("target_launch_date", "2026-09-04", "2026-09-30", 2),
    )

    assert found == Launch(NOW - 5 * DAY, date(2026, 9, 4), "internal_qa")


def test_a_date_moved_only_after_the_launch_does_not_make_it_on_time():
    found = launched(
        seen("phase", "internal_qa", "launch", 5),
        seen("target_launch_date", "2026-09-01", "2026-09-30", 2),
        target_launch_date="2026-09-30",
    )

    assert found.target == date(2026, 9, 1)


def test_a_date_never_seen_to_move_is_the_one_that_held():
    found = launched(seen("phase", "internal_qa", "launch", 5), target_launch_date="2026-09-04")

    assert found.target == date(2026, 9, 4)


@pytest.mark.parametrize(("changed_days_ago", "days_ago"), [(7, 7), (2, 5)], ids=["before the walk", "since"])
def test_a_record_unchanged_since_its_launch_tells_when_it_was(changed_days_ago, days_ago):
    found = launched(seen("phase", "internal_qa", "launch", 5), updated_at=NOW - changed_days_ago * DAY)

    assert found.at == NOW - days_ago * DAY


def test_an_onboarding_first_met_in_launch_was_not_seen_to_enter_it():
    assert launched() is None
    assert launched(seen("phase", "launch", "completed", 1)) is None


def test_what_never_changed_has_lasted_since_it_was_met_at_least(make_onboarding):
    known = history([seen("csm_id", None, "user_csm_001", 3)], make_onboarding(), met_at=NOW - 12 * DAY)

    assert (known.phase_since, known.phase_at_least) == (None, NOW - 12 * DAY)
    assert (known.state_since, known.state_at_least) == (None, NOW - 12 * DAY)


def test_where_the_start_was_seen_nothing_is_said_to_be_at_least(make_onboarding):
    known = history([seen("phase", "program_design", "review", 5)], make_onboarding(), met_at=NOW - 12 * DAY)

    assert (known.phase_since, known.phase_at_least) == (NOW - 5 * DAY, None)
    assert known.state_at_least == NOW - 12 * DAY


def test_after_a_change_that_leads_elsewhere_nothing_is_claimed(make_onboarding):
    known = history(
        [seen("phase", "program_design", "review", 5), seen("state", "active", "paused", 5)],
        make_onboarding(phase="launch", state="active"),
        met_at=NOW - 12 * DAY,
    )

    assert (known.phase_since, known.phase_at_least, known.state_since, known.state_at_least) == (None,) * 4


@given(
    stays=st.lists(
        st.tuples(
            st.sampled_from(["program_design", "review", "launch"]),
            st.sampled_from(["active", "paused", "at_risk"]),
            st.integers(1, 20),
            st.integers(0, 3),
        ),
        min_size=1,
        max_size=8,
    ),
    unseen=st.integers(0, 7),
)
def test_no_more_is_claimed_than_is_true(make_onboarding, stays, unseen):
    """Each stay has a phase, a state, its days, and how long after its beginning the bot looks; some it never sees."""
    begins, began, rows = NOW - 200 * DAY, {}, []
    for number, (phase, state, days, late) in enumerate(stays):
        for field, value in (("phase", phase), ("state", state)):
            if began.get(field, (None,))[0] != value:
                began[field] = (value, begins)
        if number >= min(unseen, len(stays) - 1):
            rows.append((begins + min(late, days) * DAY, make_onboarding(phase=phase, state=state)))
        begins += days * DAY
    found = []
    for (_, before), (at, after) in pairwise(rows):
        found += changes(before, after, seen_at=at, source="poll")

    known = history(found, rows[-1][1], met_at=rows[0][0])

    for since, at_least, (_, truly) in (
        (known.phase_since, known.phase_at_least, began["phase"]),
        (known.state_since, known.state_at_least, began["state"]),
    ):
        assert (since is None) != (at_least is None)
        assert truly <= (since or at_least)
