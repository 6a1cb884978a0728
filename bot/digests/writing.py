"""Gathers what a digest is written from: one shared snapshot, the filters, and what the last one said."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from bot.digests.digest import Briefing, Digest, Written
from bot.domain import dates, filters
from bot.domain.errors import UpstreamError
from bot.domain.phases import Phases
from bot.domain.records import Snapshot, Subscription
from bot.services.people import People
from bot.services.portfolio import Portfolio
from bot.services.subscriptions import Subscriptions

FRESH = timedelta(minutes=15)
"""How old the portfolio of a digest may be."""
TOO_OLD = timedelta(hours=12)
"""With Pivotal away, an older one is not worth a digest."""


class Parts(Protocol):
    """What a run needs of the services."""

    @property
    def subscriptions(self) -> Subscriptions:
        """Subscriptions and ledger."""

    @property
    def portfolio(self) -> Portfolio:
        """What there is to say something about."""

    @property
    def people(self) -> People:
        """Who is who."""

    @property
    def phases(self) -> Phases:
        """The workspace's phases."""

    @property
    def test_key(self) -> bool:
        """Whether Pivotal's key is a test key."""


class Round:
    """One snapshot for all digests of one minute, walked when the first of them needs it."""

    def __init__(self, portfolio: Portfolio, *, now: datetime) -> None:
        self.now = now
        self._portfolio = portfolio
        self._task: asyncio.Task[Snapshot] | None = None

    async def snapshot(self) -> Snapshot:
        """The portfolio; raises UpstreamError when there is none that is fresh enough for a digest."""
        if self._task is None:
            self._task = asyncio.create_task(self._portfolio.snapshot(FRESH))
        snapshot = await asyncio.shield(self._task)
        if self.now - snapshot.as_of > TOO_OLD:
            raise UpstreamError("Pivotal does not answer, and what I know is older than 12 hours.")
        return snapshot


async def write(
    digest: Digest, subscription: Subscription, parts: Parts, round_: Round, *, late: bool = False, asked_by: str = ""
) -> Written:
    """Write one subscription's digest; `asked_by` is the name of who asked for it out of turn.

    Raises UpstreamError without a snapshot worth a digest, UserError when the filters can no longer be read.
    """
    snapshot, directory = await round_.snapshot(), parts.people.directory
    last = await parts.subscriptions.last_delivered(subscription)
    wanted = filters.parse(subscription.filters, phases=parts.phases, seen=snapshot.standings)
    today = dates.today(round_.now, subscription.zone)
    kept = filters.apply(wanted, snapshot.standings, phases=parts.phases, directory=directory, today=today)
    return digest.write(
        Briefing(
            subscription,
            snapshot,
            replace(snapshot, standings=kept),
            last.said if last else None,
            round_.now,
            parts.phases,
            directory,
            filters=filters.describe(wanted, directory=directory),
            medians=parts.portfolio.medians,
            test_key=parts.test_key,
            late=late,
            asked_by=asked_by,
        )
    )
