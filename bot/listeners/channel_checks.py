"""Checks of each digest there is: its channel, when it comes next, and what became of the last one."""

import asyncio
import html
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from aiohttp import ClientError
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery import Delivery, NotPosted, refusal
from bot.domain import dates
from bot.domain.errors import BotError
from bot.domain.findings import Finding, Level, Part
from bot.domain.records import Delivery as Row
from bot.domain.records import DeliveryStatus, Subscription
from bot.listeners.slack_checks import NoAnswer
from bot.pivotal.errors import PivotalError
from bot.services.checkup import Check
from bot.services.ledger import INTENDED, Ledger
from bot.services.memory_checks import FIRST, Unknown
from bot.views import outcomes
from bot.views.terms import when

AT_ONCE = 8
"""Channels that Slack is asked about at the same time."""
WITHIN = 5.0
"""Seconds that Slack may take to tell of one channel, waiting for its turn included."""
_INVITE = "Type `/invite` and the bot’s name in that channel."
_ELSEWHERE = "Unarchive it, or end the digest in `/onboarding subscriptions`."
_ORDER = tuple(Level)
_UNSENT = (DeliveryStatus.FAILED, DeliveryStatus.UNCERTAIN)

Found = tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """A channel as Slack shows it: its name, and what is against posting there, with the remedy."""

    name: str
    level: Level = Level.OK
    against: str = ""
    remedy: str = ""
    well: str = ""
    """What was found where nothing is against it."""


@dataclass(frozen=True, slots=True)
class Books:
    """What is known of the digests: all of them, and what became of each."""

    subscriptions: tuple[Subscription, ...]
    ledger: Ledger


class ChannelChecks:
    """Looks at every subscription. `books` gives None where nothing was ever stored, and raises Unknown.

    `delivery` gives the mouth that the digests would be said with: it knows who reads a channel. It raises NoAnswer.
    `titles` is what each kind of digest is called.
    """

    def __init__(
        self,
        client: AsyncWebClient | None,
        *,
        books: Callable[[], Awaitable[Books | None]],
        delivery: Callable[[], Awaitable[Delivery]],
        titles: Mapping[str, str],
        clock: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._books = books
        self._delivery = delivery
        self._titles = titles
        self._clock = clock
        self._turns = asyncio.Semaphore(AT_ONCE)

    def checks(self) -> tuple[Check, ...]:
        """All of them."""
        return (Check(Part.DIGESTS, "subscriptions", self._look),)

    async def _look(self) -> Found:
        try:
            books = await self._books()
        except Unknown as error:
            return (Finding(Part.DIGESTS, "subscriptions", Level.WARN, f"not known {error}", FIRST),)
        if books is None or not books.subscriptions:
            return (Finding(Part.DIGESTS, "subscriptions", Level.OK, "no channel has a digest yet"),)
        return tuple(await asyncio.gather(*(self._looked(one, books.ledger) for one in books.subscriptions)))

    async def _looked(self, subscription: Subscription, ledger: Ledger) -> Finding:
        channel, (level, told, remedy) = await asyncio.gather(
            self._channel(subscription), self._going(subscription, ledger)
        )
        name = f"{self._titles.get(subscription.kind, subscription.kind)}, {channel.name}"
        if _ORDER.index(channel.level) > _ORDER.index(level):
            level, remedy = channel.level, channel.remedy
        return Finding(
            Part.DIGESTS, name, level, "; ".join(filter(None, (channel.against, told, channel.well))), remedy
        )

    async def _channel(self, subscription: Subscription) -> Seen:
        if subscription.direct:
            return Seen("a direct message")
        try:
            async with asyncio.timeout(WITHIN), self._turns:
                return await self._asked(subscription.channel)
        except (NoAnswer, TimeoutError):
            against = "its channel is not known without an answer from Slack"
            return Seen(subscription.channel, Level.WARN, against, "Mend “token” first, or try again later.")

    async def _asked(self, channel: str) -> Seen:
        """https://docs.slack.dev/reference/methods/conversations.info, and then who reads there."""
        delivery = await self._delivery()
        if self._client is None:
            raise NoAnswer("not asked", "")
        try:
            found = (await self._client.conversations_info(channel=channel))["channel"]
        except SlackApiError as error:
            return _hidden(channel, refusal(error))
        except (ClientError, OSError):
            raise NoAnswer("Slack does not answer", "") from None
        name = f"#{found.get('name') or channel}"
        if found.get("is_archived"):
            return Seen(name, Level.FAIL, "the channel is archived", _ELSEWHERE)
        if found.get("is_member") is False:
            return Seen(name, Level.FAIL, "the bot is not in the channel", _INVITE)
        try:
            reason = (await delivery.readers.audience(channel)).reason
        except NotPosted as error:
            return _hidden(name, error.code)
        except (BotError, PivotalError):
            reason = "it can’t be told who can read it"
        if reason:
            remedy = "Move the digest to a channel of your team’s own: `/onboarding subscribe` there."
            return Seen(name, Level.FAIL, f"nothing is posted in the channel, because {reason}", remedy)
        return Seen(name, well="the bot is in the channel, and nobody reads it who may not")

    async def _going(self, subscription: Subscription, ledger: Ledger) -> tuple[Level, str, str]:
        """When it comes next and what became of the last one, in words."""
        now = self._clock()
        following = await ledger.following(subscription, now=now)
        last = next(iter(await ledger.recent(subscription, limit=1)), None)
        if subscription.paused is not None:
            paused = subscription.paused.rstrip(".")
            comes = paused if paused.startswith("Paused") else f"paused: {paused}"
            meant = paused.startswith("Paused by")
            remedy = "" if meant else "Mend what it says, and resume it in `/onboarding subscriptions`."
        elif following is None:
            comes, remedy = f"no next run ({when(subscription)})", "Edit it in `/onboarding subscriptions`."
        else:
            local = following.at.astimezone(ZoneInfo(subscription.zone))
            comes, remedy = f"next {dates.full(local.date())} {local:%H:%M} ({subscription.zone})", ""
        if last is None:
            return (Level.WARN if remedy else Level.OK), f"{comes}; none came yet", remedy
        told = html.unescape(outcomes.outcome(last, subscription, now=now))
        if not remedy and _unsent(last):
            remedy = "See `/onboarding subscriptions`; whoever set it up was told, and can post it by hand."
        return (Level.WARN if remedy else Level.OK), f"{comes}; last {told}", remedy


def _hidden(name: str, code: str | None) -> Seen:
    if code in ("channel_not_found", "not_in_channel"):
        return Seen(name, Level.FAIL, "the channel is gone, or it is private and the bot is not in it", _INVITE)
    if code == "missing_scope":
        return Seen(name, Level.FAIL, "Slack does not show the channel (missing_scope)", "Mend “scopes” first.")
    return Seen(name, Level.WARN, f"Slack does not show the channel ({code or 'no answer'})", "Try again in a minute.")


def _unsent(row: Row) -> bool:
    """Whether the last one did not come although it should have."""
    skipped = row.status is DeliveryStatus.SKIPPED and not (row.reason or "").startswith(INTENDED)
    return row.status in _UNSENT or skipped
