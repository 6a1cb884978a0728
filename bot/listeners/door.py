"""Door 1, Slack: acknowledges at once, finds the handler, answers privately, and explains what went wrong.

Bolt waits for a listener before it answers (`process_before_response`), so the listeners here acknowledge and hand
their work to a task of our own: Slack's three seconds never depend on Pivotal.
"""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from aiohttp import ClientError, ClientSession
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.domain import rights
from bot.domain.errors import BotError, UpstreamError
from bot.domain.records import Actor
from bot.listeners.actors import Actors
from bot.listeners.cards import Cards
from bot.listeners.feature import Answer, Digests, Handler, Pressed, Registry, Turn
from bot.listeners.grammar import understand
from bot.listeners.manifest import Names
from bot.listeners.tasks import Tasks
from bot.pivotal.errors import PivotalError
from bot.services import Services
from bot.views.errors import explain
from bot.views.message import Message

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the bot is in its workspace, as `auth.test` said at start."""

    team: str
    user: str
    bot: str
    token: str


class Door:
    """The Bolt app, and the way from each of its requests to a handler and back."""

    def __init__(
        self,
        registry: Registry,
        *,
        identity: Identity,
        names: Names,
        signing_secret: str,
        session: ClientSession,
        actors: Actors,
        cards: Cards,
        services: Services,
        digests: Digests,
        clock: Callable[[], datetime],
    ) -> None:
        self.tasks = Tasks()
        self._registry = registry
        self._names = names
        self._session = session
        self.actors = actors
        self._cards = cards
        self._services = services
        self._digests = digests
        self._clock = clock
        self.bolt = _bolt(identity, signing_secret=signing_secret, session=session)
        self.bolt.action(re.compile(r"^ob:"))(self.on_action)
        self.bolt.command(re.compile("|".join(f"^{re.escape(name)}$" for name in names.all)))(self.on_command)

    async def on_command(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Acknowledge a slash command and start its work."""
        await ack()
        self.tasks.spawn(self._command(body))

    async def on_action(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Acknowledge a press and start its work."""
        await ack()
        self.tasks.spawn(self._action(body))

    async def _command(self, body: dict[str, Any]) -> None:
        said = understand(str(body.get("text") or ""), self._registry)
        await self._answer(
            said.command.handler,
            url=str(body["response_url"]),
            user=str(body["user_id"]),
            team=body.get("team_id"),
            turn=lambda actor, now, reference: self._turn(
                actor,
                now,
                reference,
                channel=str(body["channel_id"]),
                text=said.rest,
                trigger=str(body.get("trigger_id", "")),
            ),
            gate=said.command.verb != "help",
            action=said.command.verb,
        )

    async def _action(self, body: dict[str, Any]) -> None:
        action = body["actions"][0]
        container = body.get("container") or {}
        pressed = Pressed(
            action=str(action["action_id"]),
            value=str((action.get("selected_option") or action).get("value") or ""),
            channel=str((body.get("channel") or {}).get("id") or container.get("channel_id") or ""),
            ts=str(container.get("message_ts") or ""),
            private=bool(container.get("is_ephemeral")),
        )
        if action.get("url"):
            return  # Slack opens the link itself and only wants the acknowledgement.

        async def handler(turn: Turn) -> Message | Answer | None:
            return await self._registry.button(pressed.action)(turn)

        await self._answer(
            handler,
            url=str(body.get("response_url") or ""),
            user=str(body["user"]["id"]),
            team=body["user"].get("team_id"),
            turn=lambda actor, now, reference: self._turn(
                actor, now, reference, channel=pressed.channel, trigger=str(body.get("trigger_id", "")), pressed=pressed
            ),
            gate=True,
            action=pressed.action,
        )

    def _turn(self, actor: Actor, now: datetime, reference: str, **said: Any) -> Turn:
        return Turn(
            actor=actor,
            now=now,
            reference=reference,
            services=self._services,
            cards=self._cards,
            actors=self.actors,
            digests=self._digests,
            names=self._names,
            features=self._registry.features,
            **{"text": "", **said},
        )

    async def _answer(
        self,
        handler: Handler,
        *,
        url: str,
        user: str,
        team: str | None,
        turn: Callable[[Actor, datetime, str], Turn],
        gate: bool,
        action: str,
    ) -> None:
        now, reference = self._clock(), secrets.token_hex(3).upper()
        lines = log.bind(reference=reference, action=action, user=user)
        answer: Message | Answer | None
        try:
            actor = await self._who(user, team=team, gate=gate)
            answer = await handler(turn(actor, now, reference))
            lines.info("answered")
        except (BotError, PivotalError) as error:
            lines.info("refused", error=type(error).__name__)
            answer = explain(error, reference=reference, now=now)
        except Exception as error:  # noqa: BLE001 - one of the three doors: nothing may reach Bolt
            lines.exception("failed")
            answer = explain(error, reference=reference, now=now)
        if answer is not None:
            await self._send(url, answer if isinstance(answer, Answer) else Answer(answer), lines=lines)

    async def _who(self, user: str, *, team: str | None, gate: bool) -> Actor:
        """Who is asking. Behind the gate only those who may look; before it anybody, even if Slack cannot say who."""
        try:
            actor = await self.actors.actor(user, team=team)
        except UpstreamError:
            if gate:
                raise
            return Actor(user, team or "", name=user, home=False)
        if gate:
            rights.check(rights.Right.READ, actor)
        return actor

    async def _send(self, url: str, answer: Answer, *, lines: Any) -> None:
        """Answer through the response_url: private, and in place of the pressed message where that is wanted."""
        body = {**answer.message.payload(), "response_type": "ephemeral", "replace_original": answer.replace}
        try:
            client = AsyncWebhookClient(url, session=self._session, retry_handlers=[])
            response = await client.send_dict(body)
        except (ClientError, OSError, TimeoutError) as error:
            lines.warning("answer not delivered", error=type(error).__name__)
            return
        if response.status_code != 200:
            lines.warning("answer not delivered", status=response.status_code, said=response.body[:200])


def _bolt(identity: Identity, *, signing_secret: str, session: ClientSession) -> AsyncApp:
    """Make Bolt's app around one `auth.test` answer, so that no request asks Slack who the bot is."""
    authorized = AuthorizeResult(
        enterprise_id=None,
        team_id=identity.team,
        bot_user_id=identity.user,
        bot_id=identity.bot,
        bot_token=identity.token,
    )

    async def authorize() -> AuthorizeResult:
        return authorized

    return AsyncApp(
        name="onboarding-bot",
        process_before_response=True,
        signing_secret=signing_secret,
        authorize=authorize,
        client=AsyncWebClient(session=session, retry_handlers=[]),
    )
