"""The ordered list of phases: what comes next, how far along, and what a phase is called. Knows nothing of states."""

from dataclasses import dataclass
from functools import lru_cache

DEFAULT = (
    "before_getting_started",
    "program_design",
    "review",
    "program_buildout",
    "internal_qa",
    "launch",
    "completed",
)
"""The order of https://docs.pivotal.app/api/guides/onboarding-phases."""

LAUNCH = "launch"
ACRONYMS = {"qa": "QA", "uat": "UAT"}


def label(phase: str) -> str:
    """Name a phase for people: `program_buildout` → `Program buildout`; a name nobody knows stays as it is."""
    words = [ACRONYMS.get(word, word) for word in phase.replace("_", " ").split()]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


@dataclass(frozen=True, slots=True)
class Phases:
    """A workspace's phases, first to last; the last one is terminal.

    Raises ValueError when the list is empty, or names a phase twice.
    """

    order: tuple[str, ...] = DEFAULT

    def __post_init__(self) -> None:
        if not self.order or len(set(self.order)) != len(self.order):
            raise ValueError("the phases must be a list of different names, with at least one")

    def __len__(self) -> int:
        return len(self.order)

    def known(self, phase: str) -> bool:
        """Whether the phase is in the list."""
        return phase in self.order

    def position(self, phase: str) -> int | None:
        """Count from 1; None for a phase that is not in the list."""
        return self.order.index(phase) + 1 if phase in self.order else None

    def next(self, phase: str) -> str | None:
        """The phase after this one; None for the last, and for one that is not in the list."""
        position = self.position(phase)
        return self.order[position] if position and position < len(self.order) else None

    def previous(self, phase: str) -> str | None:
        """The phase before this one; None for the first, and for one that is not in the list."""
        position = self.position(phase)
        return self.order[position - 2] if position and position > 1 else None

    def named(self, text: str) -> str | None:
        """The phase somebody means by its name or label, whatever the case, blanks and hyphens; None for no phase."""
        wanted = _folded(text)
        return next((phase for phase in self.order if wanted in (_folded(phase), _folded(label(phase)))), None)

    def label(self, phase: str) -> str:
        """Name a phase for people."""
        return label(phase)

    def terminal(self, phase: str) -> bool:
        """Whether nothing comes after it."""
        return phase == self.order[-1]

    def is_launch(self, phase: str) -> bool:
        """Whether entering it sets off Pivotal's launch automations."""
        return phase.casefold() == LAUNCH

    def launched(self, phase: str) -> bool:
        """Whether the launch is reached or passed; False for a phase that is not in the list."""
        left = self.remaining_before_launch(phase)
        return self.is_launch(phase) or self.terminal(phase) or left == 0

    def remaining_before_launch(self, phase: str) -> int | None:
        """How many phases are still to be finished before the launch, this one included.

        0 from the launch on; None when the phase, or a launch, is not in the list.
        """
        return _left(self, phase)


@lru_cache(maxsize=1_000)
def _left(phases: Phases, phase: str) -> int | None:
    """Asked of every onboarding, of which thousands are in the same few phases."""
    position = phases.position(phase)
    launch = next((place for place, name in enumerate(phases.order, 1) if phases.is_launch(name)), None)
    return max(launch - position, 0) if launch and position else None


def _folded(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())
