"""Keeps an onboarding out of one channel's digests for a while, by whoever may; it wakes by itself when it changes."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from bot.domain import dates, rights
from bot.domain.errors import NotFound, UserError
from bot.domain.records import Actor, Snooze, Standing
from bot.domain.rights import Right
from bot.domain.snoozes import LONGEST_DAYS, fingerprint, lasts, too_far, unchanged
from bot.services.attempts import Attempt, Attempts
from bot.services.onboardings import Onboardings
from bot.services.people import People
from bot.services.portfolio import Portfolio
from bot.services.requests import Changed
from bot.store import Store

SNOOZE = "snooze"
UNSNOOZE = "unsnooze"
LONGEST_REASON = 300
_LAST_ZONE = timedelta(hours=12)
"""So far behind UTC is the place where a day begins last."""


class Snoozing:
    """Snoozes and wakes. What is observed wakes too, so that nobody has to be told of a change for it."""

    def __init__(
        self,
        store: Store,
        onboardings: Onboardings,
        portfolio: Portfolio,
        people: People,
        *,
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._onboardings = onboardings
        self._portfolio = portfolio
        self._people = people
        self._clock = clock
        self._attempts = Attempts(store, clock=clock)

    async def snooze(
        self,
        standing: Standing,
        *,
        channel: str,
        until: date,
        reason: str,
        by: Actor,
        source: str = "",
        reference: str = "",
    ) -> Snooze:
        """Keep it out of the channel's digests until the day `until`, or until it changes; an earlier snooze gives way.

        The record is read afresh. Raises UserError for a day or a reason that will not do, Forbidden, NotFound, and
        the client's errors. Every attempt leaves an audit row.
        """
        attempt = Attempt(SNOOZE, by, source, reference, title=standing.title, onboarding_id=standing.onboarding.id)
        async with self._attempts.keeping(attempt):
            rights.check(Right.READ, by)
            fresh = await self._onboardings.read(standing.onboarding.id)
            rights.check(Right.SNOOZE, by, onboarding=fresh.onboarding, directory=self._people.directory)
            said = _said(reason)
            self._check_day(until, by)
            snooze = Snooze(
                channel=channel,
                onboarding_id=fresh.onboarding.id,
                title=fresh.title,
                until=until,
                reason=said,
                by=by.slack_id,
                name=by.name,
                at=self._clock(),
                seen=fingerprint(fresh.onboarding),
            )
            attempt.after, attempt.reason = _where(snooze), said
            await self._store.snoozes.put(snooze, entry=self._attempts.done(attempt))
        return snooze

    async def unsnooze(
        self, standing: Standing, *, channel: str, by: Actor, source: str = "", reference: str = ""
    ) -> Snooze:
        """Have the channel's digests tell of it again. Raises NotFound when it is not snoozed there, and Forbidden.

        Whoever snoozed it may, besides who may snooze.
        """
        attempt = Attempt(UNSNOOZE, by, source, reference, title=standing.title, onboarding_id=standing.onboarding.id)
        async with self._attempts.keeping(attempt):
            rights.check(Right.READ, by)
            found = [one for one in await self._store.snoozes.of(standing.onboarding.id) if one.channel == channel]
            if not found or found[0].by != by.slack_id:
                rights.check(Right.SNOOZE, by, onboarding=standing.onboarding, directory=self._people.directory)
            if found:
                attempt.before, attempt.after = _where(found[0]), "told of again"
            entry = self._attempts.done(attempt)
            if not found or not await self._store.snoozes.delete(channel, standing.onboarding.id, entry=entry):
                raise NotFound(f"{standing.title} is not snoozed here.", hint="`/onboarding snoozed` lists what is.")
        return found[0]

    async def of_channel(self, channel: str, *, today: date) -> tuple[Snooze, ...]:
        """What still sleeps in one channel on its day `today`, what is back first coming first."""
        return await self._asleep(await self._store.snoozes.of_channel(channel), today=today)

    async def of(self, onboarding_id: str, *, today: date) -> tuple[Snooze, ...]:
        """Where one onboarding still sleeps."""
        return await self._asleep(await self._store.snoozes.of(onboarding_id), today=today)

    async def wake(self, changed: Changed) -> None:
        """End the snoozes of an onboarding that is no longer as it was when it was snoozed, or is gone."""
        snoozes = await self._store.snoozes.of(changed.standing.onboarding.id)
        now = None if changed.gone else changed.standing
        await self._store.snoozes.forget(one for one in snoozes if not unchanged(one, now))

    async def _asleep(self, snoozes: Sequence[Snooze], *, today: date) -> tuple[Snooze, ...]:
        """Those that have not ended; one that has, whatever the channel's zone and the clock, is forgotten."""
        if not snoozes:
            return ()
        seen = await self._store.observations.since(
            min(one.at for one in snoozes), of=[one.onboarding_id for one in snoozes]
        )
        there = [one for one in snoozes if self._as_it_was(one)]
        everywhere = (self._clock() - _LAST_ZONE).date()
        sleeping = [one for one in there if lasts(one, today=everywhere, seen=seen)]
        ended = (one for one in snoozes if one not in sleeping and not too_far(one, today=everywhere))
        await self._store.snoozes.forget(ended)
        return tuple(one for one in sleeping if lasts(one, today=today, seen=seen))

    def _as_it_was(self, snooze: Snooze) -> bool:
        """What is known now says nothing against it; what was known before it was made cannot."""
        current = self._portfolio.current
        if current is None or current.as_of < snooze.at:
            return True
        return unchanged(snooze, self._portfolio.known(snooze.onboarding_id))

    def _check_day(self, until: date, by: Actor) -> None:
        today = dates.today(self._clock(), by.zone)
        latest = today + timedelta(days=LONGEST_DAYS)
        if until <= today:
            raise UserError(f"{dates.full(until)} is not ahead.", hint="Name a day to come, such as `3d` or `fri`.")
        if until > latest:
            raise UserError(
                f"A snooze lasts {LONGEST_DAYS} days at the most.", hint=f"Name a day until {dates.full(latest)}."
            )


def _said(reason: str) -> str:
    said = " ".join(reason.split())
    if not said:
        raise UserError("Why is it snoozed?", hint="Add a few words: the channel is told them.")
    if len(said) > LONGEST_REASON:
        raise UserError(f"A reason has {LONGEST_REASON} characters at the most; this one has {len(said)}.")
    return said


def _where(snooze: Snooze) -> str:
    return f"snoozed in {snooze.channel} until {dates.full(snooze.until)}"
