"""The ledger of deliveries: a slot is claimed once, and from there only moves forward."""

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, false, func, not_, null, or_, select, update

from bot.domain.records import Claim, Delivery, DeliveryStatus, Said
from bot.domain.schedule import AHEAD
from bot.store.claims import remember
from bot.store.database import Database
from bot.store.delivery_rows import COLUMNS, delivery, encode, in_status, of_slot, under
from bot.store.tables import deliveries

Message = Mapping[str, Any]
"""What was posted, as JSON."""

_OPEN = (DeliveryStatus.CLAIMED, DeliveryStatus.UNCERTAIN)
_DELIVERED = (DeliveryStatus.POSTED, DeliveryStatus.THREADED, DeliveryStatus.DONE)

_CHUNK = 1_000
"""Ids named in one statement: databases take some ten thousand at the most."""
_NOT_SENT = (DeliveryStatus.UNCERTAIN, DeliveryStatus.SKIPPED, DeliveryStatus.FAILED)
_SCHEDULED = deliveries.c.slot.not_like("%:%")

_ON_THE_WAY = (DeliveryStatus.CLAIMED, DeliveryStatus.POSTED, DeliveryStatus.THREADED)
_FROM: Mapping[DeliveryStatus, tuple[DeliveryStatus, ...]] = {
    DeliveryStatus.THREADED: (DeliveryStatus.POSTED,),
    DeliveryStatus.DONE: (DeliveryStatus.POSTED, DeliveryStatus.THREADED),
    DeliveryStatus.FAILED: _OPEN,
    DeliveryStatus.UNCERTAIN: (DeliveryStatus.CLAIMED,),
    DeliveryStatus.SKIPPED: (DeliveryStatus.CLAIMED,),
}
"""Which statuses `mark` may set, and from which; an uncertain one is settled once somebody has looked."""


class Deliveries:
    """What became of each slot of each subscription.

    A slot is moved on by its claim only: one who was thought dead, and whose claim another has taken over since, moves
    nothing any more.
    """

    def __init__(self, database: Database, *, token: Callable[[], str]) -> None:
        self._database = database
        self._token = token

    async def claim(self, subscription_id: str, slot: str, *, channel: str, now: datetime) -> Claim | None:
        """Claim a slot; a claim for exactly one caller, until it is given back, and None for all others.

        One that a clock skipped that was ahead is claimed as if it had not been.
        """
        claim = Claim(subscription_id, slot, self._token())
        fresh = {
            "status": DeliveryStatus.CLAIMED.value,
            "claimed_at": now,
            "channel": channel,
            "token": claim.token,
            "reason": None,
        }
        statement = (
            self._database.insert(deliveries)
            .values(subscription_id=subscription_id, slot=slot, **fresh)
            .on_conflict_do_update(index_elements=["subscription_id", "slot"], set_=fresh, where=_skipped_ahead(now))
            .returning(deliveries.c.slot)
        )
        async with self._database.writing() as connection:
            won = (await connection.execute(statement)).first() is not None
        return claim if won else None

    async def reclaim(self, subscription_id: str, slot: str, *, now: datetime) -> Claim | None:
        """Claim a slot that did not come, or may not have come, because somebody wants it posted now.

        A claim for exactly one caller, until it has come to nothing again.
        """
        claim = Claim(subscription_id, slot, self._token())
        fresh = {"status": DeliveryStatus.CLAIMED.value, "claimed_at": now, "reason": None, "said": null()}
        won = await self._update(of_slot(subscription_id, slot) & in_status(_NOT_SENT), token=claim.token, **fresh)
        return claim if won else None

    async def prepare(self, claim: Claim, *, said: Said | None) -> bool:
        """Record what is being posted at this moment, or with None that it was not; False when the claim is lost.

        While that stands, nobody else can know whether it was posted.
        """
        return await self._move(claim, (DeliveryStatus.CLAIMED,), said=null() if said is None else encode(said))

    async def posted(
        self, claim: Claim, *, ts: str, said: Said, message: Message | None = None, reason: str | None = None
    ) -> bool:
        """Record that the message stands in the channel; False unless the slot was claimed or uncertain.

        `message` is what was posted, kept while something in it may still change.
        """
        return await self._move(
            claim,
            _OPEN,
            status=DeliveryStatus.POSTED.value,
            ts=ts,
            said=encode(said),
            reason=reason,
            message=message,
        )

    async def release(self, claim: Claim) -> bool:
        """Give up a claim of which nothing can have been posted, so that it may be claimed again; else False."""
        unsent = under(claim) & in_status((DeliveryStatus.CLAIMED,)) & deliveries.c.said.is_(None)
        async with self._database.writing() as connection:
            return (await connection.execute(delete(deliveries).where(unsent))).rowcount == 1

    async def arrived(self, subscription_id: str, slot: str) -> bool:
        """Settle an uncertain slot as done: somebody saw it in the channel. False when it is not uncertain."""
        uncertain = of_slot(subscription_id, slot) & in_status((DeliveryStatus.UNCERTAIN,))
        return await self._update(uncertain, status=DeliveryStatus.DONE.value, reason=None)

    async def mark(
        self,
        claim: Claim,
        status: DeliveryStatus,
        reason: str | None = None,
        *,
        marking: tuple[str, datetime] | None = None,
    ) -> bool:
        """Move a slot on; False when it is not where this step starts from, and then nothing changes.

        With it, the claim `marking` names is marked with its instant. Raises ValueError for `claimed` and `posted`,
        which have methods of their own.
        """
        if status not in _FROM:
            raise ValueError(f"A delivery is not marked {status.value}: use claim() or posted()")
        moved = update(deliveries).where(under(claim) & in_status(_FROM[status]))
        async with self._database.writing() as connection:
            done = (await connection.execute(moved.values(status=status.value, reason=reason))).rowcount == 1
            if done and marking:
                key, since = marking
                await remember(self._database, connection, key, token=claim.token, now=since)
        return done

    async def get(self, subscription_id: str, slot: str) -> Delivery | None:
        """One slot, if it was ever claimed."""
        found = await self._select(of_slot(subscription_id, slot), limit=1)
        return found[0] if found else None

    async def known(self, slots: Collection[tuple[str, str]], *, now: datetime) -> frozenset[tuple[str, str]]:
        """Those of these slots, each a subscription's id and a day, that were ever claimed or settled.

        What a clock skipped that was ahead is not among them.
        """
        ids, days = sorted({one for one, _ in slots}), {day for _, day in slots}
        found: set[tuple[str, str]] = set()
        async with self._database.reading() as connection:
            for start in range(0, len(ids), _CHUNK):
                query = select(deliveries.c.subscription_id, deliveries.c.slot).where(
                    deliveries.c.subscription_id.in_(ids[start : start + _CHUNK]),
                    deliveries.c.slot.in_(days),
                    not_(_skipped_ahead(now)),
                )
                found.update((row.subscription_id, row.slot) for row in await connection.execute(query))
        return frozenset(found.intersection(slots))

    async def slots(self, subscription_id: str, *, since: str, now: datetime) -> frozenset[str]:
        """The days, from `since` on, of which the ledger has something that no clock skipped that was ahead."""
        query = select(deliveries.c.slot).where(
            deliveries.c.subscription_id == subscription_id,
            deliveries.c.slot >= since,
            _SCHEDULED,
            not_(_skipped_ahead(now)),
        )
        async with self._database.reading() as connection:
            return frozenset((await connection.execute(query)).scalars())

    async def last_slot(self, subscription_id: str, *, until: str) -> str | None:
        """The latest day up to `until` of which the ledger has something, whatever became of it."""
        query = select(func.max(deliveries.c.slot)).where(_days(subscription_id, until=until))
        async with self._database.reading() as connection:
            last: str | None = await connection.scalar(query)
            return last

    async def reasons(self, subscription_id: str, *, prefix: str, since: str) -> dict[str, str]:
        """The reasons of the slots that begin with `prefix`, by the day that follows it, from `since` on."""
        slot, reason = deliveries.c.slot, deliveries.c.reason
        query = select(slot, reason).where(
            deliveries.c.subscription_id == subscription_id,
            slot.startswith(prefix, autoescape=True),
            slot >= f"{prefix}{since}",
            reason.is_not(None),
        )
        async with self._database.reading() as connection:
            return {row.slot.removeprefix(prefix): row.reason for row in await connection.execute(query)}

    async def skip(
        self, subscription_id: str, reasons: Mapping[str, str], *, channel: str, now: datetime
    ) -> frozenset[str]:
        """Settle slots nobody has claimed as skipped, at once, each with its reason; gives those that were free."""
        if not reasons:
            return frozenset()
        rows = [
            {
                "subscription_id": subscription_id,
                "slot": slot,
                "status": DeliveryStatus.SKIPPED.value,
                "claimed_at": now,
                "channel": channel,
                "reason": reason,
            }
            for slot, reason in reasons.items()
        ]
        statement = self._database.insert(deliveries).values(rows).on_conflict_do_nothing()
        async with self._database.writing() as connection:
            return frozenset((await connection.execute(statement.returning(deliveries.c.slot))).scalars())

    async def last_delivered(self, subscription_id: str, *, until: str) -> Delivery | None:
        """The newest scheduled slot up to `until` whose message stands in the channel: the next comparison's base."""
        found = await self._select(
            _days(subscription_id, until=until) & in_status(_DELIVERED),
            order=deliveries.c.slot.desc(),
            limit=1,
        )
        return found[0] if found else None

    async def last_unsent(
        self, subscription_id: str, *, until: str, after: str = "", meant: Collection[str] = ()
    ) -> Delivery | None:
        """The newest scheduled slot later than `after`, and up to `until`, that did not come, or may not have.

        `meant` is what good reasons begin with.
        """
        reason = deliveries.c.reason
        found = await self._select(
            _days(subscription_id, until=until)
            & in_status(_NOT_SENT)
            & (deliveries.c.slot > after)
            & or_(reason.is_(None), not_(or_(false(), *(reason.startswith(one, autoescape=True) for one in meant)))),
            order=deliveries.c.slot.desc(),
            limit=1,
        )
        return found[0] if found else None

    async def open_messages(self, subscription_id: str | None = None) -> list[Delivery]:
        """The deliveries, of one subscription or of all, whose message may still change, newest first."""
        still_open: ColumnElement[bool] = deliveries.c.message.is_not(None)
        if subscription_id is not None:
            still_open &= deliveries.c.subscription_id == subscription_id
        return await self._select(still_open, order=deliveries.c.claimed_at.desc())

    async def of_message(self, channel: str, ts: str) -> Delivery | None:
        """The delivery that a message in a channel is, if it is one."""
        found = await self._select((deliveries.c.channel == channel) & (deliveries.c.ts == ts), limit=1)
        return found[0] if found else None

    async def amend(self, channel: str, ts: str, change: Callable[[Message], Message]) -> Message | None:
        """Change a message from what it is now, one after the other with whoever else does; gives what it is then.

        None when it is being sealed, or no delivery's.
        """
        there = (deliveries.c.channel == channel) & (deliveries.c.ts == ts) & deliveries.c.message.is_not(None)
        there &= deliveries.c.sealed.is_(None)
        async with self._database.writing() as connection:
            kept = await connection.scalar(select(deliveries.c.message).where(there).with_for_update())
            if kept is None:
                return None
            message = change(kept)
            await connection.execute(update(deliveries).where(there).values(message=message))
            return message

    async def begin_seal(self, subscription_id: str, slot: str, *, newer: date) -> Message | None:
        """Let its message be amended no more, for a newer digest, of that day, is there; gives what it is.

        None when it is sealed, or has no message.
        """
        still_open = of_slot(subscription_id, slot) & deliveries.c.message.is_not(None)
        statement = update(deliveries).where(still_open).values(sealed=newer).returning(deliveries.c.message)
        async with self._database.writing() as connection:
            message: Message | None = await connection.scalar(statement)
            return message

    async def seal(self, subscription_id: str, slot: str) -> bool:
        """Let its message change no more; True for exactly one caller."""
        still_open = of_slot(subscription_id, slot) & deliveries.c.message.is_not(None)
        async with self._database.writing() as connection:
            return (await connection.execute(update(deliveries).where(still_open).values(message=null()))).rowcount == 1

    async def unfinished(self) -> list[Delivery]:
        """Slots on their way: claimed, posted or threaded but not done, oldest first."""
        return await self._select(in_status(_ON_THE_WAY), order=deliveries.c.claimed_at.asc())

    async def recent(self, subscription_id: str, limit: int = 10) -> list[Delivery]:
        """The newest slots of a subscription, those asked for included; notices are none."""
        return await self._select(
            (deliveries.c.subscription_id == subscription_id) & deliveries.c.slot.not_like("notice:%"),
            order=deliveries.c.claimed_at.desc(),
            limit=limit,
        )

    async def _move(self, claim: Claim, sources: Collection[DeliveryStatus], **values: object) -> bool:
        return await self._update(under(claim) & in_status(sources), **values)

    async def _update(self, condition: ColumnElement[bool], **values: object) -> bool:
        async with self._database.writing() as connection:
            return (await connection.execute(update(deliveries).where(condition).values(**values))).rowcount == 1

    async def _select(
        self, condition: ColumnElement[bool], *, order: ColumnElement[Any] | None = None, limit: int | None = None
    ) -> list[Delivery]:
        query = select(*COLUMNS).where(condition).limit(limit)
        if order is not None:
            query = query.order_by(order, deliveries.c.slot.desc())
        async with self._database.reading() as connection:
            return [delivery(row) for row in (await connection.execute(query)).mappings()]


def _days(subscription_id: str, *, until: str) -> ColumnElement[bool]:
    """The scheduled slots of a subscription up to a day."""
    return (deliveries.c.subscription_id == subscription_id) & (deliveries.c.slot <= until) & _SCHEDULED


def _skipped_ahead(now: datetime) -> ColumnElement[bool]:
    """What was skipped by a clock that was ahead, and has been put right by now."""
    return in_status((DeliveryStatus.SKIPPED,)) & (deliveries.c.claimed_at > now + AHEAD)
