"""Takes back what stands in a channel that customers have come to read: cards, digests and threads.

Slack tells of people who join a channel and of channels that are shared, with the scopes the bot has anyway:
https://docs.slack.dev/reference/events/member_joined_channel and https://docs.slack.dev/reference/events/channel_shared.
Of an invitation that is pending, and of a member who becomes a guest, it tells nothing, and while the bot is down it
tells nobody. So every channel where something stands is looked at from time to time besides.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.delivery import Delivery, Gone, NotPosted, Revoked
from bot.domain.audience import UNKNOWN, Audience
from bot.domain.errors import BotError, MemoryAway, cause
from bot.domain.records import is_direct
from bot.services.cards import PostedCards
from bot.services.inbox import Inbox
from bot.services.ledger import Ledger
from bot.services.posts import Posts

log = structlog.get_logger()

EVENTS = ("member_joined_channel", "channel_shared")
"""After which a channel may have other readers than before."""
PAUSE = 60.0
"""Seconds until Slack or Pivotal, which could not say who reads a channel, is asked again."""
MOST = 1_000
"""Channels that wait for that; beyond that the next round finds them."""
ROUND = timedelta(minutes=10)
"""From one look at every channel to the next."""
AGAIN = timedelta(minutes=1)
"""When it is tried again to begin one, where another replica has."""
DOUBT = timedelta(hours=1)
"""What nobody could find out for so long, though Slack refused nothing, counts as read from outside."""
SPACE = 2.0
"""Seconds between two channels: Slack allows 50 `conversations.info` a minute, and people need some."""

_FOR_GOOD = frozenset({"message_not_found", "channel_not_found", "cant_delete_message"})
"""Refusals after which there is nothing left to take back, or is another's; others are tried again each round."""
_OF_ALL = frozenset({"not_in_channel", "missing_scope", "is_archived", "is_inactive", "restricted_action"})
"""Refusals that any other message of the channel would meet as well, as with a dead token."""


class Withdrawing:
    """Looks who reads a channel, and withdraws what must not stay there.

    Where Slack refuses to say it, that is at once; where it could not be asked, it is asked again for `DOUBT`.

    `customers` gives the channels that are known to be customers' own, or None where none is known yet.
    """

    def __init__(
        self,
        delivery: Delivery,
        posts: Posts,
        cards: PostedCards,
        ledger: Ledger,
        inbox: Inbox,
        *,
        customers: Callable[[], Collection[str] | None],
        clock: Callable[[], datetime],
    ) -> None:
        self._delivery = delivery
        self._posts = posts
        self._cards = cards
        self._ledger = ledger
        self._inbox = inbox
        self._customers = customers
        self._clock = clock
        self._open: dict[str, datetime | None] = {}
        """Channels to look at, and since when nobody can say who reads them, where that was tried."""
        self._round: list[str] = []
        self._began: datetime | None = None
        self._next: datetime | None = None

    def note(self, channel: str) -> None:
        """Have a channel looked at soon, whatever happens meanwhile."""
        self._delivery.ask_anew(channel)
        if len(self._open) < MOST:
            self._open.setdefault(channel, None)

    async def recheck(self, channel: str, *, since: datetime | None = None) -> None:
        """Withdraw what stands in a channel, if customers can read it now; `since`: as for a look of a round."""
        self.note(channel)
        if await self._settled(channel, since):
            self._open.pop(channel, None)

    async def changed(self, channel: str, ts: str) -> None:
        """Remember a message that was replaced; if it is not known any more, it was taken back while that was done.

        Then what stands there says again what it must not say, so the channel is looked at once more.
        """
        if not await self._posts.remember(channel, ts):
            with suppress(MemoryAway):
                await self.recheck(channel)

    async def recheck_those(self, channels: Collection[str]) -> None:
        """Recheck those of these channels where something stands."""
        for channel in sorted(await self._channels() & frozenset(channels)) if channels else ():
            await self.recheck(channel)

    async def look_again(self) -> float:
        """Recheck one channel that waits for it, and one of the round; gives the seconds until there is more to do."""
        try:
            if self._open:
                channel = next(iter(self._open))
                self._open[channel] = self._open.pop(channel)  # what is not settled waits behind the others
                await self.recheck(channel)
        finally:  # a look that fails, whatever is wrong with it, keeps no other channel from its own
            if not self._round:
                await self._begin()
            if self._round:
                await self.recheck(self._round.pop(), since=self._began)
        return SPACE if self._open or self._round else PAUSE

    async def _begin(self) -> None:
        """Begin a round if one is due, and no other replica has."""
        now = self._clock()
        if self._next is not None and now < self._next <= now + ROUND:  # a clock that was set back waits for nothing
            return
        mine = await self._inbox.fresh("readers", within=ROUND - AGAIN)
        if mine:
            self._round = sorted(await self._channels())
            self._began = now
        self._next = now + (ROUND if mine else AGAIN)

    async def _channels(self) -> frozenset[str]:
        """Where something stands that says something of a customer; a direct message has one reader only."""
        digests = {digest.channel for digest in await self._ledger.open_messages()}
        return frozenset(
            one for one in await self._posts.channels() | await self._cards.channels() | digests if not is_direct(one)
        )

    async def _settled(self, channel: str, since: datetime | None) -> bool:
        """Whether there is nothing to look at before the next round: what stands there may, or was withdrawn."""
        if not await self._known(channel):
            return True
        try:
            audience = await self._delivery.readers.audience(channel, customers=self._customers(), since=since)
        except Gone:  # the bot is no longer in there, and can change nothing
            return True
        except NotPosted as error:  # the bot may ask nothing at the moment: that says nothing of this channel
            log.warning("readers not known", channel=channel, why=cause(error))
            audience = Audience("unknown", UNKNOWN)
        if not audience.reason:
            return True
        if audience.kind == "unknown" and not audience.refused and not self._doubted_for_long(channel):
            return False
        log.warning("channel read from outside", channel=channel, why=audience.reason)
        return await self._withdrawn(channel)

    def _doubted_for_long(self, channel: str) -> bool:
        """Whether nobody has been able to say for long who reads a channel."""
        now = self._clock()
        since = self._open.get(channel) or now
        if channel in self._open:
            self._open[channel] = since
        return abs(now - since) >= DOUBT

    async def _known(self, channel: str) -> dict[str, list[Callable[[], Awaitable[object]]]]:
        """Messages of ours there, by ts, and what forgets each; none: none is left."""
        found: dict[str, list[Callable[[], Awaitable[object]]]] = defaultdict(list)
        for card in await self._cards.in_channel(channel):
            found[card.ts].append(partial(self._cards.forget, card))
        for digest in await self._ledger.open_messages():
            if digest.channel == channel and digest.ts:
                found[digest.ts].append(partial(self._ledger.seal, digest))
        for ts, at in (await self._posts.in_channel(channel)).items():
            found[ts].append(partial(self._posts.forget, channel, ts, at=at))
        return found

    async def _withdrawn(self, channel: str) -> bool:
        """Withdraw what stands in a channel; False: Slack could not be asked to.

        What it refuses to have withdrawn stays known, for the next round.
        """
        refused: set[str] = set()
        while known := {ts: forgets for ts, forgets in (await self._known(channel)).items() if ts not in refused}:
            for ts, forgets in known.items():
                try:
                    await self._delivery.withdraw(channel, ts)
                except NotPosted as error:
                    log.warning("message not withdrawn", channel=channel, code=error.code)
                    if isinstance(error, Revoked) or error.code in _OF_ALL:
                        return True
                    if error.code not in _FOR_GOOD:
                        refused.add(ts)
                        continue
                except BotError as error:
                    log.warning("message not withdrawn", channel=channel, why=cause(error))
                    return False
                for forget in forgets:
                    await forget()
        return True
