"""A new onboarding before it exists: what is wanted of it, and how far creating it has come."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from bot.domain.errors import BotError
from bot.pivotal.errors import PivotalError


@dataclass(frozen=True, slots=True)
class NewCustomer:
    """A customer to be created first, with the person to talk to there."""

    name: str
    contact: str
    email: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants created: an onboarding for a customer there is (`customer_id`), or for a new one."""

    customer_id: str = ""
    customer: NewCustomer | None = None
    target: date | None = None
    owners: Mapping[str, str] = field(default_factory=dict)
    """Role → Pivotal user id."""
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """What was created in Pivotal so far, for an onboarding that is not there yet."""

    customer_id: str
    number: int
    name: str
    contact: bool = False
    """The primary contact is there as well."""


class Unfinished(BotError):
    """Pivotal did not create all of it. `step` is `customer`, `contact` or `onboarding`; `made` is what exists."""

    def __init__(self, step: str, trouble: PivotalError, *, made: Made | None) -> None:
        super().__init__(f"Pivotal did not create the {step}.")
        self.step = step
        self.trouble = trouble
        self.made = made


class Repeated(BotError):
    """The same form was sent again: its onboarding is there, or just being created."""
