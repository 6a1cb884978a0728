"""Takes back what stands in a channel that customers have come to read: posted cards, and the digests still open.

Slack tells of people who join a channel and of channels that are shared, with the scopes the bot has anyway:
https://docs.slack.dev/reference/events/member_joined_channel and https://docs.slack.dev/reference/events/channel_shared.
Of an invitation that is pending it tells nothing: that is seen the next time something is to be posted or redrawn.
"""

from collections.abc import Awaitable, Callable

import structlog

from bot.delivery import Delivery, NotPosted
from bot.domain.errors import BotError, cause
from bot.services.cards import PostedCards
from bot.services.ledger import Ledger

log = structlog.get_logger()

EVENTS = ("member_joined_channel", "channel_shared")
"""After which a channel may have other readers than before."""
PAUSE = 60.0
"""Seconds until Slack or Pivotal, which could not say who reads a channel, is asked again."""
MOST = 1_000
"""Channels that wait for that."""


class Withdrawing:
    """Looks who reads a channel, and withdraws what must not stay there. What cannot be determined is asked again."""

    def __init__(self, delivery: Delivery, posted: PostedCards, ledger: Ledger) -> None:
        self._delivery = delivery
        self._posted = posted
        self._ledger = ledger
        self._open: set[str] = set()

    async def recheck(self, channel: str) -> None:
        """Withdraw what stands in a channel, if customers can read it now."""
        self._open.discard(channel)
        known = await self._known(channel)
        if not known:
            return
        try:
            audience = await self._delivery.audience(channel)
        except NotPosted:  # the bot is no longer in there, and can change nothing
            return
        if audience.kind == "customers":
            log.warning("channel read from outside", channel=channel, messages=len(known))
            for ts, forget in known.items():
                await self._withdraw(channel, ts, forget)
        elif audience.reason:
            self._wait(channel)

    async def look_again(self) -> float:
        """Recheck the channels of which nobody could say who reads them; gives the seconds until it is due again."""
        for channel in sorted(self._open):
            await self.recheck(channel)
        return PAUSE

    async def _known(self, channel: str) -> dict[str, Callable[[], Awaitable[object]]]:
        """Every message of ours there that says something of a customer, by its ts, and what forgets it."""
        found: dict[str, Callable[[], Awaitable[object]]] = {}
        for card in await self._posted.in_channel(channel):
            found[card.ts] = lambda card=card: self._posted.forget(card)  # type: ignore[misc]  # the loop's own
        for digest in await self._ledger.open_messages():
            if digest.channel == channel and digest.ts:
                found[digest.ts] = lambda digest=digest: self._ledger.seal(digest)  # type: ignore[misc]
        return found

    async def _withdraw(self, channel: str, ts: str, forget: Callable[[], Awaitable[object]]) -> None:
        try:
            await self._delivery.withdraw(channel, ts)
        except NotPosted as error:
            log.info("message not withdrawn", channel=channel, code=error.code)
            if not error.pauses:
                return
        except BotError as error:
            log.warning("message not withdrawn", channel=channel, why=cause(error))
            self._wait(channel)
            return
        await forget()

    def _wait(self, channel: str) -> None:
        if len(self._open) < MOST:
            self._open.add(channel)
