"""The page's side over HTTP: the files, the state as JSON, live changes. What people do there is in `gestures.py`."""

import asyncio
from pathlib import Path

from aiohttp import web

from bot.sandbox.slack import world
from bot.sandbox.slack.screen import screen
from bot.sandbox.slack.wire import Json
from bot.sandbox.slack.workspace import Workspace

PAGE = Path(__file__).resolve().parent.parent / "page"
AT_MOST_EVERY = 0.1  # seconds between two live changes
PING_EVERY = 15.0  # seconds of silence before a ping


class Browser:
    """Serves the page and what it shows."""

    def __init__(self, workspace: Workspace, *, pivotal: str | None, tries: list[Json]) -> None:
        self.workspace = workspace
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
            web.get("/sandbox/files/{id}", self.shared_file),
            web.get("/sandbox/events", self.events),
        ]

    async def index(self, request: web.Request) -> web.StreamResponse:
        """The page itself, also at a message's permalink."""
        return _file("index.html")

    async def file(self, request: web.Request) -> web.StreamResponse:
        """A file of the page."""
        return _file(request.match_info["path"])

    async def shared_file(self, request: web.Request) -> web.StreamResponse:
        """A file's bytes, for whom sees a message with it."""
        file = self.workspace.file_seen(request.query.get("as", ""), request.match_info["id"])
        if file is None:
            return web.Response(status=404, text="not found")
        headers = {} if file.is_picture else {"Content-Disposition": "attachment"}
        return web.Response(body=file.content, content_type=file.mimetype, headers=headers)

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


def _file(name: str) -> web.StreamResponse:
    path = (PAGE / name).resolve()
    if not path.is_relative_to(PAGE) or not path.is_file():
        return web.Response(status=404, text="not found")
    return web.FileResponse(path, headers={"Cache-Control": "no-store"})
