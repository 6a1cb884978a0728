"""Cards people see: draws one, posts one to a channel, and keeps the posted ones as the onboarding stands."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog

from bot.delivery import Delivery, NotPosted
from bot.domain.errors import BotError, Forbidden, MemoryAway, cause
from bot.domain.records import Card, Standing, Writes
from bot.listeners.withdrawing import Withdrawing
from bot.services import Services
from bot.services.cards import Behind, PostedCards, Share
from bot.services.changes import Changed
from bot.views import card, text
from bot.views.message import Message, say
from bot.views.values import Press
from bot.views.viewing import Viewing

log = structlog.get_logger()

MOST_DRAWN = 5
"""So many times one card is drawn for one change, while others change it faster than Slack answers."""


class Cards:
    """Draws cards and looks after the posted ones. Nothing is posted or redrawn where customers can read it."""

    def __init__(
        self,
        delivery: Delivery,
        posted: PostedCards,
        services: Services,
        withdrawing: Withdrawing,
        *,
        clock: Callable[[], datetime],
    ) -> None:
        self._withdrawing = withdrawing
        self._delivery = delivery
        self._posted = posted
        self._services = services
        self._clock = clock

    def draw(
        self,
        standing: Standing,
        *,
        private: bool,
        zone: str | None = None,
        notice: str = "",
        undo: Press | None = None,
        shared_by: str = "",
        remark: str = "",
    ) -> Message:
        """Draw a card for one reader's zone (a channel's cards: the bot's own); `remark` follows its why line."""
        viewing = self._viewing(zone, standing)
        return card.card(
            standing,
            viewing,
            reasons=self._services.onboardings.reasons(standing, today=viewing.today, now=viewing.now),
            private=private,
            writable=self._services.policy.writes is not Writes.OFF,
            notice=notice,
            undo=undo,
            shared_by=shared_by,
            web=self._services.web,
            remark=remark,
        )

    async def guard(self, channel: str) -> None:
        """Raise Forbidden when customers can read `channel`, or when that cannot be determined.

        Where they have come to read it, what stands there is withdrawn.
        """
        try:
            await self._delivery.guard(channel)
        except Forbidden:
            await self._withdrawing.recheck(channel)
            raise

    def ask_ahead(self, channel: str) -> None:
        """Begin to ask who reads a channel whose posted card is redrawn in a moment; it is looked at before that."""
        self._delivery.ask_ahead(channel)

    async def share(self, wish: Share) -> Standing:
        """Post a card for everyone in a channel, or in a thread of it, saying who shared it; gives how it stands.

        Raises what `PostedCards.share` raises, and delivery.
        """

        async def post(standing: Standing) -> str:
            drawn = self.draw(standing, private=False, shared_by=wish.by.name)
            return (await self._delivery.post(wish.channel, drawn, thread_ts=wish.thread_ts or None)).ts

        standing = await self._posted.share(wish, guard=lambda: self._delivery.guard(wish.channel), post=post)
        # Whoever came to read the channel while Slack was posting was told of before the card was known to be there.
        with suppress(MemoryAway):
            await self._withdrawing.recheck(wish.channel)
        return standing

    async def unfurl(self, cards: Mapping[str, Message], *, channel: str, ts: str) -> None:
        """Show small cards below the links of a message, by address; raises Forbidden where customers read it."""
        await self._delivery.unfurl(channel, ts, cards)

    async def whisper(self, message: Message, *, to: str, channel: str, thread_ts: str = "") -> None:
        """Say something to one person in a channel or thread; whether they see it Slack does not promise."""
        try:
            await self._delivery.whisper(channel, message, to=to, thread_ts=thread_ts or None)
        except BotError as error:
            log.info("not whispered", why=cause(error))

    async def follow(self, changed: Changed) -> None:
        """Redraw every known copy of a changed onboarding, once; one that cannot be redrawn holds up no other."""
        for copy in await self._posted.of(changed.standing.onboarding.id):
            if (copy.channel, copy.ts) != changed.drawn:
                await self._redraw(copy, changed.standing, gone=changed.gone)

    async def catch_up(self, behind: Behind) -> None:
        """Redraw the copies that do not show how their onboarding stands; what nothing is known of is gone."""
        for copy in behind.copies:
            await self._redraw(copy, behind.standing, gone=behind.standing is None)

    async def _redraw(self, copy: Card, standing: Standing | None, *, gone: bool) -> None:
        try:
            await self._keep_up(copy, standing, gone=gone)
        except BotError as error:
            log.info("card not redrawn", why=cause(error))
            if isinstance(error, NotPosted) and error.pauses:
                await self._posted.forget(copy)

    async def _keep_up(self, copy: Card, standing: Standing | None, *, gone: bool) -> None:
        """Draw a copy as its onboarding is by now, unless it shows that already or somebody else is drawing it.

        Who finds it being drawn leaves it, whatever has changed: so who has drawn it looks at it once more.
        """
        for _ in range(MOST_DRAWN):
            newest = None if gone or standing is None else await self._newest(standing)
            if not await self._posted.late(copy, newest):
                return
            async with self._posted.drawing(copy.channel, copy.ts) as alone:
                if not alone or not await self._posted.late(copy, newest):
                    return
                await self.guard(copy.channel)
                if newest is None:
                    await self.bury(standing, channel=copy.channel, ts=copy.ts)
                else:
                    await self._update(newest, copy)

    async def redraw(self, standing: Standing, *, channel: str, ts: str, line: str = "") -> None:
        """Redraw the posted card somebody pressed, with one line in its thread saying what was done.

        They see it at once, whoever else is drawing it; nobody else begins to meanwhile.
        """
        known = (c for c in await self._posted.of(standing.onboarding.id) if (c.channel, c.ts) == (channel, ts))
        copy = next(known, Card(standing.onboarding.id, channel, ts, self._clock(), shared_by=""))
        async with self._posted.drawing(channel, ts):
            await self._update(standing, copy)
        await self._redraw(copy, standing, gone=False)
        if line:
            await self._delivery.post(channel, Message(text.escape(line)), thread_ts=ts)

    async def _update(self, standing: Standing, copy: Card) -> None:
        """Draw a posted card as its onboarding is by now.

        While Slack was asked, a newer one may have been drawn by whoever had pressed it: whoever comes last looks
        again, so that what stands there in the end is the newest.
        """
        newest = await self._newest(standing)
        for _ in range(MOST_DRAWN):
            drawn = newest
            message = self.draw(drawn, private=False, shared_by=copy.shared_by)
            await self._delivery.update(copy.channel, copy.ts, message)
            await self._posted.draw(copy.channel, copy.ts, drawn)
            newest = await self._newest(standing)
            if newest.onboarding == drawn.onboarding:
                return

    async def _newest(self, standing: Standing) -> Standing:
        return await self._services.portfolio.newest(standing.onboarding.id) or standing

    async def bury(self, standing: Standing | None, *, channel: str, ts: str) -> None:
        """Put a tombstone in the place of a posted card whose onboarding is gone; None: nobody knows what it was."""
        await self._delivery.update(channel, ts, self.tombstone(standing))
        await self._posted.draw(channel, ts, None)

    async def tell(self, slack_id: str, message: Message) -> None:
        """Send one person a direct message; raises what delivery raises."""
        await self._delivery.tell(slack_id, message)

    async def direct(self, slack_id: str) -> str:
        """The id of one person's direct message with the bot; raises what delivery raises."""
        return await self._delivery.direct(slack_id)

    async def put(self, channel: str, ts: str, message: Message) -> None:
        """Put a message in the place of one the bot has sent; raises what delivery raises."""
        await self._delivery.update(channel, ts, message)

    def tombstone(self, standing: Standing | None, *, zone: str | None = None) -> Message:
        """Draw what is left of a card whose onboarding is gone."""
        if standing is None:
            return say("This onboarding no longer exists in Pivotal, so there is nothing to change here.")
        return card.tombstone(standing.title, self._viewing(zone), display_id=standing.onboarding.display_id)

    def _viewing(self, zone: str | None, standing: Standing | None = None) -> Viewing:
        """How a card is seen in a reader's zone, or in the bot's own: it is of now unless it could not be read."""
        now, services = self._clock(), self._services
        return Viewing(
            phases=services.phases,
            directory=services.people.directory,
            now=now,
            zone=ZoneInfo(zone or services.zone),
            as_of=(standing and standing.as_of) or now,
            stale=standing.trouble if standing else False,
            test_key=services.test_key,
        )
