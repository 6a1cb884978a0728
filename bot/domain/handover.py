"""Handing over what one person owns to another: piece by piece, one onboarding and role each."""

from collections.abc import Collection
from dataclasses import dataclass

from bot.domain import states
from bot.domain.expectations import OWNERS, Expectation
from bot.domain.phases import Phases
from bot.domain.records import OWNER_ROLES, Snapshot, Standing
from bot.pivotal.models import OnboardingRow

MOST = 50
"""Pieces in one go: each is a read and a write, and Pivotal takes so many requests a minute."""
ROLES = {"csm": "CSM", "se": "SE", "designer": "Designer", "product_ops": "Product ops"}


@dataclass(frozen=True, slots=True)
class Piece:
    """One role in one onboarding, and the Pivotal user who has it and is to give it up."""

    onboarding_id: str
    role: str
    owner: str


class Owned(Expectation):
    """Nothing is written unless the role is still that person's; whatever else changed does not matter here."""

    def __init__(self, piece: Piece) -> None:
        super().__init__(phase="", state="", waiting=False, target=None, owners={f"{piece.role}_id": piece.owner})

    def differences(self, onboarding: OnboardingRow) -> tuple[str, ...]:
        """Say whose it is not any more."""
        return tuple(
            f"the {OWNERS[field]} is another one now"
            for field, owner in self.owners.items()
            if getattr(onboarding, field) != owner
        )


def pieces(snapshot: Snapshot, owners: Collection[str], *, phases: Phases) -> tuple[tuple[Standing, Piece], ...]:
    """Every role that any of these Pivotal users has in an open onboarding, by customer."""
    found = [
        (standing, Piece(standing.onboarding.id, role, owner))
        for standing in snapshot.standings
        if not states.closed(standing.onboarding, phases=phases)
        for role in OWNER_ROLES
        if (owner := getattr(standing.onboarding, f"{role}_id")) in owners
    ]
    return tuple(sorted(found, key=lambda one: (one[0].title.casefold(), one[0].onboarding.display_id)))
