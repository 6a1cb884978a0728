"""The records that travel between the rooms: frozen, and free of any way to store or draw them."""

from bot.domain.records.acts import BEGUN, AuditEntry, Card, Event, Follow
from bot.domain.records.digests import (
    MOVE,
    SKIP,
    Claim,
    Delivery,
    DeliveryStatus,
    Said,
    SaidRow,
    Snooze,
    Subscription,
    is_direct,
)
from bot.domain.records.onboardings import (
    OWNER_ROLES,
    History,
    Launch,
    Observation,
    Slip,
    Snapshot,
    Standing,
    Standings,
)
from bot.domain.records.people import Actor, Directory, Person, Policy, Writes

__all__ = [
    "BEGUN",
    "MOVE",
    "OWNER_ROLES",
    "SKIP",
    "Actor",
    "AuditEntry",
    "Card",
    "Claim",
    "Delivery",
    "DeliveryStatus",
    "Directory",
    "Event",
    "Follow",
    "History",
    "Launch",
    "Observation",
    "Person",
    "Policy",
    "Said",
    "SaidRow",
    "Slip",
    "Snapshot",
    "Snooze",
    "Standing",
    "Standings",
    "Subscription",
    "Writes",
    "is_direct",
]
