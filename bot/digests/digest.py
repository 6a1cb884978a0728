"""What a digest is: a kind with its name and hours, and the pure function that writes it from a briefing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, time

from bot.domain import dates
from bot.domain.phases import Phases
from bot.domain.records import Said, Snapshot, Standing, Subscription
from bot.domain.risk import DEFAULTS, Risk, Thresholds
from bot.views.digest_frame import Frame
from bot.views.message import Message, Picture


@dataclass(frozen=True, slots=True)
class Briefing:
    """All that a digest is written from. `narrowed` is what of the snapshot passes the subscription's filters."""

    subscription: Subscription
    snapshot: Snapshot
    narrowed: Snapshot
    previous: Said | None
    frame: Frame
    """What surrounds the rows of the view; `snoozed` is all that sleeps in this channel now."""
    rules: str = ""
    """What the filters keep, however they are spelled: as long as it is the same, two digests can be compared."""
    medians: Mapping[str, float] = field(default_factory=dict)
    """Days onboardings usually stay in a phase, where observed."""
    week_first: int = 0
    """The weekday a week begins with; 0 is Monday."""
    pictures: bool = False
    """A picture can be shown here."""
    thresholds: Thresholds = DEFAULTS
    """From when on the rules of risk fire."""

    @property
    def phases(self) -> Phases:
        """The workspace's phases, in order."""
        return self.frame.phases

    @property
    def today(self) -> date:
        """The channel's calendar day."""
        return self.frame.today

    @property
    def everything(self) -> Mapping[str, Standing]:
        """What exists, by onboarding id."""
        return {standing.onboarding.id: standing for standing in self.snapshot.standings}

    @property
    def listed(self) -> Mapping[str, Standing]:
        """What passes the filters, by onboarding id."""
        return {standing.onboarding.id: standing for standing in self.narrowed.standings}

    @property
    def seen_since(self) -> date | None:
        """The first day from which the bot has seen anything that still counts; None when there is nothing."""
        moments = (
            moment
            for standing in self.snapshot.standings
            for moment in (
                standing.history.phase_since,
                standing.history.state_since,
                standing.history.phase_at_least,
                standing.history.state_at_least,
                *(slip.seen_at for slip in standing.history.slips),
            )
            if moment
        )
        first = min(moments, default=None)
        return dates.today(first, self.frame.zone) if first else None


@dataclass(frozen=True, slots=True)
class Written:
    """A digest ready to post: the channel's message, what follows in its thread, and what it said."""

    message: Message
    thread: tuple[Message, ...]
    said: Said
    silent: bool = False
    """Nothing worth a post today: it is only shown to who asks for it."""
    but: str = ""
    """What there is all the same, where it is silent: `nothing but 1 snoozed`."""
    numbers: object | None = None
    """What it counted, as a frozen record, for who wants it as JSON."""
    rows: tuple[Risk | Standing, ...] = ()
    """All that it lists, in its order; the message may show less."""
    picture: Picture | None = None
    """Goes into the thread; the message says in words what it shows."""


@dataclass(frozen=True, slots=True)
class Digest:
    """One kind of digest. Where several are due in one channel, the lower `place` goes first."""

    kind: str
    title: str
    days: str
    at: time
    write: Callable[[Briefing], Written]
    place: int = 0
