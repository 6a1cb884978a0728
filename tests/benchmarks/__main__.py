"""`make bench`: measures every figure, one file of `figures/` each, or the one named; prints a table or JSON."""

import argparse
import asyncio
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.commands.process import configure_logs
from tests.benchmarks.figure import Measure
from tests.benchmarks.figures import growth

WIDE = 140
"""Columns of the table where there is no terminal it must fit into."""
FIGURES = sorted(path.stem for path in (Path(__file__).parent / "figures").glob("[!_]*.py"))


async def measured(names: Iterable[str], *, plot: Path) -> list[Measure]:
    """Measure these figures, one after the other; the one that draws draws into the file `plot`."""
    found = []
    for name in names:
        drawn = {"plot": plot} if name == growth.__name__.rpartition(".")[2] else {}
        found += await import_module(f"tests.benchmarks.figures.{name}").measure(**drawn)
    return found


def table(measures: Sequence[Measure]) -> Table:
    """The figures as people read them."""
    shown = Table("Figure", "Case", "Ours", "Reference", "Ratio", "Spread", "Goal", "Met")
    for one in measures:
        sign = "=" if one.exactly else "≥" if one.at_least else "≤"
        goal = f"{sign} {one.goal:.2f}"
        sides = (f"{one.ours:,.4g} {one.unit}".strip(), f"{one.reference:,.4g} {one.unit}".strip())
        spread = f"{one.spread[0]:.2f}–{one.spread[1]:.2f}" if one.spread else ""
        shown.add_row(one.figure, one.case, *sides, f"{one.ratio:.2f}", spread, goal, "yes" if one.met else "NO")
    return shown


def document(measures: Sequence[Measure]) -> str:
    """The same as JSON."""
    return json.dumps([{**asdict(one), "ratio": one.ratio, "met": one.met} for one in measures], indent=2)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; exit code 1 when a goal is missed."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", choices=FIGURES, help="one figure instead of all")
    parser.add_argument("--json", action="store_true", dest="as_json", help="JSON instead of a table")
    parser.add_argument("--plot", type=Path, default=growth.PLOT, help="where the plot of growth goes (%(default)s)")
    wanted = parser.parse_args(arguments)
    configure_logs(quiet=True)
    measures = asyncio.run(measured([wanted.only] if wanted.only else FIGURES, plot=wanted.plot))
    return report(measures, as_json=wanted.as_json)


def report(measures: Sequence[Measure], *, as_json: bool) -> int:
    """Print the figures; gives the exit code, 1 when a goal is missed."""
    console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDE)
    console.print(document(measures) if as_json else table(measures), soft_wrap=as_json)
    return 0 if all(one.met for one in measures) else 1


if __name__ == "__main__":
    sys.exit(main())
