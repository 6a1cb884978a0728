"""What a digest run is given, as the composition root gives it."""

from dataclasses import dataclass

from bot.domain.phases import Phases
from bot.domain.risk import DEFAULTS, Thresholds
from bot.services.journal import Journal
from bot.services.ledger import Ledger
from bot.services.people import People
from bot.services.portfolio import Portfolio
from bot.services.snoozing import Snoozing
from bot.services.subscriptions import Subscriptions


@dataclass
class Parts:
    subscriptions: Subscriptions
    ledger: Ledger
    portfolio: Portfolio
    snoozing: Snoozing
    journal: Journal
    people: People
    phases: Phases
    test_key: bool = False
    thresholds: Thresholds = DEFAULTS
    week_start: str = "auto"
