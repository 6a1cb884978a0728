"""Says why a digest did not come: to its subscriber in private, and in its channel while it is put off."""

from collections.abc import Callable, Mapping
from datetime import datetime

import structlog

from bot.delivery import Delivery, NotPosted, Revoked, Uncertain, Unsent
from bot.digests.digest import Digest
from bot.domain.errors import BotError, Forbidden, cause
from bot.domain.records import Delivery as Row
from bot.domain.records import DeliveryStatus, Said, Subscription
from bot.domain.schedule import GRACE, Slot
from bot.services.ledger import DELIVERED, LOOK_BACK, NOTHING_BUT, NOTHING_TO_SAY, NOTICE, Ledger, Skipped
from bot.services.subscriptions import Subscriptions
from bot.services.untold import OfSlot
from bot.views import digest_notices as notices
from bot.views.digest_notices import Subject
from bot.views.message import Message

AGAIN = 5
"""Minutes between two tries of a digest that was put off: the clock looks for what is due that often."""
_ENOUGH = 3
"""Subscriptions whose people cannot be told one after the other: then nobody can be."""

log = structlog.get_logger()


class CustomersRead(Forbidden):
    """Customers can read the channel of a subscription: it is paused until they cannot."""


class Telling:
    """Tells each thing once, or again where Slack does not say that it took it; the ledger has it all."""

    def __init__(
        self,
        kinds: Mapping[str, Digest],
        subscriptions: Subscriptions,
        ledger: Ledger,
        delivery: Delivery,
        *,
        clock: Callable[[], datetime],
        command: str,
    ) -> None:
        self._kinds = kinds
        self._subscriptions = subscriptions
        self._ledger = ledger
        self._delivery = delivery
        self._clock = clock
        self._command = command

    def subject(self, subscription: Subscription) -> Subject:
        """The digest of a subscription, as it is spoken of."""
        digest = self._kinds.get(subscription.kind)
        return Subject(subscription, digest.title if digest else subscription.kind, self._command)

    async def failed(self, subscription: Subscription, slot: str, error: BotError) -> None:
        """Tell the subscriber that a slot came to nothing, and pause what would fail again every day.

        In the ledger it is noted as untold.
        """
        subject, reason, hint = self.subject(subscription), error.message, error.advice(self._command)
        if isinstance(error, Uncertain):
            await self.uncertain(subscription, slot)
        elif isinstance(error, CustomersRead) or (isinstance(error, NotPosted) and error.pauses):
            await self._subscriptions.pause(subscription.id, reason=reason)
            await self._tell_of(subscription, slot, notices.paused(subject, slot=slot, reason=reason, hint=hint))
        else:
            await self._tell_of(subscription, slot, notices.failed(subject, slot=slot, reason=reason, hint=hint))

    async def uncertain(self, subscription: Subscription, slot: str) -> None:
        """Ask the subscriber to look whether a slot's message is there; in the ledger it is noted as untold."""
        await self._tell_of(subscription, slot, notices.uncertain(self.subject(subscription), slot=slot))

    async def tell_rest(self) -> None:
        """Tell whoever could not be told yet how a slot ended, by whichever process.

        Whom Slack cannot reach holds up no other; where it reaches nobody it is not asked for all.
        """
        unreached: set[str] = set()
        for one in await self._ledger.untold.all():
            if len(unreached) == _ENOUGH:
                return
            if one.subscription_id not in unreached and not await self._tell_late(one):
                unreached.add(one.subscription_id)

    async def _tell_late(self, one: OfSlot) -> bool:
        """Tell of one slot, unless it is being settled, or nobody has to be told any more; False if it is kept."""
        row = await self._ledger.get(one.subscription_id, one.slot)
        subscription = await self._subscriptions.get(one.subscription_id)
        if row and row.status is DeliveryStatus.CLAIMED:
            return True
        told = (DeliveryStatus.UNCERTAIN, DeliveryStatus.FAILED)
        if not row or row.status not in told or not subscription or self._clock() - one.since > LOOK_BACK:
            await self._ledger.untold.over(one.subscription_id, one.slot)
            return True
        subject, reason = self.subject(subscription), row.reason or ""
        if row.status is DeliveryStatus.UNCERTAIN:
            message = notices.uncertain(subject, slot=one.slot)
        elif subscription.paused:
            message = notices.paused(subject, slot=one.slot, reason=reason, hint="")
        else:
            message = notices.failed(subject, slot=one.slot, reason=reason, hint="")
        return await self._tell_of(subscription, one.slot, message)

    async def skipped(self, subscription: Subscription, missed: tuple[Skipped, ...]) -> bool:
        """Tell the subscriber which slots it is too late for; False when that is to be tried again."""
        slots = [(one.slot.key, one.reason) for one in missed]
        return await self._tell(subscription, notices.skipped(self.subject(subscription), slots=slots))

    async def put_off(self, subscription: Subscription, slot: Slot, why: BotError, *, until: datetime) -> None:
        """Say in the channel, once for each slot, that the digest is still to come; never where customers read it.

        With Slack itself away nothing is said, and the ledger keeps the reason all the same.
        """
        notice, now = f"{NOTICE}{slot.key}", self._clock()
        known = await self._ledger.get(subscription.id, notice)
        unsaid = known is not None and known.status is DeliveryStatus.FAILED
        claim = await self._ledger.claim(subscription, notice, now=now)
        if claim is None and unsaid:
            claim = await self._ledger.reclaim(subscription.id, notice, now=now)
        if claim is None:
            return
        try:
            if isinstance(why, Unsent | Revoked):
                raise why
            await self._delivery.guard(subscription.channel)
            message = notices.put_off(self.subject(subscription), reason=why.message, minutes=AGAIN, until=until)
            posted = await self._delivery.post(subscription.channel, message)
        except BotError as error:
            status = DeliveryStatus.UNCERTAIN if isinstance(error, Uncertain) else DeliveryStatus.FAILED
            await self._ledger.mark(claim, status, reason=why.message)
        else:
            await self._ledger.posted(claim, ts=posted.ts, said=Said(), reason=why.message)

    async def why_put_off(self, subscription: Subscription, slot: str) -> str:
        """Why a slot was put off, or nothing."""
        known = await self._ledger.get(subscription.id, f"{NOTICE}{slot}")
        return (known.reason or "") if known else ""

    async def settle(self, notice: Row) -> None:
        """Let the word in the channel say how it ended, once that is known; tried again when Slack is away."""
        slot = notice.slot.removeprefix(NOTICE)
        subscription = await self._subscriptions.get(notice.subscription_id)
        if subscription is None:
            await self._ledger.mark(notice.claim, DeliveryStatus.DONE, reason=notice.reason)
            return
        message = await self._ending(subscription, notice, slot)
        if message is None or notice.ts is None:
            return
        try:
            await self._delivery.update(notice.channel, notice.ts, message)
        except NotPosted:
            log.info("notice not edited", subscription=subscription.id, slot=slot)
        except BotError:
            return
        await self._ledger.mark(notice.claim, DeliveryStatus.DONE, reason=notice.reason)

    async def settled(self, subscription: Subscription, slot: str) -> None:
        """Settle the word about one slot, if there was one in the channel."""
        notice = await self._ledger.get(subscription.id, f"{NOTICE}{slot}")
        if notice is not None and notice.status is DeliveryStatus.POSTED:
            await self.settle(notice)

    async def _ending(self, subscription: Subscription, notice: Row, slot: str) -> Message | None:
        """How a digest that was put off has ended; None while that is open."""
        subject = self.subject(subscription)
        row = await self._ledger.get(subscription.id, slot)
        if row is None:
            return notices.given_up(subject, slot=slot) if subscription.paused else None
        if row.status in DELIVERED:
            return notices.came(subject, reason=notice.reason or "", at=row.claimed_at)
        if row.status is DeliveryStatus.CLAIMED:
            return None
        if row.reason and row.reason.startswith((NOTHING_TO_SAY, NOTHING_BUT)):
            return notices.silent(subject, slot=slot)
        return notices.came_not(subject, slot=slot, reason=row.reason or "")

    async def _tell_of(self, subscription: Subscription, slot: str, message: Message) -> bool:
        """Tell the subscriber of a slot, unless another is at it; False when that is to be tried again."""
        now = self._clock()
        async with self._ledger.untold.telling(subscription.id, slot, now=now) as since:
            if since is None:
                return True
            told = await self._tell(subscription, message, until_sure=abs(now - since) <= GRACE)
            if told:
                await self._ledger.untold.over(subscription.id, slot)
            return told

    async def _tell(self, subscription: Subscription, message: Message, *, until_sure: bool = False) -> bool:
        """Tell the subscriber; False when that is to be tried again, for Slack was away, or no longer takes the token.

        Where Slack does not say whether it took it, it is tried again `until_sure`.
        """
        direct = ""
        try:
            direct = await self._delivery.direct(subscription.creator)
            await self._delivery.post(direct, message)
        except BotError as error:
            log.warning("subscriber not told", subscription=subscription.id, why=cause(error))
            if isinstance(error, Uncertain) and direct:
                return not until_sure
            return not isinstance(error, Unsent | Revoked | Uncertain)
        return True
