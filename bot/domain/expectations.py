"""What a person saw when they decided, and how it differs from what is there now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from bot.domain import dates, states
from bot.domain.errors import UserError
from bot.domain.phases import label as phase_label
from bot.pivotal.models import OnboardingRow

OWNERS = {"csm_id": "CSM", "se_id": "SE", "designer_id": "designer", "product_ops_id": "product ops owner"}
"""What each owner is called in the middle of a sentence."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a person saw when they decided: nothing is written unless it still holds."""

    phase: str
    state: str
    waiting: bool
    target: date | None
    owners: Mapping[str, str | None] = field(default_factory=dict)
    """Field → Pivotal user id, of the owners that are to be changed; the others may change meanwhile."""

    @classmethod
    def of(cls, onboarding: OnboardingRow, *, writing: Iterable[str] = ()) -> "Expectation":
        """Take what the record shows now; `writing` are the fields to be changed, whose owners matter too."""
        return cls(
            phase=onboarding.phase,
            state=onboarding.state,
            waiting=bool(onboarding.waiting_on_customer),
            target=onboarding.target_launch_date,
            owners={name: getattr(onboarding, name) for name in OWNERS if name in set(writing)},
        )

    def encode(self) -> dict[str, object]:
        """Give it a short form for a button's value."""
        target = self.target.isoformat() if self.target else None
        seen: dict[str, object] = {"p": self.phase, "s": self.state, "w": self.waiting, "t": target}
        return {**seen, "o": dict(self.owners)} if self.owners else seen

    @classmethod
    def decode(cls, encoded: Mapping[str, object]) -> "Expectation":
        """Read the short form back; raises UserError when it is not one."""
        phase, state, waiting, target = (encoded.get(key) for key in "pswt")
        owners = encoded.get("o", {})
        if not (isinstance(phase, str) and isinstance(state, str) and isinstance(waiting, bool)):
            raise _unreadable()
        if not (isinstance(owners, dict) and owners.keys() <= set(OWNERS)):
            raise _unreadable()
        try:
            day = date.fromisoformat(str(target)) if target is not None else None
        except ValueError as error:
            raise _unreadable() from error
        return cls(phase, state, waiting, day, owners)

    def differences(self, onboarding: OnboardingRow) -> tuple[str, ...]:
        """Say what is no longer as it was seen, a short text each; empty when everything still holds."""
        now = Expectation.of(onboarding)
        found = []
        if now.phase != self.phase:
            found.append(f"phase is now {phase_label(now.phase)} (you saw {phase_label(self.phase)})")
        if now.state != self.state:
            found.append(f"state is now {states.label(now.state)} (you saw {states.label(self.state)})")
        elif now.waiting != self.waiting:
            found.append("it now waits on the customer" if now.waiting else "it no longer waits on the customer")
        if now.target != self.target:
            found.append(f"target date is now {_day(now.target)} (you saw {_day(self.target)})")
        for name, seen in self.owners.items():
            if getattr(onboarding, name) != seen:
                found.append(f"the {OWNERS[name]} is another one now")
        return tuple(found)


def _day(day: date | None) -> str:
    return dates.full(day) if day else "not set"


def _unreadable() -> UserError:
    return UserError("This button is from an older version of this bot.", hint="Open the onboarding again.")
