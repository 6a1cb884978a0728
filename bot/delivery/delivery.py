"""The bot's mouth: every message others can see is posted, shown, replaced or taken back here."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus

import aiohttp
import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.calls import Calls, Sending
from bot.delivery.readers import CHANGED, Readers
from bot.delivery.refusals import NotPosted, Uncertain, Unsent
from bot.domain.audience import Audience
from bot.domain.audience import audience as judged
from bot.domain.errors import BotError, Forbidden, cause
from bot.domain.records import is_direct
from bot.pivotal.errors import PivotalError
from bot.services.shared import shared
from bot.views.fitting import fitted
from bot.views.message import Message, Picture, say

PICTURE = "portfolio.png"
"""What a picture's file is called by who saves it."""
AHEAD = timedelta(seconds=2)
"""So long before a message is changed it may have been asked who reads it there."""
FRESH = timedelta(seconds=10)
"""It took longer to be told who reads a channel: somebody may have come meanwhile, so it is asked again."""
ASKS = 3
"""So many times: what is still slow then is a channel of very many."""
WHERE = {"channel": str, "ts": str}
REMOVED = "Removed: this channel can now be read from outside"
FIXED = frozenset({"edit_window_closed", "cant_update_message"})
"""Refusals to change a message that last; it may be deleted all the same."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Posted:
    """Where a message is."""

    channel: str
    ts: str


class Delivery:
    """The bot's mouth: every message others can see goes through here.

    `client` has `retry_handlers=[]`, for slack-sdk's default ones would send a dropped post again. `sleep` takes
    seconds, `team` is the workspace's id, `me` the bot's own user id there, and `customer_channels` gives the ids of
    the channels that Pivotal knew as a customer's own at most so long ago. In the channels of `guests_allowed` guests
    do not count as customers. `enterprise` is the organisation that the workspace belongs to, where it does: its
    people are no strangers. `report` is told of every call of Slack by its method and how it ended, `remember` of
    every message that was posted in a channel, by its channel and ts, and `changed` likewise of every one replaced.

    Whatever others would see in a channel goes there only after Slack was asked who reads it, every single time, and
    once more after every wait.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        *,
        clock: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]],
        team: str,
        me: str,
        customer_channels: Callable[[timedelta], Awaitable[Collection[str]]],
        guests_allowed: Collection[str] = (),
        enterprise: str | None = None,
        report: Callable[[str, str], None] = lambda method, outcome: None,
        remember: Callable[[str, str], Awaitable[object]] | None = None,
        changed: Callable[[str, str], Awaitable[None]] | None = None,
    ) -> None:
        self._client = client
        self._remember = remember
        self._changed = changed
        self._ahead: dict[str, tuple[datetime, asyncio.Task[dict[str, bool | None]]]] = {}
        self._call = Calls(sleep=sleep, report=report)
        self.readers = Readers(
            client,
            self._call,
            clock=clock,
            sleep=sleep,
            team=team,
            me=me,
            customer_channels=customer_channels,
            guests_allowed=guests_allowed,
            enterprise=enterprise,
        )
        self._clock = clock

    async def post(
        self, channel: str, message: Message, *, thread_ts: str | None = None, sending: Sending | None = None
    ) -> Posted:
        """Post a message, or a reply in the thread of `thread_ts`; waits when Slack asks to, within `PATIENCE`.

        Raises Forbidden where customers read, NotPosted (Revoked when the token is dead), Unsent, Uncertain when it
        may have been posted, and what `sending` raises.
        """
        await self._among_us(channel)
        response = await self._call(
            self._client.chat_postMessage,
            sending,
            again=partial(self._among_us, channel),
            needs=WHERE,
            channel=channel,
            thread_ts=thread_ts,
            unfurl_links=False,
            unfurl_media=False,
            **fitted(message).payload(),
        )
        posted = Posted(response["channel"], response["ts"])
        if self._remember and not is_direct(channel):
            await self._remember(posted.channel, posted.ts)
        return posted

    async def whisper(self, channel: str, message: Message, *, to: str, thread_ts: str | None = None) -> None:
        """Show a message to one member of a channel only, https://docs.slack.dev/reference/methods/chat.postEphemeral.

        Raises as `post` does.
        """
        await self._call(
            self._client.chat_postEphemeral, channel=channel, user=to, thread_ts=thread_ts, **fitted(message).payload()
        )

    async def unfurl(self, channel: str, ts: str, cards: Mapping[str, Message]) -> None:
        """Show a message of ours below each link (by its address) in somebody's message; raises as `post` does.

        See https://docs.slack.dev/reference/methods/chat.unfurl.
        """
        await self._among_us(channel)
        shown = {url: {"blocks": message.payload()["blocks"]} for url, message in cards.items()}
        again = partial(self._among_us, channel)
        await self._call(self._client.chat_unfurl, again=again, channel=channel, ts=ts, unfurls=shown)

    async def tell(self, slack_id: str, message: Message) -> Posted:
        """Send one person a direct message; raises as `post` does."""
        return await self.post(await self.direct(slack_id), message)

    async def direct(self, slack_id: str) -> str:
        """The id of one person's direct message with the bot; raises as `post` does."""
        opened = await self._call(self._client.conversations_open, needs={"channel": dict}, users=slack_id)
        return str(opened["channel"].get("id"))

    async def update(self, channel: str, ts: str, message: Message) -> None:
        """Replace a message of ours; raises as `post` does. Safe to repeat: it says the same."""
        asked_at, asked = self._ahead.pop(channel, (None, None))
        young = asked_at is not None and abs(self._clock() - asked_at) <= AHEAD
        await self._among_us(channel, asked=asked if young else None)
        again = partial(self._among_us, channel)
        try:
            await self._call(self._client.chat_update, again=again, channel=channel, ts=ts, **fitted(message).payload())
        except Uncertain:  # it may say so by now
            await self._has_changed(channel, ts)
            raise
        await self._has_changed(channel, ts)

    async def _has_changed(self, channel: str, ts: str) -> None:
        if self._changed and not is_direct(channel):
            await self._changed(channel, ts)

    def ask_ahead(self, channel: str) -> None:
        """Begin to ask who reads a channel, for an `update` there that comes in a moment: it goes by this answer."""
        if is_direct(channel):
            return
        self._ahead[channel] = (self._clock(), shared(self.readers.facts(channel)))

    def ask_anew(self, channel: str) -> None:
        """Have what was asked ahead count no more: the channel may have other readers since."""
        self._ahead.pop(channel, None)

    async def withdraw(self, channel: str, ts: str) -> None:
        """Take a message of ours back where others have come to read it, leaving a word; raises as `post` does.

        One that can be changed no more is deleted, https://docs.slack.dev/reference/methods/chat.delete.
        """
        try:
            await self._call(self._client.chat_update, channel=channel, ts=ts, **say(REMOVED).payload())
        except NotPosted as error:
            if error.code not in FIXED:
                raise
            await self._call(self._client.chat_delete, channel=channel, ts=ts)

    async def welcome(self) -> bool:
        """Whether Slack takes the bot's token; while Slack cannot be asked it is not known to."""
        try:
            await self._call(self._client.auth_test)
        except BotError:
            return False
        return True

    async def upload(self, channel: str, picture: Picture, *, thread_ts: str) -> None:
        """Show a picture in the thread of `thread_ts`; raises as `post` does.

        Slack takes it in three steps, https://docs.slack.dev/messaging/working-with-files: only the last one shows it
        to anybody, so only after that one nobody knows whether it was done.
        """
        await self._among_us(channel)
        try:
            content = await asyncio.to_thread(picture.draw)
        except ImportError as error:
            raise Unsent("The picture could not be drawn.", hint="Its words are in the message.") from error
        try:
            place = await self._call(
                self._client.files_getUploadURLExternal,
                needs={"upload_url": str, "file_id": str},
                filename=PICTURE,
                length=len(content),
                alt_txt=picture.alt,
            )
            await self._send(place["upload_url"], content)
        except (Uncertain, aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unsent("Slack did not take the picture.", hint="It was not shown to anybody.") from error
        await self._among_us(channel)
        await self._call(
            self._client.files_completeUploadExternal,
            again=partial(self._among_us, channel),
            files=[{"id": place["file_id"], "title": picture.title}],
            channel_id=channel,
            thread_ts=thread_ts,
        )

    async def guard(self, channel: str) -> None:
        """Raise Forbidden when customers can read the channel, or when that cannot be determined.

        Whatever is posted there afterwards asks for itself which channels are customers' own by then.
        """
        _refuse(await self.readers.audience(channel, age=CHANGED))

    async def _among_us(self, channel: str, *, asked: Awaitable[dict[str, bool | None]] | None = None) -> None:
        """Guard a channel once more, right before something goes there; with Slack out of reach that is what is told.

        A direct message was opened for the one person that it is meant for. What was `asked` just now is waited for.
        """
        if channel.startswith("D"):
            return
        for _ in range(ASKS):
            begun = self._clock()
            try:
                facts = await (asked or self.readers.facts(channel))
            except (NotPosted, Unsent):
                raise
            except (BotError, PivotalError) as error:
                log.warning("readers not known", channel=channel, why=cause(error))
                facts = {"unknown": True}
            _refuse(judged(facts))
            if abs(self._clock() - begun) <= FRESH:
                return
            asked = None

    async def _send(self, address: str, content: bytes) -> None:
        """Send a file's bytes to the address Slack gave for them; raises Unsent when it does not take them."""
        session = self._client.session
        assert session is not None, "the bot’s client is made with a session"  # noqa: S101 - for the type checker
        async with session.post(address, data=content) as answer:
            if answer.status != HTTPStatus.OK:
                raise Unsent("Slack did not take the picture.", hint="It was not shown to anybody.")


def _refuse(audience: Audience) -> None:
    if audience.reason:
        raise Forbidden(
            f"I post nothing in that channel, because {audience.reason}.",
            hint="Customers must not read what is said of them. Use a channel of your team’s own.",
        )
