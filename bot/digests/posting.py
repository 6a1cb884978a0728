"""Posts one written digest: noted before and after, its thread a message a second, and the older one made read-only."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from bot.delivery import Delivery, Posted
from bot.digests.digest import Written
from bot.digests.telling import CustomersRead
from bot.digests.upkeep import KIND, Upkeep
from bot.domain.errors import BotError, Busy, Forbidden, UpstreamError, cause
from bot.domain.records import Claim, DeliveryStatus, Said, Subscription
from bot.domain.records import Delivery as Row
from bot.services.ledger import Ledger
from bot.views.fitting import fitted

THREAD_PAUSE = 1.0
"""Seconds between two messages to one channel: https://docs.slack.dev/apis/web-api/rate-limits."""

log = structlog.get_logger()


class Superseded(Busy):
    """Somebody else took this claim to be given up, and has it now, or has settled it: nothing may be posted."""


@dataclass(frozen=True, slots=True)
class _Sending:
    """Notes in the ledger what a digest says, right before the request that posts it.

    Whoever dies before that has posted nothing, and the digest is given back; later, nobody knows.
    """

    ledger: Ledger
    claim: Claim
    said: Said

    async def begins(self) -> None:
        if not await self.ledger.prepare(self.claim, said=self.said):
            raise Superseded("That digest was settled otherwise meanwhile.")

    async def refused(self) -> None:
        await self.ledger.prepare(self.claim, said=None)


class Posting:
    """From a claimed slot to one that is done. `sleep` takes seconds."""

    def __init__(
        self, ledger: Ledger, delivery: Delivery, upkeep: Upkeep, *, sleep: Callable[[float], Awaitable[None]]
    ) -> None:
        self._ledger = ledger
        self._delivery = delivery
        self._upkeep = upkeep
        self._sleep = sleep
        self._under_way: set[Claim] = set()

    async def check_readers(self, subscription: Subscription) -> None:
        """Raise CustomersRead where they do, and UpstreamError while nobody can say who reads the channel."""
        audience = await self._delivery.readers.audience(subscription.channel)
        if audience.kind == "customers":
            raise CustomersRead(f"Customers can read that channel: {audience.reason}.")
        if audience.kind == "unknown":
            raise UpstreamError("Slack did not say who reads this channel.")
        if audience.reason:
            raise Forbidden(f"Nothing is posted there, because {audience.reason}.")

    async def post(self, subscription: Subscription, claim: Claim, written: Written) -> None:
        """Post it and what belongs to it. Raises Superseded when the slot was settled otherwise meanwhile.

        Raises what delivery raises for the message itself; what is lost of its thread is noted in the ledger.
        """
        message = fitted(written.message)
        sending = _Sending(self._ledger, claim, written.said)
        posted = await self._delivery.post(subscription.channel, message, sending=sending)
        kept = {**message.payload(), KIND: subscription.kind}
        await self._ledger.posted(claim, ts=posted.ts, said=written.said, message=kept)
        missing = await self._thread(written, posted)
        parts = len(written.thread) + (written.picture is not None)
        if parts and not missing:
            await self._ledger.mark(claim, DeliveryStatus.THREADED)
        lacking = f"{missing} of {parts} thread messages may be missing" if missing else None
        await self._ledger.mark(claim, DeliveryStatus.DONE, reason=lacking)
        row = await self._ledger.get(subscription.id, claim.slot)
        if row is not None:
            await self._upkeep.seal(subscription, newer=row)

    def at_work(self, row: Row) -> bool:
        """Whether this process is seeing to it at this moment, however long Pivotal or Slack makes it wait."""
        return row.claim in self._under_way

    @contextmanager
    def at_work_on(self, claim: Claim) -> Iterator[None]:
        """This process sees to it for as long as the context lasts."""
        self._under_way.add(claim)
        try:
            yield
        finally:
            self._under_way.discard(claim)

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
