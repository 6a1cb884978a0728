"""The clock's own door: wakes the digest run at the hour of every subscription, and does nothing else.

APScheduler holds no truth: its jobs live in memory, are rebuilt from the subscriptions, and only call `run_due(now)`.
It waits by the machine's clock; the look that puts its jobs right does not, for that clock may have been wrong.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import Context
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

from bot.digests.run import DigestRun
from bot.digests.telling import AGAIN
from bot.domain import schedule
from bot.domain.errors import MemoryAway, cause
from bot.domain.records import Subscription
from bot.services.chores import DRAIN, ended
from bot.services.correlation import correlated
from bot.services.subscriptions import Subscriptions

SWEEP = AGAIN * 60
"""Seconds between looks at what other replicas subscribed, and at what was missed while the machine slept."""


STUCK = timedelta(minutes=15)
"""A claim this old belongs to nobody who is still at work."""

log = structlog.get_logger()


class Hours(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """The hours of one subscription: cron's weekdays and time of day, by the rule that also says what is due.

    APScheduler's own cron trigger leaves out the day on which its hour is skipped (00:30 in São Paulo on 4 Nov 2018),
    and fires twice where it is repeated.
    """

    def __init__(self, subscription: Subscription) -> None:
        self._subscription = subscription

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """The next hour after the last one fired, or after `now`."""
        return schedule.next_run(self._subscription, previous_fire_time or now)


class Clock:
    """One job per subscription, rebuilt when subscriptions change; runs while its context lasts."""

    def __init__(
        self,
        run: DigestRun,
        subscriptions: Subscriptions,
        *,
        clock: Callable[[], datetime],
        nobodys: timedelta = STUCK,
        within: float = DRAIN,
        every: float = SWEEP,
    ) -> None:
        """A claim that is as old as `nobodys` at the start belongs to a process that is gone.

        What is due is looked for `every` so many seconds, whatever the machine's clock says; at the end, digests under
        way are given `within` seconds.
        """
        self._run = run
        self._nobodys = nobodys
        self._subscriptions = subscriptions
        self._clock = clock
        self._within = within
        self._every = every
        self._sweeper: asyncio.Task[None] | None = None
        self._under_way: set[asyncio.Task[None]] = set()
        self._looking: asyncio.Task[None] | None = None
        self._jobs: dict[str, Subscription] = {}
        self._over = False
        self._scheduler: Any = AsyncIOScheduler(
            timezone="UTC",
            job_defaults={
                "coalesce": True,
                "max_instances": 1,
                "misfire_grace_time": int(run.grace.total_seconds()),
            },
        )

    async def __aenter__(self) -> Self:
        """Start: what was left open is settled, and what came due in the meantime is posted at once, late.

        Nobody waits for it: who is told of what was left open is told at Slack's pace, a message a second.
        """
        await self.rebuild()
        self._subscriptions.watch(self.rebuild)
        self._scheduler.start()
        self._looking = self._keep(self._catch_up())
        self._sweeper = asyncio.create_task(self._sweep_on(), context=Context())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop: nothing more is begun, and what is under way may end; a digest that is cut off is given back."""
        self._over = True
        self._scheduler.shutdown(wait=False)
        if self._sweeper:
            self._sweeper.cancel()
        await ended(self._under_way, within=0 if kind is asyncio.CancelledError else self._within)

    async def rebuild(self) -> None:
        """Make the jobs what the subscriptions are now; while the database is away they stay, until the next sweep."""
        try:
            active = await self._subscriptions.all(active_only=True)
        except MemoryAway as error:
            log.warning("digests not scheduled anew", why=cause(error))
            return
        if self._over:  # the scheduler has no jobs any more
            return
        wanted = {one.id: one for one in active if schedule.readable(one)}
        for gone in self._jobs.keys() - wanted.keys():
            self._scheduler.remove_job(gone)
        for key, subscription in wanted.items():
            if self._jobs.get(key) != subscription or self._waits_too_long(subscription):
                self._scheduler.add_job(self._tick, Hours(subscription), id=key, replace_existing=True)
        self._jobs = wanted

    def _waits_too_long(self, subscription: Subscription) -> bool:
        """Whether its job is set for an hour after its next one, by a clock that was ahead and is right again."""
        set_for: datetime = self._scheduler.get_job(subscription.id).next_run_time
        return set_for > schedule.next_run(subscription, self._clock())

    async def _catch_up(self) -> None:
        await self._run.recover(self._clock(), older_than=self._nobodys)
        await self._run.run_due(self._clock())

    def _begin(self) -> None:
        """Run what is due in a task of our own: the scheduler cancels its jobs when it is shut down.

        Nobody waits for it: a channel that Slack lets wait must not hold up what another is due at the next look.
        """
        self._keep(self._run.run_due(self._clock()))

    def _look_back(self) -> None:
        """Settle what was left open, unless that is being done."""
        if self._looking is None or self._looking.done():
            self._looking = self._keep(self._run.recover(self._clock(), older_than=STUCK))

    def _keep(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        # Whoever has just subscribed something woke the scheduler: the log's reference is theirs, and not the clock's.
        task = asyncio.create_task(_round(work), context=Context())
        self._under_way.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._under_way.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, MemoryAway):  # what is due now is due at the next look too
            log.warning("digests put off", why=cause(error))
        elif error:
            log.error("digests not run to the end", exc_info=error)

    async def _tick(self) -> None:
        self._begin()

    async def _sweep_on(self) -> None:
        while True:
            await asyncio.sleep(self._every)
            try:
                with correlated():
                    await self._sweep()
            except Exception:
                # Nobody waits for it: what is wrong once must not keep the digests from being looked for.
                log.exception("digests not looked for")

    async def _sweep(self) -> None:
        await self.rebuild()
        self._begin()
        self._look_back()


async def _round(work: Coroutine[Any, Any, None]) -> None:
    with correlated():
        await work
