"""The sample world that both stand-ins share: people, customers, onboardings, and what the bot remembers of them.

Everything is invented; dates lie around a given day, everything else is the same on every start.
"""

from bot.sandbox.seed.customers import CUSTOMERS, SeedCustomer
from bot.sandbox.seed.history import SNOOZED, SeedObservation, SeedSnooze, history, last_digest, last_workday
from bot.sandbox.seed.onboardings import ONBOARDINGS, SeedOnboarding
from bot.sandbox.seed.people import SeedPerson, people

__all__ = [
    "CUSTOMERS",
    "ONBOARDINGS",
    "SNOOZED",
    "SeedCustomer",
    "SeedObservation",
    "SeedOnboarding",
    "SeedPerson",
    "SeedSnooze",
    "history",
    "last_digest",
    "last_workday",
    "people",
]
