"""The nightly sweep: what is too old is deleted, once a night however many replicas there are."""

import asyncio
from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from bot.services.events import REMEMBER
from bot.services.portfolio import Portfolio
from bot.store import Store
from bot.store.claims import Held
from bot.store.retention import Spans

log = structlog.get_logger()

HOUR = 3
"""From this hour on, in the bot's zone, a day is swept; a bot that was not running then does it when it starts."""
UNREAD = timedelta(days=30)
"""An event whose record Pivotal has not given for so long is given up; the walks have long seen what it was about."""
GAP = timedelta(days=31)
"""A clock that is further beyond the last sweep is not believed at once: what a wrong one deletes is gone for good."""
DOUBT = timedelta(days=7)
"""Once it has gone on for so long it is believed: the bot had been switched off."""
LEASE = timedelta(hours=1)
"""After this long a sweep counts as abandoned, and another replica may begin one."""
SWEPT, DOUBTED = "sweep:last", "sweep:doubted"
"""Marks in the store: the instant of the last sweep, and the one at which the clock was first doubted."""
KEEP = "`BOT_KEEP_DAYS` days"

KEPT = (
    ("audit", "who tried to change what, and what came of it", KEEP),
    ("observations", "changes that were seen", f"{KEEP}; the last one of each field for as long as the onboarding"),
    ("deliveries", "which digest came, and what it said", f"{KEEP}; a subscription’s last one for as long as that"),
    ("cards", "where a card was posted, and what it showed last", f"{KEEP}; it is kept current for the first 30"),
    ("posts", "where any message was posted in a channel, and nothing of what it said", KEEP),
    ("claims", "what was seen before, and who is at work on what", f"until each expires; without an end, {KEEP}"),
    ("inbox", "the ids of Pivotal’s events", f"{REMEMBER.days} days; what could not be read, {UNREAD.days} days"),
    ("snoozes", "what a channel is not told of", "until the day, 30 days at the most, or until the onboarding changes"),
    (
        "follows",
        "who follows which onboarding, and what they were told last",
        f"until unfollowed; of an onboarding that is gone, {KEEP}",
    ),
    ("subscriptions", "which channel gets which digest", "until unsubscribed: one of a kind in a channel"),
    (
        "people",
        "who is who in Pivotal and Slack",
        "until linked otherwise, or forgotten: one row for each Pivotal user",
    ),
    ("onboardings", "the newest known version of each", "for as long as it is in Pivotal"),
    ("customers", "the newest known version of each", "for as long as it is in Pivotal"),
    ("removals", "which onboardings were found gone", "a day"),
    ("snapshot", "when Pivotal was last walked", "one row"),
    ("salt", "what the pseudonyms of erased people are made with", "one row"),
)
"""Every table: its name, what it holds, and for how long; the README's table is this one."""


class Sweeping:
    """Deletes what is too old, and lets the memory of this process forget it too."""

    def __init__(
        self, store: Store, portfolio: Portfolio, *, keep: timedelta, zone: str, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._portfolio = portfolio
        self._spans = Spans(history=keep, events=REMEMBER, unread=UNREAD)
        self._zone = ZoneInfo(zone)
        self._clock = clock
        self._done: date | None = None

    async def sweep_if_due(self) -> float:
        """Sweep if nobody has since the night began; gives the seconds until it is worth looking again."""
        now = self._clock().astimezone(self._zone)
        if now.hour >= HOUR and self._done != now.date() and await self._settled(now):
            self._done = now.date()
        return 60.0

    async def _settled(self, now: datetime) -> bool:
        """Whether this day is swept by now, by this process or another, and this memory is as the store."""
        key = f"swept:{now.date()}"
        if not await self._store.claims.seen(key, now=now):
            # Where there may be replicas, all go by the clock they share.
            present = await self._store.database.present() or now
            if not await self._plausible(present):
                return True
            lease = await self._store.claims.lease("sweep", holder="", now=now, ttl=LEASE)
            if isinstance(lease, Held):
                return False
            # A sweep that fails keeps its lease: it is tried again when that has ended, and not every few seconds.
            try:
                gone = await self._store.retention.sweep(present, spans=self._spans)
            except asyncio.CancelledError:  # the bot stops: whoever is still there may go on with it
                await self._store.claims.release(lease)
                raise
            await self._store.claims.first_time(key, now=now, keep=timedelta(days=2))
            await self._store.claims.mark(SWEPT, now=present)
            await self._store.claims.release(lease)
            if rows := {table: count for table, count in gone.items() if count}:
                log.info("swept", rows=rows)
        await self._portfolio.relearn()
        return True

    async def _plausible(self, present: datetime) -> bool:
        """Whether the clock may be right: not far beyond the last sweep, or so for a week."""
        last = await self._store.claims.marked(SWEPT) or await self._store.retention.newest()
        if last is None or present - last <= GAP:
            await self._store.claims.forget(DOUBTED)
            return True
        since = await self._store.claims.marked(DOUBTED)
        if since is None or not timedelta() <= present - since <= GAP:
            since = present
            await self._store.claims.mark(DOUBTED, now=present)
        if present - since >= DOUBT:
            return True
        log.warning(
            "nothing is swept: the clock is far beyond the last sweep",
            clock=present.isoformat(timespec="minutes"),
            last=last.isoformat(timespec="minutes"),
            remedy=f"set the clock right; if it is right, do nothing: in {DOUBT.days} days it is swept again",
        )
        return False
