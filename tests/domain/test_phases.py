import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.phases import DEFAULT, Phases, label

PHASES = Phases()
CUSTOM = Phases(("kickoff", "integration", "uat", "Launch", "adoption"))


@pytest.mark.parametrize(
    ("phase", "expected"),
    [
        ("program_buildout", "Program buildout"),
        ("internal_qa", "Internal QA"),
        ("uat", "UAT"),
        ("Kickoff", "Kickoff"),
        ("Réception n°2", "Réception n°2"),
        ("", ""),
    ],
)
def test_a_phase_reads_as_people_write_it(phase, expected):
    assert label(phase) == expected


@given(st.sampled_from(DEFAULT))
def test_next_and_previous_are_each_others_way_back(phase):
    following = PHASES.next(phase)

    assert following is None or PHASES.previous(following) == phase
    assert (following is None) == PHASES.terminal(phase)


def test_positions_count_from_one_and_unknown_has_none():
    assert [PHASES.position(phase) for phase in DEFAULT] == [1, 2, 3, 4, 5, 6, 7]
    assert PHASES.position("kickoff") is None
    assert PHASES.next("kickoff") is None
    assert PHASES.previous("kickoff") is None
    assert len(PHASES) == 7


@pytest.mark.parametrize(
    ("phase", "left"), [("before_getting_started", 5), ("program_buildout", 2), ("launch", 0), ("completed", 0)]
)
def test_remaining_phases_include_the_present_one(phase, left):
    assert PHASES.remaining_before_launch(phase) == left


def test_a_workspace_may_have_its_own_phases():
    assert CUSTOM.remaining_before_launch("uat") == 1
    assert CUSTOM.is_launch("Launch")
    assert CUSTOM.launched("adoption")
    assert not CUSTOM.launched("uat")
    assert CUSTOM.terminal("adoption")


def test_without_a_launch_nothing_is_counted_towards_it():
    assert Phases(("start", "end")).remaining_before_launch("start") is None
    assert PHASES.remaining_before_launch("kickoff") is None
    assert not PHASES.launched("kickoff")


@pytest.mark.parametrize("order", [(), ("review", "review")])
def test_an_empty_or_repeating_list_is_refused(order):
    with pytest.raises(ValueError, match="different names"):
        Phases(order)
