"""What a person does in the browser, as the page POSTs it; answered after the app's acknowledgement."""

import contextlib
from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.sandbox.slack.acts import Acts
from bot.sandbox.slack.changes import CHANNEL_CHANGES
from bot.sandbox.slack.courier import Acknowledged
from bot.sandbox.slack.forms import Forms
from bot.sandbox.slack.menus import Menus
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.refusals import Refusal
from bot.sandbox.slack.views import View
from bot.sandbox.slack.wire import Json
from bot.sandbox.slack.workspace import Workspace

Gesture = Callable[[Json], Awaitable[Acknowledged | Json]]


class Gestures:
    """Carries out what people do in the page."""

    def __init__(self, workspace: Workspace, acts: Acts, forms: Forms, menus: Menus) -> None:
        self.workspace = workspace
        self.acts = acts
        self.forms = forms
        self.menus = menus

    def routes(self) -> list[web.RouteDef]:
        """What to serve."""
        return [
            web.post("/sandbox/message", _answering(self.message)),
            web.post("/sandbox/action", _answering(self.action)),
            web.post("/sandbox/options", _answering(self.options)),
            web.post("/sandbox/submit", _answering(self.submit)),
            web.post("/sandbox/close", _answering(self.close)),
            web.post("/sandbox/home", _answering(self.home)),
            web.post("/sandbox/shortcut", _answering(self.shortcut)),
            web.post("/sandbox/channel", _answering(self.channel)),
        ]

    async def message(self, sent: Json) -> Acknowledged:
        """Typed in the composer: a command or a message."""
        if sent.get("as") not in self.workspace.people or sent.get("channel") not in self.workspace.channels:
            raise Refusal("channel_not_found")
        return await self.acts.say(
            str(sent.get("text", "")), person=sent["as"], channel=sent["channel"], thread_ts=sent.get("thread_ts")
        )

    async def action(self, sent: Json) -> Acknowledged:
        """Pressed or chosen, in a message, in a modal or in Home."""
        where = self._where(sent)
        if isinstance(where, View):
            return await self.acts.press_in_view(where, **_ids(sent), value=sent.get("value"))
        return await self.acts.press(where, person=str(sent.get("as")), **_ids(sent), value=sent.get("value"))

    async def options(self, sent: Json) -> Json:
        """Typed into a menu that the app fills."""
        query = str(sent.get("value") or "")
        return await self.menus.search(self._where(sent), person=str(sent.get("as")), **_ids(sent), query=query)

    async def submit(self, sent: Json) -> Acknowledged:
        """A modal's submit button, with all that its fields hold."""
        return await self.forms.submit(self._view(sent), sent.get("values") or {})

    async def close(self, sent: Json) -> Acknowledged:
        """A modal's close button, or with `all` its cross, which closes the views below too."""
        view = self._view(sent)
        if view.is_home:
            raise Refusal("not_found")
        return await self.forms.close(view, everything=bool(sent.get("all")))

    async def home(self, sent: Json) -> Acknowledged:
        """The app's Home tab is opened."""
        return await self.acts.open_home(self.workspace.person(str(sent.get("as"))).id)

    async def shortcut(self, sent: Json) -> Acknowledged:
        """A shortcut is used; one of a message's menu comes with `channel` and `message_ts`."""
        person = self.workspace.person(str(sent.get("as"))).id
        message = self._message(sent) if sent.get("message_ts") else None
        return await self.acts.use_shortcut(str(sent.get("callback_id")), person=person, message=message)

    async def channel(self, sent: Json) -> Acknowledged:
        """A channel is archived, shared, loses or gains the bot or a guest."""
        change = CHANNEL_CHANGES.get(str(sent.get("change")))
        if change is None or sent.get("id") not in self.workspace.channels:
            raise Refusal("channel_not_found")
        change(self.workspace, sent["id"])
        return Acknowledged(True)

    def _where(self, sent: Json) -> Message | View:
        return self._view(sent) if sent.get("view_id") else self._message(sent)

    def _view(self, sent: Json) -> View:
        return self.workspace.view(str(sent.get("view_id")), person=str(sent.get("as")))

    def _message(self, sent: Json) -> Message:
        return self.workspace.message(str(sent.get("channel")), str(sent.get("message_ts")), person=str(sent.get("as")))


def _ids(sent: Json) -> dict[str, str]:
    return {"block_id": str(sent.get("block_id")), "action_id": str(sent.get("action_id"))}


def _answering(gesture: Gesture) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            outcome = await gesture(await _sent(request))
        except Refusal as refusal:
            return web.json_response({"ok": False, "error": refusal.error})
        if isinstance(outcome, dict):
            return web.json_response({"ok": True, **outcome})
        return web.json_response({"ok": True} if outcome.ok else {"ok": False, "error": outcome.error})

    return answer


async def _sent(request: web.Request) -> Json:
    with contextlib.suppress(ValueError):
        sent = await request.json()
        if isinstance(sent, dict):
            return sent
    return {}
