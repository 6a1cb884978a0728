"""Gathers what a digest is written from: one shared snapshot, the filters, what the last one said, and what sleeps."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.digests.digest import Briefing, Digest, Written
from bot.domain import dates, filters
from bot.domain.errors import UpstreamError, UserError
from bot.domain.phases import Phases
from bot.domain.records import Delivery, Directory, Snapshot, Subscription
from bot.domain.risk import Thresholds
from bot.services.journal import Journal
from bot.services.ledger import Ledger
from bot.services.onboardings import LIST_AGE
from bot.services.people import People
from bot.services.portfolio import Portfolio
from bot.services.shared import shared
from bot.services.snoozing import Snoozing
from bot.views.digest_frame import Frame

FRESH = timedelta(minutes=15)
"""How old the portfolio of a digest may be that comes at its hour; whoever asks for one gets it as new as a list."""
TOO_OLD = timedelta(hours=12)
"""With Pivotal away, an older one is not worth a digest."""

Groups = Callable[[str], Awaitable[frozenset[str]]]
"""The Slack users in a user group, by its id; raises UpstreamError or UserError where nobody can say."""


class Parts(Protocol):
    """What writing needs of the services."""

    @property
    def ledger(self) -> Ledger:
        """What became of each slot."""

    @property
    def portfolio(self) -> Portfolio:
        """What there is to say something about."""

    @property
    def journal(self) -> Journal:
        """Who did what."""

    @property
    def people(self) -> People:
        """Who is who."""

    @property
    def phases(self) -> Phases:
        """The workspace's phases."""

    @property
    def thresholds(self) -> Thresholds:
        """From when on the rules of risk fire."""

    @property
    def snoozing(self) -> Snoozing:
        """What each channel does not want to be told of for now."""

    @property
    def week_start(self) -> str:
        """The day weeks begin with, or `auto`."""

    @property
    def test_key(self) -> bool:
        """Whether Pivotal's key is a test key."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why a digest is written at this moment, where that is not simply its hour."""

    late: bool = False
    because: str = ""
    """Why it is late, in words that follow “because”."""
    asked_by: str = ""
    """The name of who asked for it out of turn."""
    moved_from: tuple[date, ...] = ()
    """The holidays it was moved from."""
    compared: bool = False
    """It is written once more: compared with `base` again, and not with the last one, which may be itself."""
    base: Delivery | None = None


PUNCTUAL = Occasion()


class Round:
    """One snapshot for all digests of one minute, walked when the first of them needs it.

    With `asked` somebody waits for it, and wants to see what is so now.
    """

    def __init__(self, portfolio: Portfolio, *, now: datetime, asked: bool = False) -> None:
        self.now = now
        self._portfolio = portfolio
        self._asked = asked
        self._task: asyncio.Task[Snapshot] | None = None

    async def snapshot(self) -> Snapshot:
        """The portfolio; raises UpstreamError when there is none that is fresh enough for a digest."""
        if self._task is None:
            age = LIST_AGE if self._asked else FRESH
            self._task = shared(self._portfolio.snapshot(age, interactive=self._asked))
        snapshot = await asyncio.shield(self._task)
        if self.now - snapshot.as_of > TOO_OLD:
            raise UpstreamError("Pivotal does not answer, and what I know is older than 12 hours.")
        return snapshot


def _whose(subscription: Subscription, directory: Directory) -> str:
    """Who `mine` means, for the readers of a digest: nobody is named in one's own direct message."""
    if subscription.direct:
        return ""
    return next((directory.name(one) for one in sorted(directory.of_slack(subscription.creator))), "the subscriber")


async def nobody(_group: str) -> frozenset[str]:
    """Raise UserError: without Slack nobody knows who is in a user group."""
    raise UserError("Without Slack nobody can say who is in a user group.", hint="Name the people instead.")


async def write(
    digest: Digest,
    subscription: Subscription,
    parts: Parts,
    round_: Round,
    occasion: Occasion = PUNCTUAL,
    *,
    groups: Groups = nobody,
    pictures: bool = False,
) -> Written:
    """Write one subscription's digest, with a picture where one can be shown.

    Raises UpstreamError without a snapshot worth a digest, UserError when the filters can no longer be read, and what
    `groups` does.
    """
    snapshot, directory = await round_.snapshot(), parts.people.directory
    last = occasion.base
    if not occasion.compared:
        last = await parts.ledger.last_delivered(subscription, now=round_.now)
    wanted = filters.parse(subscription.filters, phases=parts.phases, seen=snapshot.standings)
    today = dates.today(round_.now, subscription.zone)
    first = dates.first_weekday(subscription.zone, parts.week_start)
    kept = filters.apply(
        wanted,
        snapshot.standings,
        phases=parts.phases,
        directory=directory,
        today=today,
        groups={group: await groups(group) for group in filters.groups_of(wanted)},
        me=subscription.creator,
        first=first,
    )
    frame = Frame(
        phases=parts.phases,
        directory=directory,
        now=round_.now,
        zone=ZoneInfo(subscription.zone),
        as_of=snapshot.as_of,
        stale=snapshot.trouble or snapshot.stale,
        test_key=parts.test_key,
        filters=filters.describe(wanted, directory=directory, me=_whose(subscription, directory)),
        subscription=subscription.id,
        since=date.fromisoformat(last.slot) if last else None,
        late=occasion.late,
        late_because=occasion.because,
        asked_by=occasion.asked_by,
        missed=await parts.ledger.last_missed(subscription, after=last, now=round_.now),
        moved_from=occasion.moved_from,
        set_by=await parts.journal.set_by(kept),
        snoozed=await parts.snoozing.of_channel(subscription.channel, today=today),
        mentions=subscription.mentions,
        alone=not subscription.id,
    )
    briefing = Briefing(
        subscription,
        snapshot,
        replace(snapshot, standings=kept),
        last.said if last else None,
        frame,
        rules=filters.fingerprint(wanted, me=subscription.creator),
        medians=parts.portfolio.medians,
        week_first=first,
        pictures=pictures,
        thresholds=parts.thresholds,
    )
    # A picture takes a second to draw, and a thousand rows some time too: people are answered meanwhile.
    return await asyncio.to_thread(digest.write, briefing)
