"""Posts what is due: claim, snapshot, write, check who reads it, post, note it, thread; each step once.

The ledger decides who acts and remembers how far it came; whatever is not known to be unposted is never posted again.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

import structlog

from bot.delivery import Delivery, NotPosted, Revoked, Uncertain
from bot.digests.digest import Digest, Written
from bot.digests.writing import Parts, Round, write
from bot.domain import rights, schedule
from bot.domain.errors import BotError, Busy, Forbidden, NotFound
from bot.domain.records import Actor, DeliveryStatus, Subscription
from bot.domain.schedule import GRACE, Slot
from bot.services.subscriptions import ASKED_FOR
from bot.views import digest_notices as notices
from bot.views.digest_frame import previewed
from bot.views.message import Message

THREAD_PAUSE = 1.0
"""Seconds between two messages to one channel: https://docs.slack.dev/apis/web-api/rate-limits."""

log = structlog.get_logger()


class DigestRun:
    """Runs digests: those due by the clock, and those somebody asks for. `sleep` takes seconds."""

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
    ) -> None:
        self.kinds = kinds
        self.grace = grace
        self._parts = parts
        self._delivery = delivery
        self._command = command
        self._clock = clock
        self._sleep = sleep
        self._channels: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def run_due(self, now: datetime) -> None:
        """Post every digest that is due at `now` and not in the ledger, the channels side by side."""
        queues: dict[str, list[tuple[Subscription, Slot]]] = defaultdict(list)
        for subscription in await self._active():
            slot = await self._parts.subscriptions.due(subscription, now=now, grace=self.grace)
            if slot:
                queues[subscription.channel].append((subscription, slot))
        round_ = Round(self._parts.portfolio, now=now)
        await asyncio.gather(*(self._channel(channel, queue, round_, now) for channel, queue in queues.items()))

    async def recover(self, now: datetime, *, older_than: timedelta = timedelta()) -> None:
        """After a start: settle what an earlier run left open, and explain what nobody was there to post.

        A claim without a message is uncertain, never posted again; a digest whose thread broke off is done, and its
        ledger row says so. Where several replicas run, `older_than` keeps
        this one from settling what another is doing at this moment.
        """
        for open_slot in await self._parts.subscriptions.unfinished():
            if now - open_slot.claimed_at < older_than:
                continue
            posted = open_slot.status is not DeliveryStatus.CLAIMED
            settled = await self._parts.subscriptions.mark(
                open_slot.subscription_id,
                open_slot.slot,
                DeliveryStatus.DONE if posted else DeliveryStatus.UNCERTAIN,
                reason="stopped before the thread was complete" if posted else "interrupted",
            )
            subscription = await self._parts.subscriptions.get(open_slot.subscription_id)
            if settled and subscription and not posted:
                await self._tell_uncertain(subscription)
        for subscription in await self._active():
            slots = await self._parts.subscriptions.skip_missed(
                subscription, now=now, grace=self.grace, reason="I was not running at the hour set"
            )
            if slots:
                days = tuple(slot.day for slot in slots)
                await self._tell(subscription, notices.missed, days=days)

    async def preview(self, kind: str, *, channel: str, by: Actor) -> Message:
        """Write a digest for who asks, as the channel would get it now; posts nothing.

        Raises Forbidden, NotFound for an unknown kind, UpstreamError when Pivotal has been away for too long.
        """
        rights.check(rights.Right.READ, by)
        subscription = await self._subscription(kind, channel=channel, by=by)
        now = self._clock()
        written = await write(self.kinds[kind], subscription, self._parts, Round(self._parts.portfolio, now=now))
        return previewed(written.message, written.thread)

    async def post_now(self, kind: str, *, channel: str, by: Actor, trigger: str) -> None:
        """Post a digest out of turn, labelled with who asked; the day's own slot and the next comparison are untouched.

        `trigger` names this one request: a second call with it raises Busy. Raises Forbidden where `by` may not or
        customers read the channel, NotFound for an unknown kind, and what delivery raises.
        """
        rights.check(rights.Right.DIGEST_NOW, by)
        subscription = await self._subscription(kind, channel=channel, by=by)
        await self._delivery.guard(channel)
        now, slot = self._clock(), f"{ASKED_FOR}{trigger}"
        if not await self._parts.subscriptions.claim(subscription, slot, now=now):
            raise Busy("That digest is being posted already.")
        try:
            written = await write(
                self.kinds[kind], subscription, self._parts, Round(self._parts.portfolio, now=now), asked_by=by.name
            )
            await self._post(subscription, slot, written)
        except BotError as error:
            await self._note(subscription, slot, error)
            raise

    async def _active(self) -> list[Subscription]:
        """The subscriptions that run; one that cannot be read must not cost the others their digests."""
        active = await self._parts.subscriptions.all(active_only=True)
        for odd in (one for one in active if one.kind not in self.kinds or not schedule.readable(one)):
            log.error("subscription cannot be read", subscription=odd.id)
        return [one for one in active if one.kind in self.kinds and schedule.readable(one)]

    async def _channel(
        self, channel: str, queue: list[tuple[Subscription, Slot]], round_: Round, now: datetime
    ) -> None:
        """One channel's digests in their order; two runs never work on one channel at the same time."""
        async with self._channels[channel]:
            for subscription, slot in sorted(queue, key=lambda due: (self.kinds[due[0].kind].place, due[0].id)):
                try:
                    await self._scheduled(subscription, slot, round_, now)
                except Exception:
                    # The clock's door: one digest's bug must not cost the others theirs. The slot stays claimed, and
                    # is settled as uncertain on the next start.
                    log.exception("digest failed", subscription=subscription.id, slot=slot.key)

    async def _scheduled(self, subscription: Subscription, slot: Slot, round_: Round, now: datetime) -> None:
        if not await self._parts.subscriptions.claim(subscription, slot.key, now=now):
            return
        try:
            written = await write(self.kinds[subscription.kind], subscription, self._parts, round_, late=slot.late)
            if written.silent:
                await self._parts.subscriptions.mark(
                    subscription.id, slot.key, DeliveryStatus.SKIPPED, reason="nothing to say"
                )
                return
            await self._check_readers(subscription)
            await self._post(subscription, slot.key, written)
        except BotError as error:
            await self._note(subscription, slot.key, error)
            await self._explain(subscription, error)

    async def _check_readers(self, subscription: Subscription) -> None:
        audience = await self._delivery.audience(subscription.channel)
        if audience.kind == "customers":
            raise CustomersRead(f"Customers can read that channel: {audience.reason}.")
        if audience.reason:
            raise Forbidden(f"Nothing is posted there, because {audience.reason}.")

    async def _post(self, subscription: Subscription, slot: str, written: Written) -> None:
        channel, subscriptions = subscription.channel, self._parts.subscriptions
        posted = await self._delivery.post(channel, written.message)
        await subscriptions.posted(subscription, slot, ts=posted.ts, said=written.said)
        missing = 0
        for message in written.thread:
            await self._sleep(THREAD_PAUSE)
            try:
                await self._delivery.post(channel, message, thread_ts=posted.ts)
            except BotError:
                missing += 1
                log.warning("thread message not posted", subscription=subscription.id, slot=slot)
        if written.thread and not missing:
            await subscriptions.mark(subscription.id, slot, DeliveryStatus.THREADED)
        lacking = f"{missing} of {len(written.thread)} thread messages may be missing" if missing else None
        await subscriptions.mark(subscription.id, slot, DeliveryStatus.DONE, reason=lacking)

    async def _note(self, subscription: Subscription, slot: str, error: BotError) -> None:
        """Put into the ledger why a slot's message is not, or may not be, in the channel."""
        status = DeliveryStatus.UNCERTAIN if isinstance(error, Uncertain) else DeliveryStatus.FAILED
        log.warning("digest not posted", subscription=subscription.id, slot=slot, error=type(error).__name__)
        await self._parts.subscriptions.mark(subscription.id, slot, status, reason=error.message)

    async def _explain(self, subscription: Subscription, error: BotError) -> None:
        """Tell the subscriber, and pause what would fail again every day."""
        reason, hint = error.message, error.hint
        if isinstance(error, Revoked):
            log.error("Slack does not accept the bot's token any more")
        elif isinstance(error, Uncertain):
            await self._tell_uncertain(subscription)
        elif isinstance(error, CustomersRead) or (isinstance(error, NotPosted) and error.pauses):
            await self._parts.subscriptions.pause(subscription.id, reason=reason)
            await self._tell(subscription, notices.paused, reason=reason, hint=hint)
        else:
            await self._tell(subscription, notices.failed, reason=reason, hint=hint)

    async def _tell_uncertain(self, subscription: Subscription) -> None:
        await self._tell(subscription, notices.uncertain)

    async def _tell(self, subscription: Subscription, notice: Callable[..., Message], **facts: object) -> None:
        """Send the subscriber a direct message; one that cannot be sent is only logged."""
        title = self.kinds[subscription.kind].title if subscription.kind in self.kinds else subscription.kind
        message = notice(subscription, title=title, command=self._command, **facts)
        try:
            await self._delivery.tell(subscription.creator, message)
        except BotError as error:
            log.warning("subscriber not told", subscription=subscription.id, error=type(error).__name__)

    async def _subscription(self, kind: str, *, channel: str, by: Actor) -> Subscription:
        """The channel's subscription of this kind, or one as it would be by default."""
        if kind not in self.kinds:
            raise NotFound(f"There is no digest “{kind}”.", hint=f"There are {', '.join(self.kinds)}.")
        try:
            return await self._parts.subscriptions.find(channel, kind)
        except NotFound:
            digest = self.kinds[kind]
            return Subscription(
                id=f"unsubscribed:{channel}:{kind}",
                team_id=by.team_id,
                channel=channel,
                kind=kind,
                days=digest.days,
                at=digest.at,
                zone=by.zone,
                creator=by.slack_id,
                created_at=self._clock(),
            )


class CustomersRead(Forbidden):
    """Customers can read the channel of a subscription: it is paused until they cannot."""
