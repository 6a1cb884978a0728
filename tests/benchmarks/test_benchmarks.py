"""The benchmarks themselves: they count, compare and print; what they count is asserted, what time it takes is not."""

import json
from datetime import timedelta
from importlib import import_module

import pytest
from rich.console import Console

from tests.benchmarks import __main__ as runner
from tests.benchmarks.figure import Measure
from tests.benchmarks.figures import authorizing, between_digests, digests_in_a_minute, growth, requests_per_digest
from tests.benchmarks.rounds import compared, interleaved

TINY = {
    "acks": {"rounds": 1, "each": 2},
    "digests_posted": {"kills": 1, "eves": ()},
    "growth": {"sizes": (100, 200), "digests": (1, 2), "plot": None},
    "helping": {"rounds": 1},
    "lists": {"rounds": 1, "each": 4, "starts": 1},
    "memory": {"size": 100},
    "rate_limit": {"pages": 2},
    "slack_calls": {"rounds": 1, "each": 2},
    "starting": {"rounds": 1},
    "waiting": {"times": 2, "slack": 0.01, "pivotal": 0.01},
    "walking": {"size": 200, "rounds": 1},
}
"""Figures of time and memory in their smallest setting: that they run is what is tested, and not what they find."""
COUNTED = {"authorizing", "between_digests", "digests_in_a_minute", "requests_per_day", "requests_per_digest"}
"""What they find is the same on every machine, and is tested."""


@pytest.mark.parametrize(
    ("ours", "reference", "goal", "at_least", "ratio", "met"),
    [
        (10, 10, 1, False, 1.0, True),
        (11, 10, 1, False, 1.1, False),
        (1, 10, 1, False, 0.1, True),
        (9, 10, 0.9, True, 0.9, True),
        (8, 10, 0.9, True, 0.8, False),
        (0, 0, 1, False, 1.0, True),
        (1, 0, 1, False, float("inf"), False),
        (0, 5, 0, False, 0.0, True),
        (1, 5, 0, False, 0.2, False),
    ],
)
def test_a_goal_is_met_by_the_ratio(ours, reference, goal, at_least, ratio, met):
    one = Measure("figure", "case", ours, reference, goal, at_least)

    assert (one.ratio, one.met) == (pytest.approx(ratio), met)


def test_every_figure_is_tested():
    assert {*TINY, *COUNTED} == set(runner.FIGURES)


@pytest.mark.parametrize("name", TINY)
async def test_a_figure_says_what_it_measures_and_can_be_run(name):
    figure = import_module(f"tests.benchmarks.figures.{name}")

    measures = await figure.measure(**TINY[name])

    assert figure.__doc__
    assert {one.figure for one in measures} == {name}
    assert all(one.ours >= 0 and one.reference > 0 for one in measures)


def test_what_is_not_met_is_said_and_ends_with_a_code(capsys):
    missed = Measure("helping", "wall", 4, 4, 0.3, spread=(0.9, 1.1))

    ended = runner.report([missed], as_json=False)

    row = next(line for line in capsys.readouterr().out.splitlines() if "helping" in line)
    assert [cell.strip() for cell in row.strip("│").split("│")][-4:] == ["1.00", "0.90–1.10", "≤ 0.30", "NO"]
    assert ended == 1


async def test_the_plot_is_a_picture(tmp_path):
    taken = {"requests": 2.0, "cpu": 0.5, "wall": 1.0, "memory": 120.0}

    growth.draw(
        [growth.Grown(size, {"walk": taken, "1": taken}, 2) for size in (100, 1_000)], tmp_path / "new" / "a.png"
    )

    assert (tmp_path / "new" / "a.png").read_bytes().startswith(b"\x89PNG")


def test_both_sides_are_measured_in_every_round():
    one = compared("figure", "case", [2, 4, 9], [1, 2, 3], goal=2)

    assert (one.ours, one.reference, one.ratio, one.spread) == (4, 2, 2, (2, 2.5))


async def test_sides_take_turns():
    order = []

    async def first():
        order.append("first")
        return 1.0

    async def second():
        order.append("second")
        return 2.0

    taken = await interleaved([first, second], rounds=2)

    assert order == ["first", "second", "second", "first"]
    assert taken == [[1.0, 1.0], [2.0, 2.0]]


def test_table_and_json_say_the_same():
    measures = [Measure("acks", "one in flight", 2, 4, 0.4)]
    console = Console(width=120, record=True, quiet=False, file=None)

    with console.capture() as shown:
        console.print(runner.table(measures))

    (row,) = json.loads(runner.document(measures))
    assert (row["figure"], row["ratio"], row["met"]) == ("acks", 0.5, False)
    assert all(word in shown.get() for word in ("acks", "one in flight", "0.50", "≤ 0.40", "NO"))


def test_an_unknown_figure_is_refused(capsys):
    with pytest.raises(SystemExit) as ended:
        runner.main(["--only", "beauty"])

    assert ended.value.code == 2
    assert "requests_per_digest" in capsys.readouterr().err


async def test_a_digest_costs_no_request_more_than_it_has_to():
    measures = await requests_per_digest.measure((0, 1, 100, 101, 1_000))

    assert [(one.case, one.ours) for one in measures if one.ratio != 1] == []


async def test_a_day_of_looks_walks_no_list_while_pivotal_tells_what_changes():
    looked, _ = await between_digests.measure(600, {"five hours": timedelta(hours=5)})

    assert looked.ours == 0


async def test_slack_is_asked_once_who_the_bot_is():
    later, cold, _ = await authorizing.measure(burst=5)

    assert (later.ours, cold.ours) == (0, 1)


async def test_digests_of_one_minute_cost_what_one_costs():
    measures = await digests_in_a_minute.measure((1, 9))

    assert [one.ratio for one in measures] == pytest.approx([1, 1 / 9])
