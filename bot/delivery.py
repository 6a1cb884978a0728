"""Posts a message to a channel exactly once, and knows what Slack's refusals mean.

Slack has no idempotency key for a post: https://docs.slack.dev/reference/methods/chat.postMessage. So whatever may
have been posted is never posted again; whether it was is for a person to say.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from http import HTTPStatus
from typing import Any, Protocol

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.audience import Audience
from bot.domain.audience import audience as judged
from bot.domain.errors import BotError, Forbidden, OutcomeUnknown, UpstreamError, UserError, cause
from bot.domain.records import is_direct
from bot.pivotal.errors import PivotalError
from bot.views.fitting import fitted
from bot.views.message import Message, Picture, say

PATIENCE = 120.0
"""Seconds a post waits in all for Slack's rate limit."""
TRIES = 6
REMEMBER = timedelta(minutes=10)
"""How long a person is taken to be what they were: guests rarely become members, or the other way round."""
PAGE = 200
"""Members on a page, as https://docs.slack.dev/apis/web-api/pagination recommends."""
NEW, CHANGED = timedelta(minutes=15), timedelta(hours=6)
"""How old it may be which channels are customers' own, for what is posted there and for what is changed there."""
AT_ONCE = 8
"""People asked about at the same time."""
BREATH = 8.0
"""Seconds between them where nobody waits: half of what https://docs.slack.dev/apis/web-api/rate-limits allows."""
PICTURE = "portfolio.png"
"""What a picture's file is called by who saves it."""
REMOVED = "Removed: this channel can now be read from outside"
PAUSE = 2.0
"""Seconds between tries to connect, and what `ratelimited` without a Retry-After asks for."""

_NO_EFFECT_KNOWN = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable"})
"""Slack's own words for "it may have been done"."""
_RATE_LIMITED = frozenset({"ratelimited", "rate_limited"})
_REVOKED = frozenset({"token_revoked", "invalid_auth", "account_inactive", "not_authed", "token_expired"})


log = structlog.get_logger()


class Kind(Enum):
    """What somebody in a channel is to the team."""

    MEMBER = auto()
    GUEST = auto()
    STRANGER = auto()


@dataclass(frozen=True, slots=True)
class Posted:
    """Where a message is."""

    channel: str
    ts: str


class NotPosted(UserError):
    """Slack refused: nothing was posted. `pauses` says that it will refuse until somebody changes something."""

    def __init__(self, message: str, *, hint: str = "", code: str, pauses: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.code = code
        self.pauses = pauses


class Revoked(NotPosted):
    """The bot's own token is no longer good: nothing works until an admin installs it again."""


class Unsent(UpstreamError):
    """Slack could not be reached, or asks to wait for too long: nothing was posted."""


class Uncertain(OutcomeUnknown):
    """The line broke after sending: it may have been posted, or not. Never repeated."""


_INVITE = "Invite me there with `/invite`, then it works."
_ELSEWHERE = "Subscribe another channel, or `/onboarding unsubscribe` here."
_REFUSALS: dict[str, tuple[str, str, bool]] = {
    "not_in_channel": ("I am not in that channel.", _INVITE, False),
    "channel_not_found": ("That channel is gone, or it is private and I am not in it.", _INVITE, True),
    "is_archived": ("That channel is archived.", _ELSEWHERE, True),
    "restricted_action": ("This workspace does not let me post in that channel.", "Ask a Slack admin.", True),
    "restricted_action_read_only_channel": ("That channel is read-only for me.", "Ask a Slack admin.", True),
    "message_not_found": ("That message is no longer there.", "", True),
    "cant_update_message": ("That message is not mine to change.", "", True),
    "cannot_dm_bot": ("A bot takes no messages.", "", True),
    "user_not_found": ("That person is not in this workspace.", "", True),
    "user_disabled": ("That person’s account is deactivated.", "", True),
    "missing_scope": ("I lack a permission for that.", "Ask an admin to install the bot again.", False),
    "msg_too_long": ("The message is too long for Slack.", "", False),
    "msg_blocks_too_long": ("The message is too long for Slack.", "", False),
}


_ENDINGS: dict[type[BotError], str] = {
    Revoked: "revoked",
    NotPosted: "refused",
    Unsent: "away",
    Uncertain: "uncertain",
}
"""What became of a call, by the error that it ended with."""
_SHOWN = frozenset(
    {"chat_postMessage", "chat_postEphemeral", "chat_unfurl", "chat_update", "files_completeUploadExternal"}
)
"""The methods whose work somebody sees."""


class Sending(Protocol):
    """Somebody who has to know whether a message may be on its way, should this process end."""

    async def begins(self) -> None:
        """Right before each request that posts it, when all else is done; whatever this raises, nothing is sent."""

    async def refused(self) -> None:
        """Slack did not take it: it may be tried again after a while, or not at all."""


class Delivery:
    """The bot's mouth: every message others can see goes through here.

    `client` has `retry_handlers=[]`, for slack-sdk's default ones would send a dropped post again. `sleep` takes
    seconds, `team` is the workspace's id, and `customer_channels` gives the ids of the channels that Pivotal knew
    as a customer's own at most so long ago. In the channels of `guests_allowed` guests do not count as customers.
    `enterprise` is the organisation that the workspace belongs to, where it does: its people are no strangers.
    `report` is told of every call of Slack by its method and how it ended, and `remember` of every message that was
    posted in a channel, by its channel and ts.

    Whatever others would see in a channel goes there only after Slack was asked who reads it, every single time.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        *,
        clock: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]],
        team: str,
        customer_channels: Callable[[timedelta], Awaitable[Collection[str]]],
        guests_allowed: Collection[str] = (),
        enterprise: str | None = None,
        report: Callable[[str, str], None] = lambda method, outcome: None,
        remember: Callable[[str, str], Awaitable[None]] | None = None,
    ) -> None:
        self._client = client
        self._report = report
        self._remember = remember
        self._clock = clock
        self._sleep = sleep
        self._customer_channels = customer_channels
        self._guests_allowed = frozenset(guests_allowed)
        self._kinds: dict[str, tuple[Kind, datetime]] = {}
        self._team = team
        self._enterprise = enterprise

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
        await self._call(self._client.chat_unfurl, channel=channel, ts=ts, unfurls=shown)

    async def tell(self, slack_id: str, message: Message) -> Posted:
        """Send one person a direct message; raises as `post` does."""
        return await self.post(await self.direct(slack_id), message)

    async def direct(self, slack_id: str) -> str:
        """The id of one person's direct message with the bot; raises as `post` does."""
        opened = await self._call(self._client.conversations_open, users=slack_id)
        return str(opened["channel"]["id"])

    async def update(self, channel: str, ts: str, message: Message) -> None:
        """Replace a message of ours; raises as `post` does. Safe to repeat: it says the same."""
        await self._among_us(channel, age=CHANGED)
        await self._call(self._client.chat_update, channel=channel, ts=ts, **fitted(message).payload())

    async def withdraw(self, channel: str, ts: str) -> None:
        """Take a message of ours back where others have come to read it, leaving a word; raises as `post` does."""
        await self._call(self._client.chat_update, channel=channel, ts=ts, **say(REMOVED).payload())

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
                self._client.files_getUploadURLExternal, filename=PICTURE, length=len(content), alt_txt=picture.alt
            )
            await self._send(place["upload_url"], content)
        except (Uncertain, aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unsent("Slack did not take the picture.", hint="It was not shown to anybody.") from error
        await self._call(
            self._client.files_completeUploadExternal,
            files=[{"id": place["file_id"], "title": picture.title}],
            channel_id=channel,
            thread_ts=thread_ts,
        )

    async def guard(self, channel: str) -> None:
        """Raise Forbidden when customers can read the channel, or when that cannot be determined.

        Whatever is posted there afterwards asks for itself which channels are customers' own by then.
        """
        _refuse(await self.audience(channel, age=CHANGED))

    async def _among_us(self, channel: str, *, age: timedelta = NEW) -> None:
        """Guard a channel once more, right before something goes there; with Slack out of reach that is what is told.

        A direct message was opened for the one person that it is meant for.
        """
        if channel.startswith("D"):
            return
        try:
            facts = await self._facts(channel, age=age)
        except (NotPosted, Unsent):
            raise
        except (BotError, PivotalError) as error:
            log.warning("readers not known", channel=channel, why=cause(error))
            facts = {"unknown": True}
        _refuse(judged(facts))

    async def audience(
        self,
        channel: str,
        *,
        age: timedelta = NEW,
        customers: Collection[str] | None = None,
        since: datetime | None = None,
    ) -> Audience:
        """Say who can read a channel, asking Slack afresh; only what its people are is remembered for `REMEMBER`.

        With `since`, for a look that nobody waits for, only from then on, and a few are asked about at a time.
        `age` is how old it may be which channels are customers' own; `customers` are these, where that needs not be
        asked. Raises NotPosted when Slack does
        not show the channel; whatever else fails makes the audience unknown.
        """
        try:
            return judged(await self._facts(channel, age=age, customers=customers, since=since))
        except NotPosted:
            raise
        except (BotError, PivotalError) as error:
            log.warning("readers not known", channel=channel, why=cause(error))
            return judged({"unknown": True})

    async def _facts(
        self,
        channel: str,
        *,
        age: timedelta,
        customers: Collection[str] | None = None,
        since: datetime | None = None,
    ) -> dict[str, bool | None]:
        if channel.startswith("D"):
            opened = await self._call(self._client.conversations_open, channel=channel, return_im=True)
            peer = opened["channel"].get("user")
            guest = bool(await self._outsiders([peer])) if peer else None
            return {"shared": False, "has_guest": guest, "customer_channel": False}
        found = (await self._call(self._client.conversations_info, channel=channel))["channel"]
        if found.get("is_member") is False:
            raise _no("not_in_channel")
        facts: dict[str, bool | None] = {
            "shared": bool(found.get("is_ext_shared") or (found.get("is_shared") and not found.get("is_org_shared"))),
            "pending_shared": bool(found.get("is_pending_ext_shared") or found.get("pending_shared")),
            "customer_channel": channel in (await self._customer_channels(age) if customers is None else customers),
            "has_guest": None,
        }
        if not any(facts.values()):
            outsiders = await self._outsiders(await self._members(channel), since=since)
            facts["shared"] = Kind.STRANGER in outsiders
            facts["has_guest"] = Kind.GUEST in outsiders and channel not in self._guests_allowed
        return facts

    async def _members(self, channel: str) -> list[str]:
        members: list[str] = []
        cursor = ""
        while True:
            page = await self._call(self._client.conversations_members, channel=channel, limit=PAGE, cursor=cursor)
            members += page["members"]
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return members

    async def _outsiders(self, people: Collection[str], *, since: datetime | None = None) -> frozenset[Kind]:
        """What those among them are who are not plainly of the team."""
        now = self._clock()
        self._kinds = {person: kept for person, kept in self._kinds.items() if abs(now - kept[1]) < REMEMBER}
        remembered = ((person, self._kinds.get(person)) for person in people)
        found = {person: kept[0] for person, kept in remembered if kept and (since is None or kept[1] >= since)}
        unknown = [person for person in people if person not in found]
        for start in range(0, len(unknown), AT_ONCE):
            if since is not None and start:
                await self._sleep(BREATH)
            batch = unknown[start : start + AT_ONCE]
            answers = await asyncio.gather(*(self._call(self._client.users_info, user=person) for person in batch))
            for person, answer in zip(batch, answers, strict=True):
                found[person] = self._kind(answer["user"])
                self._kinds[person] = (found[person], now)
        return frozenset(found.values()) - {Kind.MEMBER}

    def _kind(self, user: Mapping[str, Any]) -> Kind:
        """Whether somebody is a guest, or of another organisation; apps count as members."""
        if user.get("is_bot") or user.get("id") == "USLACKBOT":
            return Kind.MEMBER
        organisation = (user.get("enterprise_user") or {}).get("enterprise_id")
        ours = user.get("team_id") == self._team or (organisation and organisation == self._enterprise)
        if user.get("is_stranger") or not ours:
            return Kind.STRANGER
        return Kind.GUEST if user.get("is_restricted") or user.get("is_ultra_restricted") else Kind.MEMBER

    async def _send(self, address: str, content: bytes) -> None:
        """Send a file's bytes to the address Slack gave for them; raises Unsent when it does not take them."""
        session = self._client.session
        assert session is not None, "the bot’s client is made with a session"  # noqa: S101 - for the type checker
        async with session.post(address, data=content) as answer:
            if answer.status != HTTPStatus.OK:
                raise Unsent("Slack did not take the picture.", hint="It was not shown to anybody.")

    async def _call(
        self, method: Callable[..., Awaitable[Any]], sending: Sending | None = None, **arguments: Any
    ) -> dict[str, Any]:
        """Call Slack: reported, and logged where somebody sees what comes of it."""
        name = getattr(method, "__name__", "")
        shown = log.bind(method=name, channel=arguments.get("channel")) if name in _SHOWN else None
        try:
            body = await self._answered(method, sending, **arguments)
        except (NotPosted, Unsent, Uncertain) as error:
            outcome = next(word for kind, word in _ENDINGS.items() if isinstance(error, kind))
            self._report(name, outcome)
            if shown:
                shown.info("not delivered", outcome=outcome, why=cause(error))
            raise
        self._report(name, "ok")
        if shown:
            shown.info("delivered")
        return body

    async def _answered(
        self, method: Callable[..., Awaitable[Any]], sending: Sending | None, **arguments: Any
    ) -> dict[str, Any]:
        waited = 0.0
        for attempt in range(1, TRIES + 1):
            if sending:
                await sending.begins()
            try:
                body: dict[str, Any] = (await method(**arguments)).data
                return body
            except (SlackApiError, aiohttp.ClientError, TimeoutError, OSError) as error:
                failure, wait = _failure(error)
                if sending and not isinstance(failure, Uncertain):
                    await sending.refused()
                waited += wait or 0.0
                if wait is None or waited > PATIENCE or attempt == TRIES:
                    raise failure from error
            await self._sleep(wait)
        raise AssertionError("the last try either returns or raises")


def _refuse(audience: Audience) -> None:
    if audience.reason:
        raise Forbidden(
            f"I post nothing in that channel, because {audience.reason}.",
            hint="Customers must not read what is said of them. Use a channel of your team’s own.",
        )


def refusal(error: SlackApiError) -> str | None:
    """Slack's word for what is wrong; None when the answer was not Slack's JSON, but some proxy's page."""
    body = getattr(error.response, "data", None)
    code = body.get("error") if isinstance(body, dict) else None
    return code if isinstance(code, str) else None


def passing(error: SlackApiError) -> bool:
    """Whether it is Slack's own trouble, or the token's: nothing is wrong with what was asked."""
    code = refusal(error)
    return code is None or code in _NO_EFFECT_KNOWN or code in _REVOKED or code in _RATE_LIMITED


def _wait(error: SlackApiError) -> float | None:
    """Seconds that Slack asks to wait before the same call; None when waiting does not help."""
    if refusal(error) not in _RATE_LIMITED:
        return None
    try:
        return max(float(error.response.headers.get("Retry-After", PAUSE)), 1.0)
    except ValueError:
        return PAUSE


def _failure(error: Exception) -> tuple[NotPosted | Unsent | Uncertain, float | None]:
    """What a failed call means, and after how many seconds the same may be tried again; None for not at all."""
    if isinstance(error, SlackApiError):
        wait = _wait(error)
        if wait is None:
            return _refused(error), None
        return Unsent("Slack asks to wait longer than I can.", hint="Nothing was posted. Try again later."), wait
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return Unsent("Slack could not be reached.", hint="Nothing was posted. Try again in a minute."), PAUSE
    return Uncertain("The line to Slack broke.", hint="It may have been posted, or not."), None


def _refused(error: SlackApiError) -> NotPosted | Uncertain:
    code = refusal(error)
    if code is None or code in _NO_EFFECT_KNOWN:
        return Uncertain("Slack answered with an error of its own.", hint="It may have been posted, or not.")
    if code in _REVOKED:
        return Revoked("Slack no longer accepts my token.", hint="Ask an admin to install me again.", code=code)
    return _no(code)


def _no(code: str) -> NotPosted:
    message, hint, pauses = _REFUSALS.get(code, (f"Slack refused it ({code}).", "", False))
    return NotPosted(message, hint=hint, code=code, pauses=pauses)
