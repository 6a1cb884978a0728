"""What a benchmark says: one measured number beside the number it is compared with, both taken in the same run."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """One line of the table. No goal is an absolute time: those drift from minute to minute, ratios do not."""

    figure: str
    case: str
    ours: float
    reference: float
    goal: float
    """What the ratio may be at most, or with `at_least` has to be."""
    at_least: bool = False
    exactly: bool = False
    """The ratio has to be the goal, no more and no less."""
    unit: str = ""
    spread: tuple[float, float] | None = None
    """Between what the ratio was in the middle half of the rounds; None for what is counted and does not vary."""

    @property
    def ratio(self) -> float:
        """Ours to the reference; 1 when both are nothing."""
        if self.reference:
            return self.ours / self.reference
        return 1.0 if self.ours == 0 else float("inf")

    @property
    def met(self) -> bool:
        """Whether the goal is met, a hundredth of it given for rounding."""
        if self.exactly:
            return self.ratio == self.goal
        slack = abs(self.goal) / 100
        return self.ratio >= self.goal - slack if self.at_least else self.ratio <= self.goal + slack
