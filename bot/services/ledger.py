"""What became of each slot of each subscription: who may post it, how far it came, and why it came no further."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import structlog

from bot.domain import dates, schedule
from bot.domain.records import Claim, Delivery, DeliveryStatus, Said, Subscription
from bot.domain.schedule import Slot
from bot.services.untold import Untold, untold_key
from bot.store import Store

ASKED_FOR = "now:"
"""Begins the slot of a digest somebody asked for: it uses no day's slot and is no base of comparison."""
NOTICE = "notice:"
"""Begins the slot of the word that a day's digest is still to come; what follows is that day's slot."""

LOOK_BACK = timedelta(days=7)
"""How far back slots that never came are looked for at the least; before that, as far as the last one there is."""
LONGEST = timedelta(days=400)
"""How far back at the most."""

_FARTHEST = timedelta(hours=14)
"""So far from UTC a zone's calendar may be."""

NOTHING_TO_SAY = "nothing to say"
NOTHING_BUT = "nothing but "
"""Begins the reason of a slot of which all that there was to say is snoozed."""
PAUSED = "paused"
INTENDED = (NOTHING_TO_SAY, NOTHING_BUT, PAUSED)
"""What the reasons of slots begin with that were not to come."""
NOT_RUNNING = "I was not running at the hour set"
DELIVERED = (DeliveryStatus.POSTED, DeliveryStatus.THREADED, DeliveryStatus.DONE)
UNDELIVERED = (DeliveryStatus.FAILED, DeliveryStatus.UNCERTAIN, DeliveryStatus.SKIPPED)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Skipped:
    """A slot that is too late to post, and why it was not posted in time."""

    slot: Slot
    reason: str


class Ledger:
    """Claims slots and keeps their fate. It posts nothing.

    `report` is told what becomes of each digest: posted, skipped, failed, uncertain, put off, or missed.
    """

    def __init__(self, store: Store, *, report: Callable[[str], None] = lambda outcome: None) -> None:
        self.untold = Untold(store)
        self._deliveries = store.deliveries
        self._report = report

    async def due(self, subscription: Subscription, *, now: datetime, grace: timedelta) -> Slot | None:
        """The slot of this subscription to be posted at `now`, unless the ledger has it."""
        found = await self.all_due((subscription,), now=now, grace=grace)
        return found[0][1] if found else None

    async def all_due(
        self, subscriptions: Iterable[Subscription], *, now: datetime, grace: timedelta
    ) -> tuple[tuple[Subscription, Slot], ...]:
        """The same of many, in one query: those that have such a slot, each with it."""
        due = [(one, slot) for one in subscriptions if (slot := schedule.due(one, now=now, grace=grace))]
        wanted = {(one.id, slot.key) for one, slot in due}
        known = await self._deliveries.known(wanted, now=now) if due else frozenset()
        return tuple((one, slot) for one, slot in due if (one.id, slot.key) not in known)

    async def claim(self, subscription: Subscription, slot: str, *, now: datetime) -> Claim | None:
        """Claim a slot: a claim for the one who may go on to post it, whoever else tries."""
        return await self._deliveries.claim(subscription.id, slot, channel=subscription.channel, now=now)

    async def prepare(self, claim: Claim, *, said: Said | None) -> bool:
        """Note what is being posted, right before it is, or with None that Slack did not take it.

        False when the slot has been settled otherwise, or is another's by now: then nothing may be posted.
        """
        return await self._deliveries.prepare(claim, said=said)

    async def posted(
        self,
        claim: Claim,
        *,
        ts: str,
        said: Said,
        message: Mapping[str, Any] | None = None,
        reason: str | None = None,
    ) -> bool:
        """Note that a slot's message is in the channel, what it said, and the payload while it may still change."""
        noted = await self._deliveries.posted(claim, ts=ts, said=said, message=message, reason=reason)
        return self._told(claim.subscription_id, claim.slot, DeliveryStatus.POSTED.value, noted)

    async def mark(
        self, claim: Claim, status: DeliveryStatus, *, reason: str | None = None, untold: datetime | None = None
    ) -> bool:
        """Note how far a slot has come, or why it came no further; False when it is already settled otherwise.

        Its subscriber is to be told since `untold`: that is noted with it, until they are.
        """
        marking = (untold_key(claim.subscription_id, claim.slot), untold) if untold else None
        noted = await self._deliveries.mark(claim, status, reason, marking=marking)
        return self._told(claim.subscription_id, claim.slot, status.value, noted and status in UNDELIVERED)

    async def release(self, claim: Claim) -> bool:
        """Give back a claim of which nothing can have been posted: it is due again. Else False."""
        return self._told(claim.subscription_id, claim.slot, "put off", await self._deliveries.release(claim))

    async def reclaim(self, subscription_id: str, slot: str, *, now: datetime) -> Claim | None:
        """Claim a slot that did not come, or may not have; a claim for exactly one caller."""
        return await self._deliveries.reclaim(subscription_id, slot, now=now)

    async def arrived(self, subscription_id: str, slot: str) -> bool:
        """Settle an uncertain slot: somebody saw its message. False when it was not uncertain."""
        return await self._deliveries.arrived(subscription_id, slot)

    async def get(self, subscription_id: str, slot: str) -> Delivery | None:
        """One slot, if it was ever claimed."""
        return await self._deliveries.get(subscription_id, slot)

    async def last_delivered(self, subscription: Subscription, *, now: datetime) -> Delivery | None:
        """The last scheduled digest that arrived: the base of the next one's comparison.

        What a clock posted that was ahead is none before its day has come.
        """
        return await self._deliveries.last_delivered(subscription.id, until=_today(subscription, now))

    async def last_missed(
        self, subscription: Subscription, *, after: Delivery | None, now: datetime
    ) -> Delivery | None:
        """The newest scheduled slot later than `after` that did not come by now although it should have."""
        last, until = after.slot if after else "", _today(subscription, now)
        return await self._deliveries.last_unsent(subscription.id, until=until, after=last, meant=INTENDED)

    async def skip_missed(
        self, subscription: Subscription, *, now: datetime, grace: timedelta, reason: str = NOT_RUNNING
    ) -> tuple[Skipped, ...]:
        """Settle as skipped every slot since the last there is that is too late to post now; says which.

        A slot that was tried for as long as it could be has the reason for which it was put off.
        """
        made = subscription.created_at
        gone, known = await self._gone(subscription, since=max(made, now - LOOK_BACK), now=now, grace=grace)
        if not known and made < now - LOOK_BACK:
            last = await self._deliveries.last_slot(subscription.id, until=_today(subscription, now))
            begin = datetime.fromisoformat(last).replace(tzinfo=UTC) if last else made
            since = max(made, begin, now - LONGEST)
            gone, known = await self._gone(subscription, since=since, now=now, grace=grace)
        open_ones = [slot.key for slot in gone if slot.key not in known]
        if not open_ones:
            return ()
        why = await self._deliveries.reasons(subscription.id, prefix=NOTICE, since=open_ones[0])
        wanted = {slot: why.get(slot) or reason for slot in open_ones}
        done = await self._deliveries.skip(subscription.id, wanted, channel=subscription.channel, now=now)
        for slot in done:
            self._told(subscription.id, slot, "missed", True)
        return tuple(Skipped(slot, wanted[slot.key]) for slot in gone if slot.key in done)

    async def _gone(
        self, subscription: Subscription, *, since: datetime, now: datetime, grace: timedelta
    ) -> tuple[tuple[Slot, ...], frozenset[str]]:
        """The slots since then that it is too late for, and those days of which the ledger has something."""
        gone = schedule.missed(subscription, now=now, since=since, grace=grace)
        known = await self._deliveries.slots(subscription.id, since=gone[0].key, now=now) if gone else frozenset()
        return gone, known

    async def following(self, subscription: Subscription, *, now: datetime) -> Slot | None:
        """The next slot after `now` that is not used up: a day has one digest, whatever its hours become.

        None while the subscription is paused, or when no day can be found.
        """
        if subscription.paused is not None or not schedule.readable(subscription):
            return None
        try:
            moment = schedule.next_run(subscription, now)
            since = (now - _FARTHEST).date().isoformat()
            known = await self._deliveries.slots(subscription.id, since=since, now=now)
            while (slot := schedule.due(subscription, now=moment)) and slot.key in known:
                moment = schedule.next_run(subscription, moment)
        except ValueError:
            return None
        return slot

    async def open_messages(self, subscription_id: str | None = None) -> tuple[Delivery, ...]:
        """The digests, of one subscription or of all, whose message may still change, newest first."""
        return tuple(await self._deliveries.open_messages(subscription_id))

    async def of_message(self, channel: str, ts: str) -> Delivery | None:
        """The digest that a message is, if it is one."""
        return await self._deliveries.of_message(channel, ts)

    async def amend(
        self, channel: str, ts: str, change: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    ) -> Mapping[str, Any] | None:
        """Change an open digest's message from what it is now, whichever replica else does; gives what it is then."""
        return await self._deliveries.amend(channel, ts, change)

    async def begin_seal(self, delivery: Delivery, *, newer: date) -> Mapping[str, Any] | None:
        """Let nobody amend a digest's message any more, for that day's is there; gives what it is, None if sealed."""
        return await self._deliveries.begin_seal(delivery.subscription_id, delivery.slot, newer=newer)

    async def seal(self, delivery: Delivery) -> bool:
        """Let a digest's message change no more."""
        return await self._deliveries.seal(delivery.subscription_id, delivery.slot)

    async def recent(self, subscription: Subscription, *, limit: int = 5) -> tuple[Delivery, ...]:
        """The newest slots, those asked for included, to explain what came and what did not."""
        return tuple(await self._deliveries.recent(subscription.id, limit))

    async def unfinished(self) -> tuple[Delivery, ...]:
        """The slots on their way: claimed, posted or threaded, but not done."""
        return tuple(await self._deliveries.unfinished())

    def _told(self, subscription_id: str, slot: str, outcome: str, noted: bool) -> bool:
        """Tell what has become of a digest, if it was noted; gives whether it was."""
        if noted and not slot.startswith(NOTICE):
            log.info("digest", outcome=outcome, subscription=subscription_id, slot=slot)
            self._report(outcome)
        return noted


def _today(subscription: Subscription, now: datetime) -> str:
    """The slot that today would have."""
    return dates.today(now, subscription.zone).isoformat()


def unsent(row: Delivery) -> bool:
    """Whether a digest is claimed, and nothing of it can have been posted: what it says is noted right before that.

    Of the word that one is put off nobody knows: nothing is noted before that is posted. A claim without a token is an
    older version's, which would post without asking whether it has the claim still.
    """
    claimed = row.status is DeliveryStatus.CLAIMED and row.said is None
    return claimed and row.token != "" and not row.slot.startswith(NOTICE)
