"""Runs digests: claims what is due, has it written and posted, and settles whatever came to nothing.

The ledger decides who acts and remembers how far it came; whatever is not known to be unposted is never posted again.
"""

import asyncio
import secrets
from collections import defaultdict
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import structlog
from structlog.contextvars import bound_contextvars

from bot.delivery import Revoked, Uncertain
from bot.digests.asked import Asked
from bot.digests.posting import Superseded
from bot.digests.writing import Occasion, Round
from bot.domain import schedule
from bot.domain.errors import BotError, MemoryAway, UpstreamError, cause
from bot.domain.records import Delivery, DeliveryStatus, Subscription
from bot.domain.schedule import Slot
from bot.services.ledger import ASKED_FOR, NOT_RUNNING, NOTICE

REVOKED = "Slack did not accept my token"

log = structlog.get_logger()


class DigestRun(Asked):
    """Runs digests: those due by the clock, and those somebody asks for."""

    async def run_due(self, now: datetime) -> None:
        """Post every digest that is due at `now` and not in the ledger, the channels side by side."""
        if self._revoked and not await self._welcome_again():
            return
        await self._give_back()
        queues: dict[str, list[tuple[Subscription, Slot]]] = defaultdict(list)
        for subscription in await self._active():
            slot = await self._parts.ledger.due(subscription, now=now, grace=self.grace)
            if slot:
                queues[subscription.channel].append((subscription, slot))
        round_ = self._round(now, asked=False)
        await asyncio.gather(*(self._channel(channel, queue, round_, now) for channel, queue in queues.items()))

    async def overdue(self, now: datetime) -> int:
        """How many digests are due at `now` that nobody has begun: those that were put off among them."""
        due = 0
        for one in await self._parts.subscriptions.all(active_only=True):
            if one.kind in self.kinds and schedule.readable(one):
                due += await self._parts.ledger.due(one, now=now, grace=self.grace) is not None
        return due

    async def recover(self, now: datetime, *, older_than: timedelta = timedelta()) -> None:
        """After a start, and now and then: settle what was left open, and explain what is too late to post.

        A claim without a message is uncertain, never posted again; a digest whose thread broke off is done, and its
        ledger row says so. Where several replicas run, `older_than` keeps this one from settling what another is doing
        at this moment.
        """
        if self._revoked:  # what would be told now would reach nobody: it is, as soon as Slack takes the token again
            await asyncio.gather(*(self._explain(one, now) for one in await self._active()))
            return
        for row in await self._parts.ledger.unfinished():
            if row.slot.startswith(NOTICE) and row.status is not DeliveryStatus.CLAIMED:
                continue
            if now - row.claimed_at >= older_than and not self._posting.at_work(row):
                await self._settle(row)
        await asyncio.gather(*(self._explain(one, now) for one in await self._active()))
        for row in await self._parts.ledger.unfinished():
            if row.slot.startswith(NOTICE):
                await self._telling.settle(row)

    async def _explain(self, subscription: Subscription, now: datetime) -> None:
        """Say of every slot that it is too late for why it did not come: in the ledger, and to its subscriber.

        While Slack takes nothing, what is to be told is kept until it does.
        """
        reason = REVOKED if self._revoked else NOT_RUNNING
        ledger = self._parts.ledger
        missed = await ledger.skip_missed(subscription, now=now, grace=self.grace, reason=reason)
        untold = (*self._untold.pop(subscription.id, ()), *missed)
        if untold and (self._revoked or not await self._telling.skipped(subscription, untold)):
            self._untold[subscription.id] = untold

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
                reference = secrets.token_hex(3).upper()
                # Whatever follows from it is logged with the reference that its subscriber is shown.
                with bound_contextvars(reference=reference):
                    await self._alone(subscription, slot, round_, now, reference=reference)

    async def _alone(
        self, subscription: Subscription, slot: Slot, round_: Round, now: datetime, *, reference: str
    ) -> None:
        """Post one digest; this is the clock's door: its bug must not cost the others theirs."""
        try:
            await self._scheduled(subscription, slot, round_, now)
        except MemoryAway as error:
            log.warning("digest put off", subscription=subscription.id, slot=slot.key, why=cause(error))
            self._unreleased.add((subscription.id, slot.key))
        except Exception:
            log.exception("digest failed", subscription=subscription.id, slot=slot.key, reference=reference)
            await self._faulty(subscription, slot.key, reference)

    async def _scheduled(self, subscription: Subscription, slot: Slot, round_: Round, now: datetime) -> None:
        await self._explain(subscription, now)  # first, so that it says itself that the last one did not come
        if not await self._parts.ledger.claim(subscription, slot.key, now=now):
            return
        try:
            why = await self._telling.why_put_off(subscription, slot.key)
            occasion = Occasion(late=slot.late, because=why.rstrip("."), moved_from=slot.moved_from)
            written = await self._write(subscription, round_, occasion)
            if self._has_nothing_to_say(subscription, written):
                await self._skip(subscription, slot.key, written)
                return
            await self._posting.check_readers(subscription)
            await self._posting.post(subscription, slot.key, written)
        except Uncertain as error:
            await self._failed(subscription, slot.key, error)
            await self._telling.failed(subscription, slot.key, error)
        except Superseded:
            log.warning("digest settled by another", subscription=subscription.id, slot=slot.key)
        except (UpstreamError, Revoked) as error:
            await self._put_off(subscription, slot, error)
        except BotError as error:
            await self._failed(subscription, slot.key, error)
            await self._telling.failed(subscription, slot.key, error)
        else:
            await self._telling.settled(subscription, slot.key)

    async def _put_off(self, subscription: Subscription, slot: Slot, error: BotError) -> None:
        """Nothing was posted, and trying again may help: the slot is due again, as long as there is time."""
        if isinstance(error, Revoked):
            self._revoked = True
            log.error("Slack no longer accepts the bot's token: no digest is posted until it does", code=error.code)
        if await self._parts.ledger.release(subscription.id, slot.key):
            log.warning("digest put off", subscription=subscription.id, slot=slot.key, why=cause(error))
            until = last_try(subscription, slot, grace=self.grace)
            await self._telling.put_off(subscription, slot, error, until=until)

    async def _give_back(self) -> None:
        """Let be due again what the memory has failed over, unless it was about to be posted already."""
        for subscription_id, slot in tuple(self._unreleased):
            row = await self._parts.ledger.get(subscription_id, slot)
            if row is not None and row.status is DeliveryStatus.CLAIMED and row.said is None:
                await self._parts.ledger.release(subscription_id, slot)
            self._unreleased.discard((subscription_id, slot))

    async def _faulty(self, subscription: Subscription, slot: str, reference: str) -> None:
        """Our own fault: what was not about to be posted yet has failed, the rest is settled as what is cut off is."""
        row = await self._parts.ledger.get(subscription.id, slot)
        if row is not None and row.status is DeliveryStatus.CLAIMED and row.said is None:
            error = BotError(f"Something went wrong on our side, reference {reference}.")
            await self._failed(subscription, slot, error)
            await self._telling.failed(subscription, slot, error)

    async def _settle(self, row: Delivery) -> None:
        """End what a process that is gone had begun; only a day's own digest is asked about."""
        posted = row.status is not DeliveryStatus.CLAIMED
        notice = row.slot.startswith(NOTICE)
        cut_off = "I was interrupted while it was put off" if notice else "interrupted"
        settled = await self._parts.ledger.mark(
            row.subscription_id,
            row.slot,
            DeliveryStatus.DONE if posted else DeliveryStatus.UNCERTAIN,
            reason="stopped before the thread was complete" if posted else cut_off,
        )
        subscription = await self._parts.subscriptions.get(row.subscription_id)
        if settled and subscription and not posted and not row.slot.startswith((NOTICE, ASKED_FOR)):
            await self._telling.uncertain(subscription, row.slot)

    async def _welcome_again(self) -> bool:
        """Whether Slack takes the bot's token again."""
        self._revoked = not await self._delivery.welcome()
        return not self._revoked


def last_try(subscription: Subscription, slot: Slot, *, grace: timedelta) -> datetime:
    """Until when a slot may be posted: for `grace`, and never past the midnight of its own zone."""
    midnight = datetime.combine(slot.day + timedelta(days=1), time(0), ZoneInfo(subscription.zone))
    return min(slot.at + grace, midnight.astimezone(UTC))
