"""Door 1, Slack: acknowledges at once, reads what was asked, and finds the handler; `conversation.py` does the rest.

Bolt waits for a listener before it answers (`process_before_response`), so the listeners here acknowledge and hand
their work to a task of our own: Slack's three seconds never depend on Pivotal.
"""

import asyncio
import html
import re
import traceback
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from datetime import datetime
from functools import partial
from typing import Any
from weakref import WeakValueDictionary

import structlog
from aiohttp import ClientSession
from slack_bolt.async_app import AsyncAck
from slack_sdk.models.blocks import Option
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain import gates, rights
from bot.domain.errors import BotError, FieldErrors, MemoryAway, cause
from bot.listeners.actors import Actors
from bot.listeners.answering import Answering, Caller
from bot.listeners.bolt import Identity, application
from bot.listeners.cards import Cards
from bot.listeners.conversation import Conversation, Report
from bot.listeners.crowded import MOST, MOST_TOLD, TOO_MUCH, later, too_much
from bot.listeners.feature import Digests, Form, Handler, Pressed, Registry, Reply, Seen, Turn
from bot.listeners.grammar import understand
from bot.listeners.manifest import EXTRAS, Names, off
from bot.listeners.origin import origin
from bot.listeners.place import HOME, unpacked
from bot.listeners.screen import Screen
from bot.listeners.tasks import Tasks
from bot.listeners.turn import Examine
from bot.listeners.which import asking, nameless
from bot.listeners.withdrawing import EVENTS, Withdrawing
from bot.services import Services
from bot.services.correlation import correlated
from bot.views import modal, text
from bot.views.message import say

log = structlog.get_logger()

MOST_OPTIONS = 100
MOST_HOMES = 5_000
"""Homes that are drawn anew by themselves; beyond that, all but the newest are when they are opened again."""
PATIENCE = 2.0
"""Seconds that a menu waits to know who is searching: Slack itself waits three for the options."""
OPENED = "app_home_opened"
NOT_UNDERSTOOD = (KeyError, IndexError, TypeError, AttributeError, ValueError, OverflowError, RecursionError)
"""What reading a request of a shape that Slack does not send ends in."""
NOT_READ = "This form cannot be read, so nothing was changed. Open it again, and use the new one."
_NONE: Mapping[str, Any] = {}
Hold = Callable[..., Awaitable[None]]
"""Holds a turn, as `Conversation.hold` does."""


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
        client: AsyncWebClient,
        actors: Actors,
        cards: Cards,
        withdrawing: Withdrawing,
        services: Services,
        digests: Digests,
        examine: Examine,
        clock: Callable[[], datetime],
        report: Report,
    ) -> None:
        self.tasks = Tasks()
        self._registry = registry
        self._client = client
        self.withdrawing = withdrawing
        self.actors = actors
        self._services = services
        self._at_home: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._homes: set[str] = set()
        self._off = off(identity.scopes)
        self._origin = partial(origin, identity=identity)
        self._conversation = Conversation(
            registry.features,
            Answering(session, cards),
            names=names,
            actors=actors,
            cards=cards,
            services=services,
            digests=digests,
            examine=examine,
            off=tuple(self._off.values()),
            clock=clock,
            report=report,
        )
        self.bolt = application(identity, signing_secret=signing_secret, session=session)
        ours = re.compile(r"^ob:")
        self.bolt.action(ours)(self.on_action)
        self.bolt.command(re.compile("|".join(f"^{re.escape(name)}$" for name in names.all)))(self.on_command)
        self.bolt.view(ours)(self.on_form)
        self.bolt.options(ours)(self.on_search)
        self.bolt.shortcut(ours)(self.on_shortcut)
        self.bolt.event(re.compile(""))(self.on_event)

    async def on_command(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Acknowledge a slash command and start its work."""
        if self._full:
            await ack(TOO_MUCH)
            return
        await ack()
        self._begin(self._command, body)

    async def on_action(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Acknowledge a press and start its work."""
        await ack()
        self._begin(self._action, body)

    async def on_form(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Answer a form inside the acknowledgement, from memory: what cannot be read, or that it is being done."""
        try:
            view, title = body["view"], str(body["view"]["title"]["text"])
            form = self._registry.forms[view["callback_id"]]
            given, kept = view["state"]["values"], unpacked(view.get("private_metadata") or "")[1]
            busy = later(view) if self._full else {}
        except NOT_UNDERSTOOD as error:
            not_understood(error)
            await ack()
            return
        try:
            parsed = form.parse(given, kept)
        except FieldErrors as error:
            await ack(response_action="errors", errors=error.fields)
        except BotError as error:  # a form that an older version has drawn
            await ack(**_instead(title, error.message))
        except Exception as error:  # noqa: BLE001 - one of the three doors: nothing may reach Bolt
            not_understood(error, what="form not understood")
            await ack(**_instead(title, NOT_READ))
        else:
            await ack(**busy or {"response_action": "update", "view": modal.saving(title).to_dict()})
            if not busy:
                self._begin(self._form, body, form, parsed)

    async def on_search(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Answer an external menu inside the acknowledgement, from memory; whoever may not look is offered nothing."""
        try:
            found = await self._found(body)
        except Exception:  # one of the three doors: nothing may reach Bolt
            log.exception("nothing offered")
            found = []
        await ack(options=[option.to_dict() for option in found[:MOST_OPTIONS]])

    async def _found(self, body: dict[str, Any]) -> list[Option]:
        user, action = body["user"], str(body.get("action_id"))
        search = self._registry.searches.get(action)
        try:
            async with asyncio.timeout(PATIENCE):
                actor = await self.actors.actor(str(user["id"]), team=self._origin(body), looks=True)
            rights.check(rights.Right.READ, actor)
            gates.admit(action, actor)
        except (BotError, MemoryAway, TimeoutError) as error:
            log.info("nothing offered", action=action, why=cause(error))
            return []
        return search.find(str(body.get("value") or ""), self._services.seen_by(actor)) if search else []

    async def on_shortcut(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Acknowledge a shortcut and start its work."""
        await ack()
        self._begin(self._shortcut, body)

    async def on_event(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Acknowledge an event and start its work."""
        await ack()
        self._begin(self._event, body)

    @property
    def _full(self) -> bool:
        return len(self.tasks) >= MOST

    def _begin(self, work: Callable[..., Coroutine[Any, Any, None]], *read: Any) -> None:
        """Start the work of one request; one of an unknown shape is logged by where we stumbled, not by its words."""
        if len(self.tasks) >= MOST + MOST_TOLD:
            log.warning("too much to do", why="not even that can be told")
            return
        hold = self._ask_again if self._full else self._conversation.hold

        async def done() -> None:
            try:
                await work(hold, *read)
            except NOT_UNDERSTOOD as error:
                not_understood(error)

        self.tasks.spawn(done())

    async def _ask_again(self, _handler: Handler, caller: Caller, **said: Any) -> None:
        """Tell somebody that this was not done, in the place of their answer."""
        log.warning("too much to do", action=caller.action)
        await self._conversation.hold(too_much, caller, **said)

    async def _command(self, hold: Hold, body: dict[str, Any]) -> None:
        said = understand(str(body.get("text") or ""), self._registry, names=self._services.onboardings.names)
        await hold(
            asking(said.command) if nameless(said.command, said.rest) else said.command.handler,
            Caller(
                user=str(body["user_id"]),
                team=self._origin(body),
                once=_trigger(body),
                url=str(body["response_url"]),
                gate=said.command.verb != "help",
                action=said.command.verb,
                screen=self._screen(body, place=str(body["channel_id"])),
            ),
            channel=str(body["channel_id"]),
            text=said.rest,
        )

    async def _action(self, hold: Hold, body: dict[str, Any]) -> None:
        action = body["actions"][0]
        if action.get("url"):
            return  # Slack opens the link itself and only wants the acknowledgement.
        container, view = body.get("container") or {}, body.get("view") or {}
        home = view.get("type") == "home"
        pressed = Pressed(
            action=str(action["action_id"]),
            value=_value(action),
            channel=str((body.get("channel") or {}).get("id") or container.get("channel_id") or ""),
            ts=str(container.get("message_ts") or ""),
            private=bool(container.get("is_ephemeral")) or bool(view),
            home=home,
            thread=str(container.get("thread_ts") or ""),
        )

        async def handler(turn: Turn) -> Seen:
            return await self._registry.button(pressed.action)(turn)

        await hold(
            handler,
            Caller(
                user=str(body["user"]["id"]),
                team=self._origin(body),
                once=_trigger(body),
                url=str(body.get("response_url") or ""),
                action=pressed.action,
                thread=(pressed.channel, pressed.thread),
                title=str((view.get("title") or {}).get("text") or "Onboarding"),
                screen=self._screen(
                    body, place=pressed.channel or (HOME if home else ""), beneath={} if home else view
                ),
            ),
            channel=pressed.channel,
            pressed=pressed,
        )

    async def _form(self, hold: Hold, body: dict[str, Any], form: Form, parsed: Any) -> None:
        view = body["view"]
        await hold(
            form.handler,
            Caller(
                user=str(body["user"]["id"]),
                team=self._origin(body),
                once=_trigger(body),
                action=str(view["callback_id"]),
                title=str(view["title"]["text"]),
                screen=Screen(self._client, trigger=_trigger(body), place=_place(view), view_id=str(view["id"])),
                again=lambda remark: form.again(parsed, remark),
            ),
            form=parsed,
        )

    async def _shortcut(self, hold: Hold, body: dict[str, Any]) -> None:
        channel = str((body.get("channel") or {}).get("id") or "")
        await hold(
            self._registry.shortcuts[body["callback_id"]],
            Caller(
                user=str(body["user"]["id"]),
                team=self._origin(body),
                once=_trigger(body),
                url=str(body.get("response_url") or ""),
                action=str(body["callback_id"]),
                screen=self._screen(body, place=channel),
            ),
            channel=channel,
            event=body,
        )

    async def _event(self, hold: Hold, body: dict[str, Any]) -> None:
        event = body["event"]
        if event.get("type") in EVENTS:
            await self._readers_changed(body)
            return
        heard = self._registry.events.get(event.get("type"))
        user, channel = event.get("user"), str(event.get("channel") or "")
        if heard is None or not isinstance(user, str) or event.get("bot_id"):
            return
        if any(event["type"] in EXTRAS[name].events for name in self._off):
            return
        caller = Caller(
            user=user,
            team=self._origin(body),
            once=str(body["event_id"]),
            action=str(event["type"]),
            screen=self._screen({}),
            reply=heard.reply,
            thread=(channel, str(event.get("thread_ts") or "")),
        )
        if heard.reply is Reply.HOME:
            await self._at_the_home_of(caller, event, hold)
            return
        text = html.unescape(str(event.get("text") or ""))
        await hold(heard.handler, caller, channel=channel, text=text, event=event)

    async def _readers_changed(self, body: dict[str, Any]) -> None:
        """Somebody joined a channel, or it was shared: they ask for nothing, but may read what stands there."""
        channel = body["event"]["channel"]
        if not isinstance(channel, str):
            return
        self.withdrawing.note(channel)  # whatever fails from here on
        with correlated():
            if await self._services.inbox.first_time(str(body["event_id"])):
                await self.withdrawing.recheck(channel)
                self.withdrawing.note(channel)  # once more: what was on its way there meanwhile is known only now

    async def refresh_home(self, slack_id: str) -> None:
        """Draw a person's Home anew, if they have opened it since the start: they have just changed something."""
        if slack_id in self._homes:
            event = {"type": OPENED, "tab": "home", "user": slack_id}
            caller = Caller(user=slack_id, team=None, action=OPENED, screen=self._screen({}), reply=Reply.HOME)
            await self._at_the_home_of(caller, event, self._conversation.hold)

    async def _at_the_home_of(self, caller: Caller, event: dict[str, Any], hold: Hold) -> None:
        """Draw and publish one after the other, lest an older Home overtakes a newer one."""
        if len(self._homes) >= MOST_HOMES:
            self._homes.clear()
        self._homes.add(caller.user)
        async with self._at_home.setdefault(caller.user, asyncio.Lock()):
            await hold(self._registry.events[OPENED].handler, caller, event=event)

    def _screen(self, body: dict[str, Any], *, place: str = "", beneath: Mapping[str, Any] = _NONE) -> Screen:
        return Screen(
            self._client,
            trigger=_trigger(body),
            place=place or _place(beneath),
            beneath=str(beneath.get("id") or ""),
            seen=str(beneath.get("hash") or ""),
        )


def _instead(title: str, told: str) -> dict[str, Any]:
    """The acknowledgement that says something in the place of a form."""
    return {"response_action": "update", "view": modal.told(title, say(text.escape(told))).to_dict()}


def not_understood(error: Exception, *, what: str = "request not understood") -> None:
    """Log where reading a request failed, without its words."""
    *_, last = traceback.extract_tb(error.__traceback__)
    log.error(what, error=type(error).__name__, where=f"{last.name}, line {last.lineno}")


def _trigger(body: Mapping[str, Any]) -> str:
    """What Slack names each command, press and form by; menus that search have none."""
    return str(body.get("trigger_id") or "")


def _place(view: Mapping[str, Any]) -> str:
    """Where a modal was opened from."""
    return unpacked(str(view.get("private_metadata") or ""))[0]


def _value(action: dict[str, Any]) -> str:
    """What a control says when it is used: a button's value, or what was chosen."""
    chosen = action.get("selected_option") or action
    value = chosen.get("value") or action.get("selected_user") or action.get("selected_date") or ""
    # Half a character, which JSON can carry and nothing else can.
    return str(value).encode(errors="replace").decode()
