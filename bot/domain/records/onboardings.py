"""Where an onboarding stands, what was observed of it, and all of them at one moment."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Self

from bot.pivotal.models import CustomerRow, OnboardingRow

OWNER_ROLES = ("csm", "se", "designer", "product_ops")


@dataclass(frozen=True, slots=True)
class Observation:
    """One change this bot saw: of `phase`, `state`, `target_launch_date` or an owner's field.

    `before` and `after` are the API's own words (dates as ISO); None is the absence of a value. `seen_at` is when
    the bot saw it, which for a walk is later than when it happened.
    """

    onboarding_id: str
    field: str
    before: str | None
    after: str | None
    seen_at: datetime
    source: str
    """`poll`, `us` or `webhook`."""


@dataclass(frozen=True, slots=True)
class Slip:
    """A target date that was moved later, as seen."""

    before: date
    after: date
    seen_at: datetime

    @property
    def days(self) -> int:
        """How many days later."""
        return (self.after - self.before).days


@dataclass(frozen=True, slots=True)
class Launch:
    """An entry into the launch phase, as seen."""

    at: datetime
    """A moment by which it is known to have happened, the earliest of those."""
    target: date | None
    """The target date that held then."""
    before: str
    """The phase it came from."""


@dataclass(frozen=True, slots=True)
class History:
    """What the observations of one onboarding amount to; whatever was not observed is None or empty."""

    phase_since: datetime | None = None
    state_since: datetime | None = None
    phase_at_least: datetime | None = None
    """Where the present phase was not seen to begin: it was in it at this moment already."""
    state_at_least: datetime | None = None
    """The same of its state."""
    slips: tuple[Slip, ...] = ()
    slips_in_phase: int = 0
    launch: Launch | None = None
    """The last time it was seen to enter the launch phase."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One onboarding with its customer and its observed history: where it stands."""

    onboarding: OnboardingRow
    customer: CustomerRow | None = None
    history: History = History()
    as_of: datetime | None = None
    """When it was last known to be so, where it could not be read afresh."""
    trouble: str = ""
    """Why it could not be, in words."""

    @property
    def title(self) -> str:
        """The customer's name, else the onboarding's own, else its number."""
        if self.customer:
            return self.customer.name
        return self.onboarding.name or f"Onboarding #{self.onboarding.display_id}"


class Standings(tuple[Standing, ...]):
    """Many of them, in an order; what they have in common is looked up once, however many lists are made of them."""

    @classmethod
    def of(cls, standings: Iterable[Standing]) -> Self:
        """The very same, if they are such already."""
        return standings if isinstance(standings, cls) else cls(standings)

    @cached_property
    def by_phase(self) -> Mapping[str, tuple[Standing, ...]]:
        """Those in each phase there is, in the same order."""
        found: defaultdict[str, list[Standing]] = defaultdict(list)
        for one in self:
            found[one.onboarding.phase].append(one)
        return {phase: tuple(those) for phase, those in found.items()}

    @cached_property
    def states(self) -> tuple[str, ...]:
        """The states there are, as Pivotal names them."""
        return tuple(dict.fromkeys(one.onboarding.state for one in self))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The portfolio at one moment. `stale` says that a newer one was wanted, and could not be had."""

    standings: tuple[Standing, ...]
    customers: Mapping[str, CustomerRow]
    as_of: datetime
    stale: bool = False
    trouble: str = ""
    """Why it is stale, in words."""
