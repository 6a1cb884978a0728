"""Posts one written digest: noted before and after, its thread a message a second, and the older one made read-only."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import structlog

from bot.delivery import Delivery, Posted
from bot.digests.digest import Written
from bot.digests.telling import CustomersRead
from bot.digests.upkeep import KIND, Upkeep
from bot.domain.errors import BotError, Busy, Forbidden, UpstreamError, cause
from bot.domain.records import Delivery as Row
from bot.domain.records import DeliveryStatus, Subscription
from bot.services.ledger import Ledger
from bot.views.fitting import fitted

THREAD_PAUSE = 1.0
"""Seconds between two messages to one channel: https://docs.slack.dev/apis/web-api/rate-limits."""

log = structlog.get_logger()


class Superseded(Busy):
    """Somebody else took this claim to be given up, and has settled it: nothing may be posted any more."""


class Posting:
    """From a claimed slot to one that is done. `sleep` takes seconds."""

    def __init__(
        self, ledger: Ledger, delivery: Delivery, upkeep: Upkeep, *, sleep: Callable[[float], Awaitable[None]]
    ) -> None:
        self._ledger = ledger
        self._delivery = delivery
        self._upkeep = upkeep
        self._sleep = sleep
        self._under_way: set[tuple[str, str]] = set()

    async def check_readers(self, subscription: Subscription) -> None:
        """Raise CustomersRead where they do, and UpstreamError while nobody can say who reads the channel."""
        audience = await self._delivery.audience(subscription.channel)
        if audience.kind == "customers":
            raise CustomersRead(f"Customers can read that channel: {audience.reason}.")
        if audience.kind == "unknown":
            raise UpstreamError("Slack did not say who reads this channel.")
        if audience.reason:
            raise Forbidden(f"Nothing is posted there, because {audience.reason}.")

    async def post(self, subscription: Subscription, slot: str, written: Written) -> None:
        """Post it and what belongs to it. Raises Superseded when the slot was settled otherwise meanwhile.

        Raises what delivery raises for the message itself; what is lost of its thread is noted in the ledger.
        """
        with self._at_work_on(subscription.id, slot):
            await self._post(subscription, slot, written)

    def at_work(self, row: Row) -> bool:
        """Whether this process is posting it at this moment, however long Slack makes it wait."""
        return (row.subscription_id, row.slot) in self._under_way

    @contextmanager
    def _at_work_on(self, subscription_id: str, slot: str) -> Iterator[None]:
        self._under_way.add((subscription_id, slot))
        try:
            yield
        finally:
            self._under_way.discard((subscription_id, slot))

    async def _post(self, subscription: Subscription, slot: str, written: Written) -> None:
        if not await self._ledger.prepare(subscription, slot, said=written.said):
            raise Superseded("That digest was settled otherwise meanwhile.")
        message = fitted(written.message)
        posted = await self._delivery.post(subscription.channel, message)
        kept = {**message.payload(), KIND: subscription.kind}
        await self._ledger.posted(subscription, slot, ts=posted.ts, said=written.said, message=kept)
        missing = await self._thread(written, posted)
        parts = len(written.thread) + (written.picture is not None)
        if parts and not missing:
            await self._ledger.mark(subscription.id, slot, DeliveryStatus.THREADED)
        lacking = f"{missing} of {parts} thread messages may be missing" if missing else None
        await self._ledger.mark(subscription.id, slot, DeliveryStatus.DONE, reason=lacking)
        row = await self._ledger.get(subscription.id, slot)
        if row is not None:
            await self._upkeep.seal(subscription, newer=row)

    async def _thread(self, written: Written, posted: Posted) -> int:
        """Post what follows in the thread; says how much of it may be missing."""
        missing = 0
        for message in written.thread:
            await self._sleep(THREAD_PAUSE)
            try:
                await self._delivery.post(posted.channel, message, thread_ts=posted.ts)
            except BotError as error:
                missing += 1
                log.warning("thread message not posted", channel=posted.channel, why=cause(error))
        if written.picture is not None:
            await self._sleep(THREAD_PAUSE)
            try:
                await self._delivery.upload(posted.channel, written.picture, thread_ts=posted.ts)
            except BotError as error:
                missing += 1
                log.warning("picture not posted", channel=posted.channel, why=cause(error))
        return missing
