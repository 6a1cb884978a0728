"""What the bot can do, as verbs; no Slack in here."""

from dataclasses import dataclass, replace
from typing import Self

from bot.domain.phases import Phases
from bot.domain.records import Actor, Policy
from bot.domain.risk import Thresholds
from bot.services.changes import Changes
from bot.services.creating import Creating
from bot.services.details import Details
from bot.services.events import Events
from bot.services.following import Following
from bot.services.handover import Handover
from bot.services.inbox import Inbox
from bot.services.journal import Journal
from bot.services.ledger import Ledger
from bot.services.onboardings import Onboardings
from bot.services.people import People
from bot.services.portfolio import Portfolio
from bot.services.snoozing import Snoozing
from bot.services.subscriptions import Subscriptions
from bot.services.undoing import Undoing


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a door may ask for."""

    onboardings: Onboardings
    changes: Changes
    undoing: Undoing
    details: Details
    portfolio: Portfolio
    events: Events
    following: Following
    people: People
    subscriptions: Subscriptions
    ledger: Ledger
    snoozing: Snoozing
    inbox: Inbox
    journal: Journal
    creating: Creating
    handover: Handover
    phases: Phases
    thresholds: Thresholds
    """From when on the rules of risk fire."""
    test_key: bool
    """The Pivotal key is a test key: said wherever it matters."""
    zone: str
    """The zone to fall back on."""
    week_start: str
    """The day weeks begin with, or `auto`."""
    web: str
    """Where Pivotal's web app lives."""
    policy: Policy
    """What this installation has decided about rights."""
    settings: tuple[tuple[str, str], ...]
    """Every setting as admins may see it."""

    def seen_by(self, actor: Actor) -> Self:
        """The same for one person: what they may not look at raises Forbidden, whoever asks for them."""
        return replace(self, onboardings=self.onboardings.seen_by(actor))
