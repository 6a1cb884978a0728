"""Measuring side by side: both sides take turns within each round, so that what else the machine does hits both."""

from collections.abc import Awaitable, Callable, Sequence
from statistics import median, quantiles

from tests.benchmarks.figure import Measure

Sample = Callable[[], Awaitable[float]]


async def interleaved(samples: Sequence[Sample], *, rounds: int) -> list[list[float]]:
    """Take one sample of each side in every round, the order turned each time; gives the samples of each side."""
    taken: list[list[float]] = [[] for _ in samples]
    for turn in range(rounds):
        order = range(len(samples)) if turn % 2 == 0 else reversed(range(len(samples)))
        for side in order:
            taken[side].append(await samples[side]())
    return taken


def compared(
    figure: str,
    case: str,
    ours: Sequence[float],
    reference: Sequence[float],
    *,
    goal: float,
    unit: str = "",
    at_least: bool = False,
) -> Measure:
    """The medians of both sides; the spread is that of the ratio within a round, its middle half."""
    ratios = [one / other for one, other in zip(ours, reference, strict=True)]
    low, _, high = quantiles(ratios, n=4, method="inclusive") if len(ratios) > 1 else (ratios[0],) * 3
    return Measure(figure, case, median(ours), median(reference), goal, at_least, unit=unit, spread=(low, high))
