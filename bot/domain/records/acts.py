"""What was done and is to be done: audit, events, posted cards, and follows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Card:
    """Where a card of an onboarding was posted, so that it can be refreshed."""

    onboarding_id: str
    channel: str
    ts: str
    posted_at: datetime
    shared_by: str


BEGUN = "begun"
"""The outcome of what is about to be written to Pivotal, or posted in Slack."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One attempt to change something, done or refused. `before` and `after` are short texts for people."""

    at: datetime
    slack_id: str
    name: str
    source: str
    """Where it came from: `command`, `button`, `modal`, with the channel: `button in C0123`."""
    action: str
    onboarding_id: str | None
    title: str
    before: str
    after: str
    outcome: str
    """`done`, `refused`, `failed` or `unknown`; `begun` where the bot was killed before it knew."""
    reference: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One of Pivotal's events, as it waits in the inbox: which record to look at, and when."""

    id: str
    type: str
    record: str
    """`onboarding:89`: what kind, and its display id or id; empty when there is nothing to look at."""
    received_at: datetime
    due_at: datetime
    attempts: int = 0
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Follow:
    """Somebody follows an onboarding: they are told what changes, in one thread of their direct messages."""

    slack_id: str
    onboarding_id: str
    title: str
    since: datetime
    zone: str
    channel: str | None = None
    ts: str | None = None
    """Where the thread begins, once there is one."""
    told: Mapping[str, str | None] = field(default_factory=dict)
    """How the onboarding stood when they were told last, by field, in the API's own words."""
    due_at: datetime | None = None
    """When they are to be told what is different by then."""
