"""Cards in channels: who shared which, where and when, so that the copies can follow their onboarding."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from bot.domain import rights
from bot.domain.errors import BotError, Busy, OutcomeUnknown, UpstreamError
from bot.domain.journal import SHARE
from bot.domain.records import BEGUN, OWNER_ROLES, Actor, AuditEntry, Card, Standing
from bot.pivotal.errors import PivotalError
from bot.services.onboardings import Onboardings
from bot.services.portfolio import Portfolio
from bot.store import Store
from bot.store.claims import Held

FOLLOWED = timedelta(days=30)
MOST = 20
MOST_IN_CHANNEL = 50
"""Copies in a channel that are looked at together."""
TWICE = timedelta(seconds=10)
"""A second share so soon after the card is there is a double click, not a wish for two cards."""
POSTING = timedelta(minutes=5)
"""A post takes no longer: Slack is waited for twice, when it is asked who reads the channel and when it is posted."""
DRAWING = timedelta(minutes=3)
"""Drawing a copy again hardly takes longer; whoever has not come back by then was killed."""

GONE = "gone"
"""What is shown by the copy of an onboarding that is no longer there."""

Guard = Callable[[], Awaitable[None]]
Poster = Callable[[Standing], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Share:
    """One person's wish to have the card of an onboarding in a channel, or in a thread of it."""

    onboarding_id: str
    channel: str
    by: Actor
    source: str
    reference: str
    thread_ts: str = ""
    seen: Standing | None = None
    """As it has just been read, where it has; what is only remembered is read afresh."""


@dataclass(frozen=True, slots=True)
class Behind:
    """The copies of one onboarding that do not show how it stands; None: nothing is known of it any more."""

    standing: Standing | None
    copies: tuple[Card, ...]


class PostedCards:
    """Has cards posted, by whoever may, and knows the copies: the newest twenty of the last thirty days."""

    def __init__(
        self, store: Store, onboardings: Onboardings, portfolio: Portfolio, *, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._onboardings = onboardings
        self._portfolio = portfolio
        self._clock = clock

    async def share(self, wish: Share, *, guard: Guard, post: Poster) -> Standing:
        """Have the card posted of the onboarding as it is now; gives how that is. Every attempt leaves an audit row.

        `guard` raises Forbidden where customers read; `post` posts it and gives the message's ts. Raises what these
        raise, Forbidden, Busy when it has just been shared there, NotFound, and the client's errors: a card that is
        only remembered is not posted. One that could not be posted may be shared again at once.
        """
        seen = wish.seen or self._portfolio.known(wish.onboarding_id)
        try:
            rights.check(rights.Right.SHARE, wish.by)
            await guard()
            fresh = wish.seen if wish.seen and wish.seen.as_of is None else None
            seen = standing = fresh or await self._onboardings.read(wish.onboarding_id)
            async with self._once(wish):
                # Killed from here on, it leaves this row, which stands until what came of it is told.
                await self._store.audit.add(self._entry(wish, standing, BEGUN))
                ts = await post(standing)
                posted = Card(standing.onboarding.id, wish.channel, ts, self._clock(), wish.by.name)
                done = self._entry(wish, standing, "done")
                await self._store.cards.add(posted, drawn=shown(standing), entry=done)
        except (BotError, PivotalError) as error:
            await self._store.audit.add(self._entry(wish, seen, _outcome(error), why=error.message))
            raise
        return standing

    async def of(self, onboarding_id: str) -> tuple[Card, ...]:
        """The copies to keep current, newest first."""
        return await self._store.cards.of(onboarding_id, limit=MOST, since=self._clock() - FOLLOWED)

    async def draw(self, channel: str, ts: str, standing: Standing | None) -> None:
        """Note what a copy shows by now: an onboarding as it stands, or None, that it is gone."""
        await self._store.cards.draw(channel, ts, shown(standing))

    async def late(self, copy: Card, standing: Standing | None) -> bool:
        """Whether a copy, as far as is known by now, shows something else than `standing`, or is not a tombstone."""
        return await self._store.cards.shows_other(copy.channel, copy.ts, shown(standing))

    @asynccontextmanager
    async def drawing(self, channel: str, ts: str) -> AsyncIterator[bool]:
        """Keep everybody else from drawing a copy meanwhile, in whichever process; False where somebody is at it."""
        key = f"draw:{channel}:{ts}"
        lease = await self._store.claims.lease(key, holder="", now=self._clock(), ttl=DRAWING)
        if isinstance(lease, Held):
            yield False
            return
        try:
            yield True
        finally:
            await self._store.claims.release(lease)

    async def behind(self) -> dict[str, Behind]:
        """The onboardings, by id, of which copies show something else than is known of them now."""
        await self._portfolio.keep_up()
        copies: dict[str, list[tuple[Card, str | None]]] = {}
        for card, drawn in await self._store.cards.drawn(since=self._clock() - FOLLOWED):
            copies.setdefault(card.onboarding_id, []).append((card, drawn))
        found = {}
        for onboarding_id, known in copies.items():
            standing = self._portfolio.known(onboarding_id)
            present = shown(standing)
            late = tuple(card for card, drawn in known[:MOST] if drawn != present)
            if late:
                found[onboarding_id] = Behind(standing, late)
        return found

    async def in_channel(self, channel: str) -> tuple[Card, ...]:
        """Known copies in one channel, however old, newest first: as many as are looked at together."""
        return await self._store.cards.in_channel(channel, limit=MOST_IN_CHANNEL)

    async def channels(self) -> frozenset[str]:
        """Where copies are."""
        return await self._store.cards.channels()

    async def forget(self, card: Card) -> None:
        """Stop following a copy: its message is gone."""
        await self._store.cards.forget(card.channel, card.ts)

    @asynccontextmanager
    async def _once(self, wish: Share) -> AsyncIterator[None]:
        """Keep a double click out, however long Slack lets the first one wait; what fails within may be tried again."""
        place = f"{wish.channel}/{wish.thread_ts}" if wish.thread_ts else wish.channel
        lease = await self._store.claims.lease(
            f"share:{place}:{wish.onboarding_id}", holder=wish.by.name, now=self._clock(), ttl=POSTING
        )
        if isinstance(lease, Held):
            raise Busy(
                f"{lease.holder} has just shared this onboarding here.",
                hint="Look a little further up; if its card is not there yet, it is on its way.",
            )
        try:
            yield
        except BaseException:
            await self._store.claims.release(lease)
            raise
        await self._store.claims.renew(lease, now=self._clock(), ttl=TWICE)

    def _entry(self, wish: Share, standing: Standing | None, outcome: str, *, why: str | None = None) -> AuditEntry:
        return AuditEntry(
            at=self._clock(),
            slack_id=wish.by.slack_id,
            name=wish.by.name,
            source=wish.source,
            action=SHARE,
            onboarding_id=standing.onboarding.id if standing else wish.onboarding_id,
            title=standing.title if standing else "",
            before="",
            after="" if why else f"card in {wish.channel}",
            outcome=outcome,
            reference=wish.reference,
            reason=why,
        )


def shown(standing: Standing | None) -> str:
    """A fingerprint of what a card shows of an onboarding: what can be changed of it, or that it is gone."""
    if standing is None:
        return GONE
    one = standing.onboarding
    owners = [getattr(one, f"{role}_id") for role in OWNER_ROLES]
    facts = [one.phase, one.state, bool(one.waiting_on_customer), str(one.target_launch_date), *owners]
    return sha256(json.dumps(facts).encode()).hexdigest()


def _outcome(error: BotError | PivotalError) -> str:
    if isinstance(error, OutcomeUnknown):
        return "unknown"
    return "failed" if isinstance(error, UpstreamError | PivotalError) else "refused"
