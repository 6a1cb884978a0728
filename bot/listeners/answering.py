"""Where an answer goes: into the modal, through the response_url, onto Home, or whispered in a thread."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from aiohttp import ClientConnectorError, ClientError, ClientSession, ConnectionTimeoutError
from slack_sdk.errors import SlackApiError
from slack_sdk.models.views import View
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.domain.errors import UpstreamError, cause
from bot.listeners.cards import Cards
from bot.listeners.feature import Answer, Reply
from bot.listeners.screen import Screen
from bot.views import modal
from bot.views.message import Message

PAUSES = (1.0, 4.0)
"""Seconds before an answer that Slack did not take is sent again; `Retry-After` may ask for more."""
LONGEST = 60.0
"""Seconds waited at the most, whatever Slack asks for."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is to be answered, and where: in their modal (`screen`), through `url`, or as `reply` says.

    `team` is where the request comes from (`origin.py`), and `once` what tells it from every other.
    """

    user: str
    team: str | None
    action: str
    screen: Screen
    url: str = field(default="", repr=False)
    gate: bool = True
    title: str = "Onboarding"
    again: Callable[[str], View] | None = None
    reply: Reply = Reply.SCREEN
    once: str = ""
    thread: tuple[str, str] = ("", "")
    """Channel and ts of the thread that is whispered in, or that was pressed in."""


class Answering:
    """Shows people what a handler returned. `lines` is the log of that one request."""

    def __init__(self, session: ClientSession, cards: Cards) -> None:
        self._session = session
        self._cards = cards

    async def show(self, seen: Message | Answer | View, caller: Caller, *, lines: Any) -> None:
        """Show it where the person looks: in their modal, through the response_url, or in a new modal."""
        message = seen.message if isinstance(seen, Answer) else seen
        if isinstance(message, View):
            if message.type == "home":
                await caller.screen.publish(caller.user, message)
            else:
                await self._shown(caller.screen, message, lines=lines)
        elif caller.reply is Reply.HOME:
            await caller.screen.publish(caller.user, modal.at_home(message))
        elif caller.reply is Reply.WHISPER:
            channel, thread_ts = caller.thread
            await self._cards.whisper(message, to=caller.user, channel=channel, thread_ts=thread_ts)
        elif caller.reply is Reply.NOWHERE:
            return
        elif caller.screen.taken or not caller.url:
            if isinstance(seen, Answer) and seen.replace:
                caller.screen.take_over()
            await self._shown(caller.screen, modal.told(caller.title, message), lines=lines)
        else:
            answer = seen if isinstance(seen, Answer) else Answer(message)
            await self._send(caller.url, answer, thread_ts=caller.thread[1], lines=lines)

    async def _shown(self, screen: Screen, view: View, *, lines: Any) -> None:
        try:
            await screen.show(view)
        except (UpstreamError, SlackApiError) as error:
            lines.warning("modal not opened", error=type(error).__name__, why=cause(error))

    async def _send(self, url: str, answer: Answer, *, thread_ts: str, lines: Any) -> None:
        """Answer through the response_url: private, in the place of the pressed message where that is wanted.

        What Slack did not take is sent again: a private answer that came twice does no harm, one that is lost does.
        """
        body = {**answer.message.payload(), "response_type": "ephemeral", "replace_original": answer.replace}
        if thread_ts and not answer.replace:
            body["thread_ts"] = thread_ts
        client = AsyncWebhookClient(url, session=self._session, retry_handlers=[])
        failed = await _sent(client, body)
        for pause in PAUSES:
            if failed is None or failed.wait is None:
                break
            lines.info("answer is sent again", why=failed.why)
            await asyncio.sleep(max(failed.wait, pause))
            failed = await _sent(client, body)
        if failed is not None:
            lines.warning("answer not delivered", why=failed.why)


@dataclass(frozen=True, slots=True)
class _Failed:
    """Why an answer did not arrive, and the seconds after which to try again; None where it may have arrived."""

    why: str
    wait: float | None


async def _sent(client: AsyncWebhookClient, body: dict[str, Any]) -> _Failed | None:
    try:
        response = await client.send_dict(body)
    except (ClientConnectorError, ConnectionTimeoutError) as error:
        return _Failed(cause(error), 0)
    except (ClientError, OSError, TimeoutError) as error:
        return _Failed(cause(error), None)
    if response.status_code == HTTPStatus.OK:
        return None
    again = response.status_code == HTTPStatus.TOO_MANY_REQUESTS or response.status_code >= 500
    asked = response.headers.get("Retry-After", "")
    wait = min(float(asked), LONGEST) if asked.isdecimal() else 0
    return _Failed(f"{response.status_code} {response.body[:200]}", wait if again else None)
