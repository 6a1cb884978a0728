"""The page's side over HTTP: the files, the state as JSON, live changes, and what a person does in the browser."""

import asyncio
import contextlib
from pathlib import Path

from aiohttp import web

from bot.sandbox.slack import world
from bot.sandbox.slack.acts import Acts
from bot.sandbox.slack.changes import CHANNEL_CHANGES
from bot.sandbox.slack.courier import Acknowledged
from bot.sandbox.slack.refusals import Refusal
from bot.sandbox.slack.screen import screen
from bot.sandbox.slack.wire import Json
from bot.sandbox.slack.workspace import Workspace

PAGE = Path(__file__).resolve().parent.parent / "page"
AT_MOST_EVERY = 0.1  # seconds between two live changes
PING_EVERY = 15.0  # seconds of silence before a ping


class Browser:
    """Serves the page and carries out what people do in it."""

    def __init__(self, workspace: Workspace, acts: Acts, *, pivotal: str | None, tries: list[Json]) -> None:
        self.workspace = workspace
        self.acts = acts
        self.pivotal = pivotal
        self.tries = tries
        self._watching: set[asyncio.Event] = set()
        workspace.listeners.append(self._wake)
        self._closing = False

    def routes(self) -> list[web.RouteDef]:
        """What to serve."""
        return [
            web.get("/", self.index),
            web.get("/archives/{channel}/{ts}", self.index),
            web.get("/static/{path:.+}", self.file),
            web.get("/sandbox/state", self.state),
            web.get("/sandbox/events", self.events),
            web.post("/sandbox/message", self.message),
            web.post("/sandbox/action", self.action),
            web.post("/sandbox/submit", self.submit),
            web.post("/sandbox/close", self.close_view),
            web.post("/sandbox/channel", self.channel),
        ]

    async def index(self, request: web.Request) -> web.StreamResponse:
        """The page itself, also at a message's permalink."""
        return _file("index.html")

    async def file(self, request: web.Request) -> web.StreamResponse:
        """A file of the page."""
        return _file(request.match_info["path"])

    async def state(self, request: web.Request) -> web.StreamResponse:
        """What the person named by `as` sees."""
        person = request.query.get("as", world.ANA)
        if person not in self.workspace.people:
            return web.json_response({"ok": False, "error": "user_not_found"}, status=404)
        return web.json_response(screen(self.workspace, person, pivotal=self.pivotal, tries=self.tries))

    async def events(self, request: web.Request) -> web.StreamResponse:
        """A line per change, for as long as the browser listens."""
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await stream.prepare(request)
        event = asyncio.Event()
        self._watching.add(event)
        try:
            await stream.write(b"data: changed\n\n")
            while not self._closing:
                await self._tell(stream, event)
        except ConnectionError:
            pass  # the browser went away
        finally:
            self._watching.discard(event)
        return stream

    async def message(self, request: web.Request) -> web.StreamResponse:
        """Typed in the composer: a command or a message."""
        sent = await _sent(request)
        if sent.get("as") not in self.workspace.people or sent.get("channel") not in self.workspace.channels:
            return _answer(Acknowledged(False, "channel_not_found"))
        said = await self.acts.say(
            str(sent.get("text", "")), person=sent["as"], channel=sent["channel"], thread_ts=sent.get("thread_ts")
        )
        return _answer(said)

    async def action(self, request: web.Request) -> web.StreamResponse:
        """Pressed or chosen, in a message or in a modal."""
        sent = await _sent(request)
        ids = {"block_id": str(sent.get("block_id")), "action_id": str(sent.get("action_id"))}
        person = str(sent.get("as"))
        try:
            if sent.get("view_id"):
                view = self.workspace.modals.get(str(sent["view_id"]), person=person)
                return _answer(await self.acts.press_in_modal(view, **ids, value=sent.get("value")))
            message = self.workspace.message(str(sent.get("channel")), str(sent.get("message_ts")), person=person)
            return _answer(await self.acts.press(message, person=person, **ids, value=sent.get("value")))
        except Refusal as refusal:
            return _answer(Acknowledged(False, refusal.error))

    async def submit(self, request: web.Request) -> web.StreamResponse:
        """A modal's submit button, with all that its fields hold."""
        sent = await _sent(request)
        try:
            view = self.workspace.modals.get(str(sent.get("view_id")), person=str(sent.get("as")))
            return _answer(await self.acts.submit(view, sent.get("values") or {}))
        except Refusal as refusal:
            return _answer(Acknowledged(False, refusal.error))

    async def close_view(self, request: web.Request) -> web.StreamResponse:
        """A modal's close button."""
        sent = await _sent(request)
        try:
            view = self.workspace.modals.get(str(sent.get("view_id")), person=str(sent.get("as")))
        except Refusal as refusal:
            return _answer(Acknowledged(False, refusal.error))
        return _answer(await self.acts.close(view))

    async def channel(self, request: web.Request) -> web.StreamResponse:
        """A channel is archived, shared, loses or gains the bot or a guest."""
        sent = await _sent(request)
        change = CHANNEL_CHANGES.get(str(sent.get("change")))
        if change is None or sent.get("id") not in self.workspace.channels:
            return _answer(Acknowledged(False, "channel_not_found"))
        change(self.workspace, sent["id"])
        return _answer(Acknowledged(True))

    def close(self) -> None:
        """Let every listening browser go."""
        self._closing = True
        self._wake()

    def _wake(self) -> None:
        for event in self._watching:
            event.set()

    async def _tell(self, stream: web.StreamResponse, event: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(PING_EVERY):
                await event.wait()
        except TimeoutError:
            await stream.write(b": ping\n\n")
            return
        event.clear()
        await stream.write(b"data: changed\n\n")
        if not self._closing:
            await asyncio.sleep(AT_MOST_EVERY)


def _answer(outcome: Acknowledged) -> web.StreamResponse:
    return web.json_response({"ok": True} if outcome.ok else {"ok": False, "error": outcome.error})


async def _sent(request: web.Request) -> Json:
    with contextlib.suppress(ValueError):
        sent = await request.json()
        if isinstance(sent, dict):
            return sent
    return {}


def _file(name: str) -> web.StreamResponse:
    path = (PAGE / name).resolve()
    if not path.is_relative_to(PAGE) or not path.is_file():
        return web.Response(status=404, text="not found")
    return web.FileResponse(path, headers={"Cache-Control": "no-store"})
