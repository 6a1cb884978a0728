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

WIDE = 140
"""Columns of the table where there is no terminal it must fit into."""
FIGURES = sorted(path.stem for path in (Path(__file__).parent / "figures").glob("[!_]*.py"))


async def measured(names: Iterable[str]) -> list[Measure]:
    """Measure these figures, one after the other."""
    found = []
    for name in names:
        found += await import_module(f"tests.benchmarks.figures.{name}").measure()
    return found


def table(measures: Sequence[Measure]) -> Table:
    """The figures as people read them."""
    shown = Table("Figure", "Case", "Ours", "Reference", "Ratio", "Goal", "Met")
    for one in measures:
        goal = f"{'≥' if one.at_least else '≤'} {one.goal:.2f}"
        numbers = (f"{one.ours:,.4g}", f"{one.reference:,.4g}", f"{one.ratio:.2f}", goal, "yes" if one.met else "NO")
        shown.add_row(one.figure, one.case, *numbers)
    return shown


def document(measures: Sequence[Measure]) -> str:
    """The same as JSON."""
    return json.dumps([{**asdict(one), "ratio": one.ratio, "met": one.met} for one in measures], indent=2)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; exit code 1 when a goal is missed."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", choices=FIGURES, help="one figure instead of all")
    parser.add_argument("--json", action="store_true", dest="as_json", help="JSON instead of a table")
    wanted = parser.parse_args(arguments)
    configure_logs(quiet=True)
    measures = asyncio.run(measured([wanted.only] if wanted.only else FIGURES))
    console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDE)
    console.print(document(measures) if wanted.as_json else table(measures), soft_wrap=wanted.as_json)
    return 0 if all(one.met for one in measures) else 1


if __name__ == "__main__":
    sys.exit(main())
