"""The records that travel between the rooms: frozen, and free of any way to store or draw them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from bot.pivotal.models import CustomerRow, OnboardingRow

OWNER_ROLES = ("csm", "se", "designer", "product_ops")


class Writes(StrEnum):
    """Who may change an onboarding in this installation."""

    OWNERS = "owners"
    """Its owners, besides managers and admins."""
    TEAM = "team"
    """Everybody who may look."""
    OFF = "off"
    """Nobody: a pilot that only reads."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What an installation has decided about rights."""

    writes: Writes = Writes.OWNERS
    managers: bool = False
    """Managers are named. Where they are not, linked people look after the channels' digests."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is asking: a Slack user, as the bot knows them at this moment."""

    slack_id: str
    team_id: str
    name: str
    zone: str = "UTC"
    home: bool = True
    """Belongs to the workspace the bot is installed in."""
    guest: bool = False
    bot: bool = False
    """An app, or Slack itself."""
    admin: bool = False
    pivotal_ids: frozenset[str] = frozenset()
    """The Pivotal users this person is, confirmed: they carry an owner's rights."""
    guessed_ids: frozenset[str] = frozenset()
    """Those they are only guessed to be: good for names and for `mine`, and for nothing else."""
    manager: bool = False
    reader: bool = True
    """May look, as far as the settings say: a member of the readers' user group, where there is one."""
    unread: str = ""
    """Why Slack will not say whether they may look: nothing is allowed them then."""
    policy: Policy = Policy()
    unknown: bool = False
    """Slack could not say who this is; nothing is allowed them, and nothing is held against them."""

    @property
    def own_ids(self) -> frozenset[str]:
        """Whose onboardings `mine` shows, confirmed or guessed."""
        return self.pivotal_ids | self.guessed_ids


@dataclass(frozen=True, slots=True)
class Person:
    """A link between a Pivotal user and a Slack user, and how it was learned."""

    pivotal_id: str
    slack_id: str | None = None
    name: str | None = None
    email: str | None = None
    learned: str = "admin"
    """`admin`, `csv`, `claim` or `webhook`."""
    confirmed: bool = True
    """An admin said so. A guess serves names and `mine`, and gives no right."""


@dataclass(frozen=True, slots=True)
class Directory:
    """Every known person, by Pivotal user id."""

    people: Mapping[str, Person] = field(default_factory=dict)

    def name(self, pivotal_id: str) -> str:
        """Say who this is; an id nobody is linked to is said to be just that."""
        person = self.people.get(pivotal_id)
        return person.name if person and person.name else f"unlinked owner ({pivotal_id})"

    def surely(self, pivotal_id: str) -> str:
        """Say who this is where an admin has confirmed it: what somebody says of themselves gives them no right."""
        person = self.people.get(pivotal_id)
        return person.name if person and person.confirmed and person.name else f"unlinked owner ({pivotal_id})"

    def of_slack(self, slack_id: str) -> frozenset[str]:
        """The Pivotal user ids linked to one Slack user, confirmed or guessed."""
        return frozenset(p.pivotal_id for p in self.people.values() if p.slack_id == slack_id)

    def confirmed(self, slack_id: str) -> frozenset[str]:
        """Those of them that an admin confirmed."""
        return frozenset(p.pivotal_id for p in self.people.values() if p.slack_id == slack_id and p.confirmed)


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


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The portfolio at one moment. `stale` says that Pivotal did not answer when a newer one was wanted."""

    standings: tuple[Standing, ...]
    customers: Mapping[str, CustomerRow]
    as_of: datetime
    stale: bool = False
    trouble: str = ""
    """Why it is stale, in words."""


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


@dataclass(frozen=True, slots=True)
class Card:
    """Where a card of an onboarding was posted, so that it can be refreshed."""

    onboarding_id: str
    channel: str
    ts: str
    posted_at: datetime
    shared_by: str


BEGUN = "begun"
"""The outcome of what is about to be written to Pivotal."""


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
