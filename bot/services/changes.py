"""The one path by which anything is written to Pivotal: one at a time, on fresh knowledge, with a name attached."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from datetime import datetime

from bot.domain import rights
from bot.domain.errors import BotError, Forbidden, NotFound, OutcomeUnknown, Refused, UpstreamError
from bot.domain.field_moves import restored
from bot.domain.moves import Fields, Move, Verb, changeable, plan, rights_for
from bot.domain.phases import Phases
from bot.domain.records import BEGUN, Actor, AuditEntry, Standing
from bot.pivotal import AsyncPivotalApi
from bot.pivotal.errors import NotFound as GoneFromPivotal
from bot.pivotal.errors import PivotalError
from bot.services.alone import LEASE, Alone
from bot.services.attempts import stands
from bot.services.people import People
from bot.services.portfolio import Portfolio
from bot.services.refreshing import Sight
from bot.services.requests import Changed, Ending, Guard, Outcome, Request, Watcher
from bot.services.writing import Writing
from bot.store import Store

__all__ = ["LEASE", "Changed", "Changes", "Ending", "Guard", "Outcome", "Request", "Watcher"]

OFFERED = (Verb.RESUME, Verb.PAUSE, Verb.FLAG, Verb.CLEAR, Verb.WAITING, Verb.BACK)
"""What the Update form offers of state and phase, where it is possible."""
NOTHING: Fields = {}


class Changes:
    """Moves onboardings, and tells whoever watches of each change once its lease is released."""

    def __init__(
        self,
        pivotal: AsyncPivotalApi,
        store: Store,
        portfolio: Portfolio,
        people: People,
        *,
        phases: Phases,
        team: str,
        clock: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._pivotal = pivotal
        self._store = store
        self._portfolio = portfolio
        self._people = people
        self._phases = phases
        self._alone = Alone(store, team=team, clock=clock)
        self._clock = clock
        self._writing = Writing(pivotal, clock=clock, sleep=sleep)
        self._watchers: list[Watcher] = []

    def watch(self, watcher: Watcher) -> None:
        """Have `watcher` called after every change."""
        self._watchers.append(watcher)

    async def under_way(self, onboarding_id: str) -> bool:
        """Whether somebody is changing this onboarding through the bot at this moment, in whichever process."""
        return await self._alone.taken(onboarding_id)

    def preview(self, standing: Standing, verb: Verb, *, by: Actor, wanted: Fields = NOTHING) -> Move:
        """Work out a change without making it. Raises Forbidden or Refused, as making it would."""
        for right in rights_for(verb, wanted):
            rights.check(right, by, onboarding=standing.onboarding, directory=self._people.directory)
        return self._planned(standing, verb, wanted)

    async def propose(
        self,
        standing: Standing,
        verb: Verb,
        *,
        by: Actor,
        source: str,
        reference: str,
        wanted: Fields = NOTHING,
    ) -> Move:
        """Work out a change that is to be asked about; a refusal leaves an audit row. Raises Forbidden and Refused."""
        try:
            return self.preview(standing, verb, by=by, wanted=wanted)
        except (Forbidden, Refused) as refusal:
            request = Request(standing.onboarding.id, verb, by, source=source, reference=reference)
            await self._record(request, standing, None, outcome="refused", why=refusal.message)
            raise

    async def offer(self, standing: Standing, *, by: Actor, source: str, reference: str) -> tuple[Move, ...]:
        """The changes of state and phase that the Update form may offer this person.

        Raises Refused for what is completed, and Forbidden for who may change nothing of it; both leave an audit row.
        """
        try:
            rights.check(rights.Right.STATE, by, onboarding=standing.onboarding, directory=self._people.directory)
            changeable(standing.onboarding, phases=self._phases)
        except (Forbidden, Refused) as refusal:
            request = Request(standing.onboarding.id, Verb.UPDATE, by, source=source, reference=reference)
            await self._record(request, standing, None, outcome="refused", why=refusal.message)
            raise
        return tuple(self._possible(standing, by))

    def _possible(self, standing: Standing, by: Actor) -> Iterator[Move]:
        for verb in OFFERED:
            with suppress(Refused, Forbidden):
                yield self.preview(standing, verb, by=by)

    def _planned(self, standing: Standing, verb: Verb, wanted: Fields) -> Move:
        return plan(
            verb,
            standing.onboarding,
            phases=self._phases,
            test_key=self._pivotal.mode == "test",
            wanted=wanted,
            directory=self._people.directory,
            shifts=standing.history.slips_in_phase,
        )

    async def make(self, request: Request, *, guard: Guard) -> Outcome:
        """Carry out one request, or say why not.

        `guard` raises Forbidden when the place may not be written from. Raises Busy, Forbidden, Refused, and
        UpstreamError or the client's errors when Pivotal did not do it. Whatever was tried leaves an audit row; what
        had to be asked first was not tried.
        """
        outcome = await self._attempt(request, guard=guard)
        if outcome.ending is not Ending.ASKS:
            self.announce(
                Changed(
                    outcome.standing,
                    gone=outcome.ending is Ending.GONE,
                    drawn=request.card,
                    by=request.by.slack_id,
                    name=request.by.name,
                    done=outcome.move.done if outcome.ending is Ending.DONE and outcome.move else "",
                )
            )
        return outcome

    def announce(self, changed: Changed) -> None:
        """Tell whoever watches: done here after every change, and by who creates an onboarding."""
        for watcher in self._watchers:
            watcher(changed)

    def notice(self, sight: Sight) -> None:
        """Tell whoever watches what was seen to change elsewhere."""
        for onboarding_id in dict.fromkeys(one.onboarding_id for one in sight.changes if one.source != "us"):
            if standing := self._portfolio.known(onboarding_id):
                self.announce(Changed(standing))
        for standing in sight.gone:
            self.announce(Changed(standing, gone=True))

    async def _attempt(self, request: Request, *, guard: Guard) -> Outcome:
        seen = self._portfolio.known(request.onboarding_id)
        try:
            async with self._alone.at(request.onboarding_id, by=request.by.name) as since:
                rights.check(rights.Right.READ, request.by)
                fresh = await self._guarded(request.onboarding_id, guard)
                if fresh is None:
                    return await self._gone(request, seen)
                seen = fresh
                return await self._decide(request, seen, since)
        except BotError as error:
            unknown, failed = isinstance(error, OutcomeUnknown), isinstance(error, UpstreamError)
            outcome = "unknown" if unknown else "failed" if failed else "refused"
            await self._record(request, seen, None, outcome=outcome, why=error.message)
            raise
        except PivotalError as error:
            await self._record(request, seen, None, outcome="failed", why=error.message)
            raise

    async def _gone(self, request: Request, seen: Standing | None) -> Outcome:
        if seen is None:
            raise NotFound("Pivotal has no such onboarding any more; nothing was changed.")
        await self._record(request, seen, None, outcome="refused", why="no longer in Pivotal")
        return Outcome(Ending.GONE, seen)

    async def _decide(self, request: Request, seen: Standing, since: datetime) -> Outcome:
        onboarding = seen.onboarding
        for right in rights_for(request.verb, request.wanted):
            rights.check(right, request.by, onboarding=onboarding, directory=self._people.directory)
        if request.expecting is not None:
            differences = request.expecting.differences(onboarding)
            if differences:
                return await self._stale(request, seen, differences)
        move = self._planned(seen, request.verb, request.wanted)
        if request.promise is not None and (broken := request.promise.broken(move)):
            return await self._stale(request, seen, broken)
        if (move.asks and not request.confirmed) or (move.needs_reason and not request.reason):
            return Outcome(Ending.ASKS, seen, move)
        # Killed from here on, it leaves this row, which stands until what came of it is told.
        await self._record(request, seen, move, outcome=BEGUN, why=request.reason)
        if request.sending:
            request.sending()
        after = await self._writing.write(request.onboarding_id, move, since=since)
        await self._record(request, seen, move, outcome="done", why=request.reason)
        await self._portfolio.put(after, source="us", by=request.by.slack_id)
        standing = await self._portfolio.standing(after)
        return Outcome(Ending.DONE, standing, move, restores=restored(move, onboarding))

    async def _stale(self, request: Request, seen: Standing, differences: tuple[str, ...]) -> Outcome:
        await self._record(request, seen, None, outcome="refused", why="; ".join(differences))
        return Outcome(Ending.STALE, seen, differences=differences)

    async def _guarded(self, onboarding_id: str, guard: Guard) -> Standing | None:
        """Read it while the place is asked about, for neither needs the other; nothing is written before both are."""
        refused, fresh = await asyncio.gather(guard(), self._fresh(onboarding_id), return_exceptions=True)
        if isinstance(refused, BaseException):
            raise refused
        if isinstance(fresh, BaseException):
            raise fresh
        return fresh

    async def _fresh(self, onboarding_id: str) -> Standing | None:
        try:
            onboarding = await self._pivotal.onboardings.get(onboarding_id)
        except GoneFromPivotal:
            await self._portfolio.remove(onboarding_id)
            return None
        await self._portfolio.put(onboarding, source="poll")
        return await self._portfolio.standing(onboarding)

    async def _record(
        self, request: Request, seen: Standing | None, move: Move | None, *, outcome: str, why: str | None
    ) -> None:
        now = stands(seen, phases=self._phases) if seen else ""
        await self._store.audit.add(
            AuditEntry(
                at=self._clock(),
                slack_id=request.by.slack_id,
                name=request.by.name,
                source=request.source,
                action=request.verb.value,
                onboarding_id=request.onboarding_id,
                title=seen.title if seen else "",
                before=move.before if move else now,
                after=move.after if move else "",
                outcome=outcome,
                reference=request.reference,
                reason=why,
            )
        )
