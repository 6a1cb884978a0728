"""The benchmarks themselves: they count, compare and print; what they count is asserted, what time it takes is not."""

import json
from importlib import import_module

import pytest
from rich.console import Console

from tests.benchmarks import __main__ as runner
from tests.benchmarks.figure import Measure
from tests.benchmarks.figures import digests_in_a_minute, requests_per_digest


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
    ],
)
def test_a_goal_is_met_by_the_ratio(ours, reference, goal, at_least, ratio, met):
    one = Measure("figure", "case", ours, reference, goal, at_least)

    assert (one.ratio, one.met) == (pytest.approx(ratio), met)


@pytest.mark.parametrize("name", runner.FIGURES)
def test_every_figure_says_what_it_measures_and_can_be_run(name):
    figure = import_module(f"tests.benchmarks.figures.{name}")

    assert figure.__doc__
    assert callable(figure.measure)


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


async def test_digests_of_one_minute_cost_what_one_costs():
    measures = await digests_in_a_minute.measure((1, 9))

    assert [one.ratio for one in measures] == pytest.approx([1, 1 / 9])
