"""What a day costs in requests: the README says what the plan says, and the plan is what the real bot keeps to."""

from pathlib import Path

from tests.benchmarks.figures import requests_per_day
from tests.benchmarks.figures.requests_per_day import LARGE, plan

README = Path(__file__).parents[2] / "README.md"


async def test_the_real_bot_needs_no_request_more_than_planned_with_and_without_webhooks():
    measures = await requests_per_day.measure([(130, 8)])

    assert [(one.case, one.ours) for one in measures if one.ratio != 1] == []
    without, with_them = (one.ours for one in measures)
    assert without > 3 * with_them


def test_the_readme_has_the_numbers_of_a_large_portfolio():
    lines = README.read_text().partition("<!-- requests per day -->\n")[2].partition("\n\n")[0].splitlines()[2:]
    without, with_them = plan(*LARGE, webhooks=False), plan(*LARGE, webhooks=True)

    assert [tuple(cell.strip() for cell in line.strip("|").split("|")[1:]) for line in lines] == [
        (f"{getattr(without, part):,}", f"{getattr(with_them, part):,}")
        for part in ("digest", "lists", "readings", "total")
    ]
