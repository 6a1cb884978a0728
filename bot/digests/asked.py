"""Digests that somebody asks for: seen in private, posted out of turn, or posted after all when theirs did not come."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import NoReturn, Protocol
from weakref import WeakValueDictionary

import structlog

from bot.delivery import Delivery, Uncertain
from bot.digests import writing
from bot.digests.digest import Digest, Written
from bot.digests.posting import Posting, Superseded
from bot.digests.telling import Telling
from bot.digests.upkeep import Upkeep
from bot.digests.writing import PUNCTUAL, Groups, Occasion, Round, nobody, write
from bot.domain import rights
from bot.domain.errors import BotError, Busy, NotFound, Refused, cause
from bot.domain.records import Actor, Claim, DeliveryStatus, Standing, Subscription, is_direct
from bot.domain.risk import Risk
from bot.domain.schedule import GRACE
from bot.services.ledger import ASKED_FOR, DELIVERED, NOTHING_TO_SAY, Skipped
from bot.services.requests import Changed
from bot.services.subscriptions import Subscriptions
from bot.views import digest_notices as notices
from bot.views.digest_frame import previewed
from bot.views.message import Message

MOST_UNTOLD = 100
"""Slots of one subscription that are told of together: of older ones the ledger says why they did not come."""
UNSUBSCRIBED = "unsubscribed"
"""Begins the id of a digest that is asked for where nobody subscribed it."""

log = structlog.get_logger()


class Parts(writing.Parts, Protocol):
    """What a run needs of the services."""

    @property
    def subscriptions(self) -> Subscriptions:
        """Who gets which digest."""


class Asked:
    """What people may have of digests. `sleep` takes seconds, and `groups` names the people in a user group."""

    def __init__(
        self,
        kinds: Mapping[str, Digest],
        parts: Parts,
        delivery: Delivery,
        *,
        clock: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        grace: timedelta = GRACE,
        command: str = "/onboarding",
        groups: Groups = nobody,
        pictures: bool = False,
    ) -> None:
        self.kinds = kinds
        self.grace = grace
        self._parts = parts
        self._delivery = delivery
        self._clock = clock
        self._groups = groups
        self._pictures = pictures
        self._channels: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._looking = asyncio.Lock()
        self._begun: set[tuple[Subscription, str]] = set()
        """Slots, as the subscription was then, that a round of this process is at: none is begun by another."""
        self._revoked = False
        self._untold: dict[str, tuple[Skipped, ...]] = {}
        """By subscription: the slots that did not come, of which its subscriber could not be told yet."""
        self._unreleased: set[Claim] = set()
        """Claims that the memory has failed over: they are to be given back."""
        self._upkeep = Upkeep(parts.subscriptions, parts.ledger, delivery)
        self._posting = Posting(parts.ledger, delivery, self._upkeep, sleep=sleep)
        self._telling = Telling(kinds, parts.subscriptions, parts.ledger, delivery, clock=clock, command=command)

    async def preview(self, kind: str, *, channel: str, by: Actor) -> Message:
        """Write a digest for who asks, as the channel would get it now; posts nothing.

        Raises Forbidden, NotFound for an unknown kind, UpstreamError when Pivotal has been away for too long.
        """
        rights.check(rights.Right.READ, by)
        subscription = await self._subscription(kind, channel=channel, by=by)
        written = await self._write(subscription, self._round(self._clock()))
        return previewed(written.message, written.thread)

    async def rows(
        self, subscription_id: str, *, since: str = "", by: Actor
    ) -> tuple[Subscription, tuple[Risk | Standing, ...]]:
        """All that a digest lists now, in its order: what is new since the slot `since` comes first, as it did there.

        Raises Forbidden, NotFound, and UpstreamError as `preview`.
        """
        rights.check(rights.Right.READ, by)
        subscription = await self._known(subscription_id, by=by)
        base = await self._parts.ledger.get(subscription.id, since) if since else None
        occasion = Occasion(compared=True, base=base)
        return subscription, (await self._write(subscription, self._round(self._clock()), occasion)).rows

    async def post_now(self, kind: str, *, channel: str, by: Actor, trigger: str) -> None:
        """Post a digest out of turn, labelled with who asked; the day's own slot and the next comparison are untouched.

        It takes no right in a direct message, which has to be of `by`. `trigger` names this one request: a second call
        with it raises Busy. Raises Forbidden where `by` may not or
        customers read the channel, NotFound for an unknown kind, and what delivery raises.
        """
        rights.check(rights.Right.READ if is_direct(channel) else rights.Right.DIGEST_NOW, by)
        subscription = await self._subscription(kind, channel=channel, by=by)
        await self._delivery.guard(channel)
        now, slot = self._clock(), f"{ASKED_FOR}{trigger}"
        claim = await self._parts.ledger.claim(subscription, slot, now=now)
        if claim is None:
            raise Busy("That digest is being posted already.")
        with self._posting.at_work_on(claim):
            try:
                written = await self._write(subscription, self._round(now), Occasion(asked_by=by.name))
                await self._posting.post(subscription, claim, written)
            except BotError as error:
                await self._failed(claim, error)
                raise

    async def post_slot(self, subscription_id: str, slot: str, *, by: Actor) -> Message:
        """Post a day's digest that did not come, or may not have, because somebody who may says so; tells how it went.

        Raises Forbidden, NotFound when it is no longer subscribed, Refused when it or a newer one is there, Busy when
        somebody is at it, and what writing and delivery raise.
        """
        subscription = await self._own(subscription_id, by=by)
        subject, now = self._telling.subject(subscription), self._clock()
        await self._still_wanted(subscription, slot)
        await self._delivery.guard(subscription.channel)
        claim = await self._parts.ledger.reclaim(subscription.id, slot, now=now)
        if claim is None:
            await self._still_wanted(subscription, slot)
            raise Busy("That digest is being posted already.")
        with self._posting.at_work_on(claim):
            try:
                occasion = Occasion(late=True, because=f"{by.name} asked for it by hand")
                written = await self._write(subscription, self._round(now), occasion)
                if self._has_nothing_to_say(subscription, written):
                    await self._skip(subscription, claim, written)
                    return notices.nothing_to_say(subject, slot=slot)
                await self._posting.post(subscription, claim, written)
            except BotError as error:
                await self._failed(claim, error)
                raise
        await self._telling.settled(subscription, slot)
        return notices.posted_by_hand(subject, slot=slot, name=by.name)

    async def arrived(self, subscription_id: str, slot: str, *, by: Actor) -> Message:
        """Take somebody's word that a digest is there; the next one is compared with it.

        Raises Forbidden, NotFound when it is no longer subscribed, Refused when that is settled otherwise.
        """
        subscription = await self._own(subscription_id, by=by)
        if not await self._parts.ledger.arrived(subscription.id, slot):
            raise Refused("That is settled already.", hint="The list of subscriptions says how.")
        row = await self._parts.ledger.get(subscription.id, slot)
        if row is not None:
            await self._upkeep.seal(subscription, newer=row)
        return notices.seen_by(self._telling.subject(subscription), slot=slot, name=by.name)

    async def note(self, onboarding_id: str, *, done: str, by: str, channel: str = "") -> None:
        """Note what somebody did about an onboarding on its row of every open digest, or of one channel's.

        `done` reads after a name.
        """
        await self._upkeep.note(onboarding_id, done=done, by=by, at=self._clock(), channel=channel)

    async def follow(self, changed: Changed) -> None:
        """Note a change that was made through this bot on the rows of open digests."""
        if changed.done:
            await self.note(changed.standing.onboarding.id, done=changed.done, by=changed.name)

    def _round(self, now: datetime, *, asked: bool = True) -> Round:
        return Round(self._parts.portfolio, now=now, asked=asked)

    async def _write(self, subscription: Subscription, round_: Round, occasion: Occasion = PUNCTUAL) -> Written:
        digest = self.kinds[subscription.kind]
        return await write(
            digest, subscription, self._parts, round_, occasion, groups=self._groups, pictures=self._pictures
        )

    def _has_nothing_to_say(self, subscription: Subscription, written: Written) -> bool:
        return written.silent and subscription.quiet

    async def _skip(self, subscription: Subscription, claim: Claim, written: Written) -> None:
        reason = written.but or NOTHING_TO_SAY
        await self._parts.ledger.mark(claim, DeliveryStatus.SKIPPED, reason=reason)
        await self._telling.settled(subscription, claim.slot)

    async def _failed(self, claim: Claim, error: BotError, *, untold: datetime | None = None) -> bool:
        """Put into the ledger why a slot's message is not, or may not be, in the channel; False if it is settled.

        Since `untold` its subscriber is to be told.
        """
        if isinstance(error, Superseded):
            return False
        status = DeliveryStatus.UNCERTAIN if isinstance(error, Uncertain) else DeliveryStatus.FAILED
        log.warning("digest not posted", subscription=claim.subscription_id, slot=claim.slot, why=cause(error))
        return await self._parts.ledger.mark(claim, status, reason=error.message, untold=untold)

    async def _still_wanted(self, subscription: Subscription, slot: str) -> None:
        """Raise Refused when a slot is there already, or a newer one is."""
        row = await self._parts.ledger.get(subscription.id, slot)
        if row is None:
            raise NotFound("Nobody knows of that digest any more.")
        if row.status in DELIVERED:
            raise Refused("That digest is there already.")
        last = await self._parts.ledger.last_delivered(subscription, now=self._clock())
        if last is not None and last.slot > slot:
            newer = notices.day(last.slot)
            raise Refused(f"A newer digest is there: {newer}.", hint="An older one would only be taken for news.")

    async def _own(self, subscription_id: str, *, by: Actor) -> Subscription:
        """A subscription whose slots somebody wants to settle: its creator may, and who may post a digest now."""
        subscription = await self._parts.subscriptions.get(subscription_id)
        if subscription is None or subscription.kind not in self.kinds:
            self._gone()
        rights.check(rights.Right.READ, by)
        if subscription.creator != by.slack_id:
            rights.check(rights.Right.DIGEST_NOW, by)
        return subscription

    async def _known(self, subscription_id: str, *, by: Actor) -> Subscription:
        """A subscription by the id that a digest carries, subscribed or not."""
        head, _, rest = subscription_id.partition(":")
        channel, _, kind = rest.partition(":")
        if head == UNSUBSCRIBED:
            return await self._subscription(kind, channel=channel, by=by)
        subscription = await self._parts.subscriptions.get(subscription_id)
        if subscription is None or subscription.kind not in self.kinds:
            self._gone()
        return subscription

    def _gone(self) -> NoReturn:
        raise NotFound("That digest is no longer subscribed.", hint="The list of subscriptions says what is.")

    async def _subscription(self, kind: str, *, channel: str, by: Actor) -> Subscription:
        """The channel's subscription of this kind, or one as it would be by default."""
        if kind not in self.kinds:
            raise NotFound(f"There is no digest “{kind}”.", hint=f"There are {', '.join(self.kinds)}.")
        try:
            return await self._parts.subscriptions.find(channel, kind)
        except NotFound:
            digest = self.kinds[kind]
            return Subscription(
                id=f"{UNSUBSCRIBED}:{channel}:{kind}",
                team_id=by.team_id,
                channel=channel,
                kind=kind,
                days=digest.days,
                at=digest.at,
                zone=by.zone,
                creator=by.slack_id,
                created_at=self._clock(),
            )
