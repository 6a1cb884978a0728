"""Finding and reading onboardings: by number, by link, by name; never a silent guess."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self
from urllib.parse import urlsplit

import structlog

from bot.domain import naming, references, rights, risk, states
from bot.domain.customer_channels import named
from bot.domain.errors import NotFound, UpstreamError, UserError
from bot.domain.naming import Reading
from bot.domain.phases import Phases
from bot.domain.records import Actor, Snapshot, Standing
from bot.domain.references import Link, Name, Number
from bot.domain.risk import DEFAULTS, Moment, Reason, Risk, Thresholds
from bot.pivotal import AsyncPivotalApi
from bot.pivotal.errors import InvalidRequest, PivotalError
from bot.pivotal.errors import NotFound as GoneFromPivotal
from bot.pivotal.models import CustomerRow
from bot.services.events import Events
from bot.services.portfolio import Portfolio
from bot.services.refreshing import CUSTOMERS, own_channels

LIST_AGE = timedelta(minutes=2)
LIVE_AGE = timedelta(hours=6)
"""The same where Pivotal's events tell of every change of phase and state."""
INDEX_AGE = timedelta(hours=6)
"""Names change seldom: a look-up uses an older snapshot, and reads the record it finds afresh."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Choices:
    """Several onboardings could be meant; the person picks."""

    question: str
    standings: tuple[Standing, ...]
    rests: Mapping[str, str] | None = None
    """Where the line can be read in several ways: what follows the name, by onboarding id. One that is missing here is
    only to be looked at, for then the verb was a part of its name."""


class Onboardings:
    """Reads for people: cards fresh from Pivotal, lists from the shared snapshot."""

    def __init__(
        self,
        pivotal: AsyncPivotalApi,
        portfolio: Portfolio,
        *,
        phases: Phases,
        web: str,
        thresholds: Thresholds = DEFAULTS,
        events: Events | None = None,
    ) -> None:
        self._pivotal = pivotal
        self._events = events
        self._portfolio = portfolio
        self._phases = phases
        self._thresholds = thresholds
        self._host = urlsplit(web).netloc
        self._by: Actor | None = None

    def seen_by(self, actor: Actor) -> Self:
        """The same for one person: whatever is asked of it raises Forbidden for somebody who may not look."""
        seen = copy(self)
        seen._by = actor  # noqa: SLF001 - a copy of our own
        return seen

    def _admit(self) -> None:
        """Raise Forbidden unless they may look; the bot may, for its own work."""
        if self._by is not None:
            rights.check(rights.Right.READ, self._by)

    async def snapshot(self) -> Snapshot:
        """The portfolio, at most two minutes old, or marked stale.

        Where Pivotal's events keep it current it may be older: only target dates and owners can be out of date then.
        """
        self._admit()
        return await self._portfolio.snapshot(await self._age(), interactive=True)

    async def _age(self) -> timedelta:
        return LIVE_AGE if self._events and await self._events.lively() else LIST_AGE

    async def customer_channels(self, max_age: timedelta) -> frozenset[str]:
        """The Slack channels that Pivotal linked to customers at most `max_age` ago; while it is away, a few hours.

        Raises UpstreamError when nobody knows them as well as that.
        """
        return own_channels(await self._portfolio.customers(max_age, at_most=CUSTOMERS))

    def known_customer_channels(self) -> frozenset[str] | None:
        """Those of them that memory has, however old; None before there was any walk."""
        known = self._portfolio.current
        return None if known is None else own_channels(known.customers)

    async def read(self, onboarding_id: str) -> Standing:
        """Read one onboarding afresh, by id or display id; raises NotFound, and the client's errors."""
        self._admit()
        try:
            onboarding = await self._pivotal.onboardings.get(onboarding_id)
        except GoneFromPivotal as error:
            await self._portfolio.remove(onboarding_id)
            raise NotFound(
                "Pivotal has no such onboarding; it may have been deleted.",
                hint="Try the customer’s name, or `/onboarding list`.",
            ) from error
        await self._portfolio.see(onboarding, source="poll")
        return await self._portfolio.standing(onboarding)

    async def look(self, onboarding_id: str) -> Standing:
        """Read one onboarding to show it; while Pivotal does not answer, as it was last known, marked as such.

        Raises NotFound, and the client's errors when nothing is known of it. Nothing is written on such knowledge:
        whoever means to write asks `read`.
        """
        try:
            return await self.read(onboarding_id)
        except PivotalError as error:
            known = None if isinstance(error, InvalidRequest) else self._portfolio.remembered(onboarding_id, error)
            if known is None:
                raise
            log.warning("shown as last known", error=type(error).__name__, why=str(error))
            return known

    def names(self, text: str, exactly: bool) -> bool:
        """Whether a text is a number, a link, or a customer's own name; not `exactly`, part of one. Memory only."""
        reference = references.parse(text, host=self._host)
        if not isinstance(reference, Name):
            return True
        snapshot = self._portfolio.current
        matches = references.match(reference.text, snapshot) if snapshot else None
        return bool(matches and (matches.exact or (matches.words and not exactly)))

    def of_channel(self, channel: str, snapshot: Snapshot) -> tuple[str, tuple[Standing, ...]] | None:
        """The customer whose own Slack channel this is, by name, and its onboardings; None for any other channel."""
        self._admit()
        customers = [one for one in snapshot.customers.values() if channel in named(one.slack_channel_id)]
        return (customers[0].name, tuple(_of(snapshot, customers))) if customers else None

    async def find(self, text: str, *, exactly: bool = False) -> Standing | Choices:
        """Find the onboarding meant by `#89`, `89`, a pasted link, or a customer's name, and read it.

        With `exactly` (before a write) a name has to be a customer's own; anything less is offered as choices.
        Raises UserError when nothing was said, NotFound when nothing fits.
        """
        if not text.strip():
            raise UserError("Which onboarding?", hint="Add a customer’s name or a number, such as “aurora” or “#89”.")
        snapshot = await self._index(exactly=exactly)
        reference = references.parse(text, host=self._host)
        if isinstance(reference, Name):
            try:
                return await self._by_name(reference.text, snapshot, exactly=exactly)
            except NotFound:
                # It may be newer than the index.
                newer = await self.snapshot()
                if newer.as_of == snapshot.as_of:
                    raise
                return await self._by_name(reference.text, newer, exactly=exactly)
        if isinstance(reference, Number):
            return await self._by_number(reference.n, snapshot, exactly=exactly)
        return await self._by_link(reference, snapshot, exactly=exactly)

    async def find_before(
        self, text: str, *, verbs: Iterable[str] = (), exactly: bool = True
    ) -> tuple[Standing | Choices, str]:
        """Find what the beginning of `text` names, as `find` does; what follows it comes back with it.

        `verbs` are the spellings of the verb before it, which may be the first word of a customer's name.
        """
        snapshot = await self._index(exactly=exactly)
        first, *others = naming.readings(text, snapshot, verbs=verbs, host=self._host)
        if others and (choices := await self._readings((first, *others), snapshot, exactly=exactly)):
            return choices, first.rest
        return await self.find(first.name, exactly=exactly), first.rest

    async def _readings(self, readings: Sequence[Reading], snapshot: Snapshot, *, exactly: bool) -> Choices | None:
        """What a line may mean that can be read in several ways; None when it means nothing in any of them."""
        found: dict[str, Standing] = {}
        rests: dict[str, str] = {}
        for one in readings:
            if one.order:
                try:
                    meant = await self.find(one.name, exactly=exactly)
                except NotFound:
                    continue
                standings = meant.standings if isinstance(meant, Choices) else (meant,)
                rests = {standing.onboarding.id: one.rest for standing in standings} | rests
            else:
                standings = tuple(_of(snapshot, references.begun(one.name, snapshot)))
                for standing in standings:
                    rests.pop(standing.onboarding.id, None)
            found |= {standing.onboarding.id: standing for standing in standings}
        question = f"“{readings[-1].name}” may be a customer’s name. Which one do you mean?"
        return Choices(question, tuple(found.values()), rests) if found else None

    def guess(self, text: str, *, verbs: Iterable[str] = ()) -> tuple[Standing, str] | None:
        """What `find_before` will find, as far as memory knows: for what has to be decided before Pivotal answers."""
        self._admit()
        snapshot = self._portfolio.current
        if snapshot is None:
            return None
        first, *others = naming.readings(text, snapshot, verbs=verbs, host=self._host)
        standing = None if others else naming.meant(first.name, snapshot, host=self._host)
        return (standing, first.rest) if standing else None

    async def owned(self, pivotal_ids: frozenset[str]) -> tuple[Snapshot, tuple[Standing, ...]]:
        """The open onboardings that any of these Pivotal users owns in any role, with the snapshot they come from."""
        snapshot = await self.snapshot()
        own = (
            standing
            for standing in snapshot.standings
            if pivotal_ids & set(rights.owners(standing.onboarding).values())
            and not states.closed(standing.onboarding, phases=self._phases)
        )
        return snapshot, tuple(own)

    def reasons(self, standing: Standing, *, today: date, now: datetime) -> tuple[Reason, ...]:
        """Why an onboarding needs attention; `today` is the reader's calendar day."""
        return risk.reasons(standing, self._moment(today, now))

    def at_risk(self, snapshot: Snapshot, *, today: date, now: datetime) -> tuple[Risk, ...]:
        """What needs attention in a snapshot, worst first."""
        return risk.at_risk(snapshot, self._moment(today, now))

    def _moment(self, today: date, now: datetime) -> Moment:
        return Moment(self._phases, today, now, self._thresholds, self._portfolio.medians)

    async def _index(self, *, exactly: bool) -> Snapshot:
        """The names and numbers there are; before a write a newer list, lest a second onboarding be overlooked.

        Raises UpstreamError before a write when Pivotal is away: nothing is asked that could not be done.
        """
        self._admit()
        snapshot = await self._portfolio.snapshot(await self._age() if exactly else INDEX_AGE, interactive=True)
        if exactly and snapshot.stale:
            raise self._portfolio.trouble or UpstreamError("Pivotal is not answering.")
        return snapshot

    async def _by_name(self, name: str, snapshot: Snapshot, *, exactly: bool) -> Standing | Choices:
        matches = references.match(name, snapshot)
        sole = matches.sole if not exactly or matches.exact else None
        customers = (sole,) if sole else matches.exact or matches.all
        if not customers:
            raise NotFound(
                f"No customer is called “{name}”.", hint="Try `/onboarding list`, or the number, such as “#89”."
            )
        question = (
            "Which one do you mean?"
            if matches.exact or not exactly
            else f"No customer is called exactly “{name}”. Which one?"
        )
        return await self._one_of(
            _of(snapshot, customers),
            question,
            missing=f"{customers[0].name} has no onboarding.",
            certain=sole is not None,
            exactly=exactly,
        )

    async def _by_number(self, number: int, snapshot: Snapshot, *, exactly: bool) -> Standing | Choices:
        own = [standing for standing in snapshot.standings if standing.onboarding.display_id == number]
        customers = [customer for customer in snapshot.customers.values() if customer.display_id == number]
        of_customer = [standing for standing in _of(snapshot, customers) if standing not in own]
        others = [one for one in customers if own and one.id != own[0].onboarding.customer_id]
        if not of_customer and not (exactly and others):
            return await self._reader(exactly=exactly)(str(number))
        if not own:
            with suppress(NotFound):  # an onboarding newer than the index; mostly it is the customer's number only
                own = [await self._reader(exactly=exactly)(str(number))]
        question = (
            f"Number {number} is an onboarding’s and a customer’s. Which one?" if own else "Which one do you mean?"
        )
        certain = not (exactly and others)
        return await self._one_of([*own, *of_customer], question, missing="", certain=certain, exactly=exactly)

    async def _by_link(self, link: Link, snapshot: Snapshot, *, exactly: bool) -> Standing | Choices:
        if link.kind == "onboarding":
            return await self._reader(exactly=exactly)(str(link.n) if link.n is not None else str(link.id))
        customers = [
            customer
            for customer in snapshot.customers.values()
            if customer.display_id == link.n or (link.id and link.id in (customer.id, customer.slug))
        ]
        if not customers:
            raise NotFound("Pivotal has no such customer; it may have been deleted.", hint="Try the customer’s name.")
        return await self._one_of(
            _of(snapshot, customers),
            "Which one do you mean?",
            missing=f"{customers[0].name} has no onboarding.",
            certain=True,
            exactly=exactly,
        )

    def _reader(self, *, exactly: bool) -> Callable[[str], Awaitable[Standing]]:
        """How to read what was found: surely afresh before a write, else as well as it can be."""
        return self.read if exactly else self.look

    async def _one_of(
        self, standings: Sequence[Standing], question: str, *, missing: str, certain: bool, exactly: bool
    ) -> Standing | Choices:
        if not standings:
            raise NotFound(missing)
        if len(standings) == 1 and certain:
            return await self._reader(exactly=exactly)(standings[0].onboarding.id)
        return Choices(question, tuple(standings))


def _of(snapshot: Snapshot, customers: Sequence[CustomerRow]) -> list[Standing]:
    order = {customer.id: place for place, customer in enumerate(customers)}
    found = [standing for standing in snapshot.standings if standing.onboarding.customer_id in order]
    return sorted(found, key=lambda one: (order[one.onboarding.customer_id], one.onboarding.display_id))
