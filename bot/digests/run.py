"""Runs digests: claims what is due, has it written and posted, and settles whatever came to nothing.

The ledger decides who acts and remembers how far it came. What a digest says is noted there right before the request
that posts it: a claim of somebody who died before that is given back and comes late, and one that got so far may have
been posted, is never posted again, and is asked about.
"""

import asyncio
from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from itertools import filterfalse
from zoneinfo import ZoneInfo

import structlog

from bot.delivery import Revoked, Uncertain
from bot.digests.asked import MOST_UNTOLD, Asked
from bot.digests.posting import Superseded
from bot.digests.writing import Occasion, Round
from bot.domain import schedule
from bot.domain.errors import BotError, MemoryAway, UpstreamError, cause
from bot.domain.records import Claim, Delivery, DeliveryStatus, Subscription
from bot.domain.schedule import Slot
from bot.services.correlation import correlated
from bot.services.ledger import ASKED_FOR, NOT_RUNNING, NOTICE, Skipped, unsent

REVOKED = "Slack did not accept my token"
INTERRUPTED = "I was interrupted before it was posted"
GIVEN_UP = timedelta(minutes=3)
"""A claim this old of which nothing was posted is anybody's: a post waits no longer than two minutes for Slack.

Whoever is slower than that and alive loses only its work: to post, it would have to have the claim still.
"""

log = structlog.get_logger()


class DigestRun(Asked):
    """Runs digests: those due by the clock, and those somebody asks for."""

    async def run_due(self, now: datetime) -> None:
        """Post every digest that is due at `now` and not in the ledger, the channels side by side."""
        if self._revoked and not await self._welcome_again():
            return
        async with self._looking:  # at nine on Monday many wake it at once
            await self._give_back(now, older_than=GIVEN_UP)
            found = await self._parts.ledger.all_due(await self._active(), now=now, grace=self.grace)
            fresh = [(one, slot) for one, slot in found if (one, slot.key) not in self._begun]
            self._begun.update((one, slot.key) for one, slot in fresh)
        queues: dict[str, list[tuple[Subscription, Slot]]] = defaultdict(list)
        for subscription, slot in fresh:
            queues[subscription.channel].append((subscription, slot))
        round_ = self._round(now, asked=False)
        ends = await asyncio.gather(
            *(self._channel(channel, queue, round_, now) for channel, queue in queues.items()),
            return_exceptions=True,  # when the bot stops, each of them has something to give back
        )
        for error in filter(None, ends):
            raise error

    async def overdue(self, now: datetime) -> int:
        """How many digests are due at `now` that nobody has begun: those that were put off among them."""
        active = filter(self._readable, await self._parts.subscriptions.all(active_only=True))
        return len(await self._parts.ledger.all_due(active, now=now, grace=self.grace))

    async def recover(self, now: datetime, *, older_than: timedelta = timedelta()) -> None:
        """After a start, and now and then: settle what was left open, and explain what is too late to post.

        A claim that nothing was posted of is given back, to be posted late; one whose post was on its way is uncertain,
        never posted again; a digest whose thread broke off is done, and its ledger row says so. Where several replicas
        run, `older_than` keeps this one from settling what another is doing at this moment; what is unsent is taken
        over after `GIVEN_UP` already.
        """
        if self._revoked:  # what would be told now would reach nobody: it is, as soon as Slack takes the token again
            await self._explain(*await self._active(), now=now)
            return
        await self._give_back(now, older_than=min(older_than, GIVEN_UP))
        for row in await self._parts.ledger.unfinished():
            if row.slot.startswith(NOTICE) and row.status is not DeliveryStatus.CLAIMED:
                continue
            if abs(now - row.claimed_at) >= older_than and not self._posting.at_work(row):
                await self._settle(row)
        await self._explain(*await self._active(), now=now)
        for row in await self._parts.ledger.unfinished():
            if row.slot.startswith(NOTICE):
                await self._telling.settle(row)
        await self._telling.tell_rest()

    async def _explain(self, *subscriptions: Subscription, now: datetime) -> None:
        """Say of every slot that it is too late for why it did not come: in the ledger, and to its subscriber."""
        reason = REVOKED if self._revoked else NOT_RUNNING
        skip = self._parts.ledger.skip_missed  # one after the other: they must not take every connection of the memory
        for one in subscriptions:
            if missed := await skip(one, now=now, grace=self.grace, reason=reason):
                self._untold[one.id] = (*self._untold.get(one.id, ()), *missed)
        await asyncio.gather(*map(self._tell_missed, subscriptions))

    async def _tell_missed(self, subscription: Subscription) -> None:
        """Tell its subscriber; while Slack takes nothing, what is to be told is kept until it does."""
        untold = self._untold.pop(subscription.id, ())
        if untold and (self._revoked or not await self._telling.skipped(subscription, untold)):
            self._untold[subscription.id] = untold[-MOST_UNTOLD:]

    async def _active(self) -> list[Subscription]:
        """The subscriptions that run; one that cannot be read must not cost the others their digests."""
        active = await self._parts.subscriptions.all(active_only=True)
        for odd in filterfalse(self._readable, active):
            log.error("subscription cannot be read", subscription=odd.id)
        return list(filter(self._readable, active))

    def _readable(self, subscription: Subscription) -> bool:
        """Whether this version knows its kind and its hours."""
        return subscription.kind in self.kinds and schedule.readable(subscription)

    async def _channel(
        self, channel: str, queue: list[tuple[Subscription, Slot]], round_: Round, now: datetime
    ) -> None:
        """One channel's digests in their order; two runs never work on one channel at the same time."""
        try:
            async with self._channels.setdefault(channel, asyncio.Lock()):
                for subscription, slot in sorted(queue, key=lambda due: (self.kinds[due[0].kind].place, due[0].id)):
                    with correlated() as reference:
                        await self._alone(subscription, slot, round_, now, reference=reference)
        finally:
            self._begun.difference_update((subscription, slot.key) for subscription, slot in queue)

    async def _alone(
        self, subscription: Subscription, slot: Slot, round_: Round, now: datetime, *, reference: str
    ) -> None:
        """Post one digest; this is the clock's door: its bug must not cost the others theirs."""
        claim: Claim | None = None
        try:
            await self._explain(subscription, now=now)  # first, so that it says itself that the last one did not come
            claim = await self._parts.ledger.claim(subscription, slot.key, now=now)
            if claim is not None:
                with self._posting.at_work_on(claim):
                    await self._scheduled(subscription, slot, claim, round_)
        except MemoryAway as error:
            log.warning("digest put off", subscription=subscription.id, slot=slot.key, why=cause(error))
            if claim is not None:
                self._unreleased.add(claim)
        except asyncio.CancelledError:
            if claim is not None:  # the bot stops: what cannot have been posted, whoever is still there may post
                await self._parts.ledger.release(claim)
            raise
        except Exception:
            log.exception("digest failed", subscription=subscription.id, slot=slot.key, reference=reference)
            if claim is not None:
                await self._faulty(subscription, claim, reference)

    async def _scheduled(self, subscription: Subscription, slot: Slot, claim: Claim, round_: Round) -> None:
        try:
            why = await self._telling.why_put_off(subscription, slot.key)
            occasion = Occasion(late=slot.late, because=why.rstrip("."), moved_from=slot.moved_from)
            written = await self._write(subscription, round_, occasion)
            if self._has_nothing_to_say(subscription, written):
                await self._skip(subscription, claim, written)
                return
            await self._posting.check_readers(subscription)
            await self._posting.post(subscription, claim, written)
        except Uncertain as error:
            await self._came_to_nothing(subscription, claim, error)
        except Superseded:
            log.warning("digest settled by another", subscription=subscription.id, slot=slot.key)
        except (UpstreamError, Revoked) as error:
            await self._put_off(subscription, slot, claim, error)
        except BotError as error:
            await self._came_to_nothing(subscription, claim, error)
        else:
            await self._telling.settled(subscription, slot.key)

    async def _put_off(self, subscription: Subscription, slot: Slot, claim: Claim, error: BotError) -> None:
        """Nothing was posted, and trying again may help: the slot is due again, as long as there is time."""
        if isinstance(error, Revoked):
            self._revoked = True
            log.error("Slack no longer accepts the bot's token: no digest is posted until it does", code=error.code)
        if await self._parts.ledger.release(claim):
            log.warning("digest put off", subscription=subscription.id, slot=slot.key, why=cause(error))
            until = last_try(subscription, slot, grace=self.grace)
            await self._telling.put_off(subscription, slot, error, until=until)

    async def _came_to_nothing(self, subscription: Subscription, claim: Claim, error: BotError) -> None:
        """Note why, and tell the subscriber, unless somebody else has seen to it."""
        if await self._failed(claim, error, untold=self._clock()):
            await self._telling.failed(subscription, claim.slot, error)

    async def _faulty(self, subscription: Subscription, claim: Claim, reference: str) -> None:
        """Our own fault: what was not about to be posted yet has failed, the rest is settled as what is cut off is."""
        row = await self._parts.ledger.get(subscription.id, claim.slot)
        if row is not None and unsent(row):
            error = BotError(f"Something went wrong on our side, reference {reference}.")
            await self._came_to_nothing(subscription, claim, error)

    async def _give_back(self, now: datetime, *, older_than: timedelta) -> None:
        """Let be due again what was claimed so long ago, or failed over by the memory, and cannot have been posted."""
        lost = frozenset(self._unreleased)
        for row in filter(unsent, await self._parts.ledger.unfinished()):
            given_up = row.claim in lost or abs(now - row.claimed_at) >= older_than  # by a clock that was ahead, too
            if given_up and not self._posting.at_work(row) and await self._parts.ledger.release(row.claim):
                await self._too_late(row, now)
        self._unreleased -= lost

    async def _too_late(self, row: Delivery, now: datetime) -> None:
        """Say of a slot that was given back why it does not come, unless it still does."""
        subscription = await self._parts.subscriptions.get(row.subscription_id)
        if subscription is None or not schedule.readable(subscription):
            return
        slot = schedule.due(subscription, now=now, grace=self.grace)
        if slot is not None and slot.key == row.slot:
            return
        claim = await self._parts.ledger.claim(subscription, row.slot, now=now)
        if claim and await self._failed(claim, BotError(INTERRUPTED)) and not row.slot.startswith(ASKED_FOR):
            late = Skipped(Slot(date.fromisoformat(row.slot), row.claimed_at), INTERRUPTED)
            self._untold[subscription.id] = (*self._untold.get(subscription.id, ()), late)

    async def _settle(self, row: Delivery) -> None:
        """End what a process that is gone had begun; only a day's own digest is asked about."""
        posted = row.status is not DeliveryStatus.CLAIMED
        notice = row.slot.startswith(NOTICE)
        asks = not posted and not row.slot.startswith((NOTICE, ASKED_FOR))
        cut_off = "I was interrupted while it was put off" if notice else "interrupted"
        settled = await self._parts.ledger.mark(
            row.claim,
            DeliveryStatus.DONE if posted else DeliveryStatus.UNCERTAIN,
            reason="stopped before the thread was complete" if posted else cut_off,
            untold=self._clock() if asks else None,
        )
        subscription = await self._parts.subscriptions.get(row.subscription_id)
        if settled and subscription and asks:
            await self._telling.uncertain(subscription, row.slot)

    async def _welcome_again(self) -> bool:
        """Whether Slack takes the bot's token again."""
        self._revoked = not await self._delivery.welcome()
        return not self._revoked


def last_try(subscription: Subscription, slot: Slot, *, grace: timedelta) -> datetime:
    """Until when a slot may be posted: for `grace`, and never past the midnight of its own zone."""
    midnight = datetime.combine(slot.day + timedelta(days=1), time(0), ZoneInfo(subscription.zone))
    return min(slot.at + grace, midnight.astimezone(UTC))
