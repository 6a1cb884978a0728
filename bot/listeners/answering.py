"""Where an answer goes: into the modal, through the response_url, onto Home, or whispered in a thread."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientError, ClientSession
from slack_sdk.errors import SlackApiError
from slack_sdk.models.views import View
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.domain.errors import UpstreamError
from bot.listeners.cards import Cards
from bot.listeners.feature import Answer, Reply
from bot.listeners.screen import Screen
from bot.views import modal
from bot.views.message import Message


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is to be answered, and where: in their modal (`screen`), through `url`, or as `reply` says.

    `team` is where the request comes from (`origin.py`), and `once` what tells it from every other.
    """

    user: str
    team: str | None
    action: str
    screen: Screen
    url: str = ""
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
            lines.warning("modal not opened", error=type(error).__name__)

    async def _send(self, url: str, answer: Answer, *, thread_ts: str, lines: Any) -> None:
        """Answer through the response_url: private, in the place of the pressed message where that is wanted."""
        body = {**answer.message.payload(), "response_type": "ephemeral", "replace_original": answer.replace}
        if thread_ts and not answer.replace:
            body["thread_ts"] = thread_ts
        try:
            client = AsyncWebhookClient(url, session=self._session, retry_handlers=[])
            response = await client.send_dict(body)
        except (ClientError, OSError, TimeoutError) as error:
            lines.warning("answer not delivered", error=type(error).__name__)
            return
        if response.status_code != 200:
            lines.warning("answer not delivered", status=response.status_code, said=response.body[:200])
