"""A wish for a digest, what keeps an onboarding out of one, and what became of each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any


def is_direct(channel: str) -> bool:
    """Whether a conversation is one person's direct message with the bot, by its id."""
    return channel.startswith("D")


MOVE = "move"
SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Subscription:
    """A channel's wish for one kind of digest, or a person's own."""

    id: str
    team_id: str
    channel: str
    kind: str
    days: str
    """Weekdays as APScheduler's cron names them: `mon-fri`, `mon`, `mon,thu`."""
    at: time
    """Local wall-clock time in `zone`."""
    zone: str
    creator: str
    """Slack user id of who subscribed the channel."""
    created_at: datetime
    """Since when its hours count: made, or given other hours."""
    filters: str = ""
    paused: str | None = None
    """Why it is paused, or None."""
    mentions: bool = False
    """People may be pinged."""
    quiet: bool = True
    """Nothing is posted when there is nothing to say, but for one "all clear"."""
    holidays: str = ""
    """The country whose holidays count, perhaps with its region: `DE`, `DE-BY`. Empty: none do."""
    on_holiday: str = MOVE
    """`move` to the next workday, or `skip`."""

    @property
    def direct(self) -> bool:
        """Whether it is for one person, in their direct message with the bot."""
        return is_direct(self.channel)


@dataclass(frozen=True, slots=True)
class Snooze:
    """An onboarding kept out of one channel's at-risk digests, until a day comes or the onboarding changes."""

    channel: str
    onboarding_id: str
    title: str
    until: date
    """The day on which it is back."""
    reason: str
    by: str
    """Slack user id."""
    name: str
    at: datetime
    seen: str
    """What phase, state, target date and owners were then, as `domain/snoozes.py` puts it."""


class DeliveryStatus(StrEnum):
    """How far one slot of a subscription has come."""

    CLAIMED = "claimed"
    POSTED = "posted"
    THREADED = "threaded"
    DONE = "done"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class SaidRow:
    """What a digest said of one onboarding: enough to say next time what changed."""

    title: str
    phase: str
    state: str
    target: date | None
    since: date
    """The local date of the first digest in an unbroken line that listed it."""
    fired: tuple[str, ...] = ()
    """The rules of risk that made it a row; none where it was listed for another reason."""


@dataclass(frozen=True, slots=True)
class Said:
    """What one digest said, kept in the ledger as the base of the next one's comparison."""

    rows: Mapping[str, SaidRow] = field(default_factory=dict)
    """By onboarding id."""
    rules: str = ""
    """A fingerprint of the filters and thresholds it was written under."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to see to one slot, until somebody else takes it over; `token` says whose claim it is."""

    subscription_id: str
    slot: str
    token: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One row of the ledger: a slot of a subscription and what became of it."""

    subscription_id: str
    slot: str
    """The local date (`2026-09-07`), `now:<trigger id>` for one asked for, or `notice:<date>` for a word about one."""
    status: DeliveryStatus
    claimed_at: datetime
    channel: str
    ts: str | None = None
    said: Said | None = None
    reason: str | None = None
    message: Mapping[str, Any] | None = None
    """What was posted, `text` and `blocks`, and its `kind`, while it may still change; None from then on."""
    token: str = field(default="", compare=False, repr=False)
    sealed: date | None = None
    """Of which day the newer digest is that makes this one read-only."""

    @property
    def claim(self) -> Claim:
        """The claim that it is under."""
        return Claim(self.subscription_id, self.slot, self.token)
