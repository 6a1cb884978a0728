"""What grows with the portfolio and with the subscriptions: requests, CPU, time and memory, of a walk and of digests.

Each size is a bot of its own that starts with nothing, walks, and posts what is due at nine on the next days: one
digest on the first, ten on the second, a hundred on the third. Nothing may grow faster than what it is for: ten times
the onboardings, or ten times the digests, cost ten times as much at the most. Each digest is of one of 50 owners. A
plot of it is drawn into a file.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.benchmarks.children import measured_inside, settings
from tests.benchmarks.figure import Measure
from tests.benchmarks.figures.requests_per_digest import pages
from tests.benchmarks.upstream import QuickPivotal, QuickSlack

SIZES = (100, 1_000, 10_000, 100_000)
DIGESTS = (1, 10, 100)
PLOT = Path("build/growth.png")
WALK = "walk"
FASTEST = 1.25
"""Of what is ten times as large: the quarter is for noise."""
WHAT = {
    "requests": "requests to Pivotal",
    "cpu": "CPU, seconds",
    "wall": "time, seconds",
    "memory": "memory at the most, MiB",
}


@dataclass(frozen=True, slots=True)
class Grown:
    """What the parts of one size took: the walk at start, and a minute of so many digests."""

    size: int
    parts: dict[str, dict[str, float]]
    floor: int
    """Requests that a whole walk takes at least."""


async def measure(
    sizes: Sequence[int] = SIZES, digests: Sequence[int] = DIGESTS, plot: Path | None = PLOT
) -> list[Measure]:
    """Measure every size, in processes of their own, and draw the plot."""
    grown = [await _grown(size, digests) for size in sizes]
    if plot is not None:
        draw(grown, plot)
    return [*_requests(grown), *_with_onboardings(grown), *_with_digests(grown, digests)]


async def _grown(size: int, digests: Sequence[int]) -> Grown:
    with TemporaryDirectory() as folder:
        home, slack, pivotal = Path(folder), QuickSlack(), QuickPivotal(size)
        async with slack.running(), pivotal.running():
            set_to = settings(home, slack_api=f"{slack.origin}/api/", pivotal_url=pivotal.url)
            found = await measured_inside("digests", "one owner's", *map(str, digests), home=home, set_to=set_to)
        return Grown(size, found["parts"], pages(size) + pages(pivotal.customers))


def _requests(grown: Sequence[Grown]) -> list[Measure]:
    """Each part walks everything once, however many digests are due."""
    return [
        Measure("growth", f"requests, {one.size:,} onboardings, {_named(part)}", taken["requests"], one.floor, goal=1)
        for one in grown
        for part, taken in one.parts.items()
    ]


def _with_onboardings(grown: Sequence[Grown]) -> list[Measure]:
    """From size to size: the CPU and the time of a start with its walk, and memory."""
    found = []
    for less, more in pairwise(grown):
        times, case = more.size / less.size, f"{more.size:,} onboardings, to {{:g}} times {less.size:,}"
        for what, unit in (("cpu", "s"), ("wall", "s"), ("memory", "MiB")):
            ours, reference = more.parts[WALK][what], times * less.parts[WALK][what]
            found.append(Measure("growth", f"{what}, {case.format(times)}", ours, reference, goal=FASTEST, unit=unit))
    return found


def _with_digests(grown: Sequence[Grown], digests: Sequence[int]) -> list[Measure]:
    found = []
    for one in grown:
        for less, more in pairwise(digests):
            ours, reference = one.parts[str(more)]["cpu"], more / less * one.parts[str(less)]["cpu"]
            case = f"cpu, {one.size:,} onboardings, {more} digests, to {more // less} times {less}"
            found.append(Measure("growth", case, ours, reference, goal=FASTEST, unit="s"))
    return found


def _named(part: str) -> str:
    return part if part == WALK else f"{part} due at once"


def draw(grown: Sequence[Grown], plot: Path) -> None:
    """Draw four small plots, one line for each part, into a PNG."""
    from matplotlib.figure import Figure  # one of the extras

    figure = Figure(figsize=(11, 8), layout="constrained")
    axes = figure.subplots(2, 2)
    for place, (what, title) in zip(axes.flat, WHAT.items(), strict=True):
        _draw_one(place, grown, what, title)
    axes.flat[0].legend()
    figure.suptitle("A walk at the start, and a minute with 1, 10 and 100 digests due")
    plot.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(plot, dpi=120)


def _draw_one(place: Any, grown: Sequence[Grown], what: str, title: str) -> None:
    for part in grown[0].parts:
        label = "walk" if part == WALK else f"{part} digest{'s' if part != '1' else ''}"
        place.plot([one.size for one in grown], [one.parts[part][what] for one in grown], marker="o", label=label)
    place.set(xscale="log", yscale="log", title=title, xlabel="onboardings")
    place.grid(visible=True, which="major", alpha=0.3)
