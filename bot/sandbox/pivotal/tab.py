"""What the local Pivotal's web app shows and does: the JSON behind the second tab of the sandbox page.

Not part of Pivotal's API. Open to pages served from this machine only.
"""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from bot.sandbox.pivotal.keys import KeyRing
from bot.sandbox.pivotal.kinds import stamp
from bot.sandbox.pivotal.refusals import Refusal
from bot.sandbox.pivotal.requests import Request, RequestLog
from bot.sandbox.pivotal.resources import ONBOARDING
from bot.sandbox.pivotal.table import Record
from bot.sandbox.pivotal.validation import edited
from bot.sandbox.pivotal.world import Actor, World

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
SHOWN = 500
"""Most onboardings in one state answer."""
PAUSE = 0.1
"""Seconds between two notices of change."""
PING = 15.0


class Bell:
    """Tells every open event stream that something changed; many rings in a tenth of a second are one notice."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Event] = set()
        self._closed = False

    def ring(self) -> None:
        """Something changed."""
        for event in self._waiting:
            event.set()

    def close(self) -> None:
        """No more notices: streams end."""
        self._closed = True
        self.ring()

    async def stream(self, response: web.StreamResponse) -> None:
        """Write notices until the reader leaves or the bell is closed."""
        event = asyncio.Event()
        self._waiting.add(event)
        try:
            while not self._closed:
                line = b"data: changed\n\n"
                try:
                    await asyncio.wait_for(event.wait(), PING)
                except TimeoutError:
                    line = b": ping\n\n"
                event.clear()
                await response.write(line)
                await asyncio.sleep(PAUSE)
        finally:
            self._waiting.discard(event)


class Tab:
    """Answers the tab's requests."""

    def __init__(self, world: World, *, keys: KeyRing, log: RequestLog, bell: Bell) -> None:
        self._world, self._keys, self._log, self._bell = world, keys, log, bell
        self.page = ""
        """Where the page is that shows the tab: links to a customer lead there."""

    def routes(self) -> list[web.RouteDef]:
        """State, events, and the two acts of a person in the web app."""
        return [
            web.get("/app/state", self._opened(self._state)),
            web.get("/app/events", self._events),
            web.post("/app/edit", self._opened(self._edit)),
            web.post("/app/delete", self._opened(self._delete)),
            web.get("/customers/{reference}", self._customer),
            web.options("/app/{tail:.*}", self._opened(self._preflight)),
        ]

    async def _customer(self, request: web.Request) -> web.StreamResponse:
        """The web app's customer page, `/customers/245-acme`: in the tab, its newest onboarding."""
        number = request.match_info["reference"].partition("-")[0]
        ids = {each["id"] for each in self._world.customers.rows.values() if str(each["display_id"]) == number}
        own = (each for each in self._world.onboardings.newest_first() if each["customer_id"] in ids)
        newest = next((each for each in own if self._world.listed(each)), None)
        if newest is None or not self.page:
            raise web.HTTPNotFound(text="There is no such page here.")
        raise web.HTTPFound(f"{self.page}/#/pivotal/{newest['display_id']}")

    def _opened(
        self, answer: Callable[[web.Request], Awaitable[dict[str, Any]]]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            if not _local(request):
                raise web.HTTPForbidden(text="Only pages served from this machine may use this.")
            return web.json_response(await answer(request), headers=_cors(request))

        return handle

    async def _preflight(self, request: web.Request) -> dict[str, Any]:
        return {}

    async def _state(self, request: web.Request) -> dict[str, Any]:
        world = self._world
        newest = [record for record in world.onboardings.newest_first() if world.listed(record)]
        customers = list(world.customers.newest_first())
        names = {customer["id"]: customer["name"] for customer in world.customers.rows.values()}
        last = next((each.key for each in self._log.newest(200) if each.key), None)
        standing = self._keys.standing(self._keys.named(last), now=world.clock())
        return {
            "organization": world.organization,
            "onboardings": [self._row(record, names) for record in newest[:SHOWN]],
            "total": len(newest),
            "customers": customers[:SHOWN],
            "requests": [_logged(each) for each in self._log.newest(200)],
            "phases": world.switches.phases,
            "states": world.switches.states,
            "rate": {"limit": standing.limit, "remaining": standing.remaining},
        }

    def _row(self, record: Record, names: dict[str, str]) -> Record:
        lines = self._world.timelines.get(record["id"], [])
        told = {"customer_name": names[record["customer_id"]], "timeline": [line.row() for line in lines]}
        return record | told

    async def _events(self, request: web.Request) -> web.StreamResponse:
        if not _local(request):
            raise web.HTTPForbidden(text="Only pages served from this machine may use this.")
        headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-cache"} | _cors(request)
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        with contextlib.suppress(ConnectionError):
            await self._bell.stream(response)
        return response

    async def _edit(self, request: web.Request) -> dict[str, Any]:
        asked = await _asked(request)
        changes = asked.get("changes")
        if not isinstance(changes, dict):
            return {"ok": False, "error": "Say what to change."}
        return self._tried(
            lambda: self._world.update(
                ONBOARDING, str(asked.get("id")), edited(changes, switches=self._world.switches), by=_person(asked)
            )
        )

    async def _delete(self, request: web.Request) -> dict[str, Any]:
        asked = await _asked(request)
        return self._tried(lambda: self._world.delete(ONBOARDING, str(asked.get("id")), by=_person(asked)))

    def _tried(self, act: Callable[[], Record]) -> dict[str, Any]:
        try:
            act()
        except Refusal as refusal:
            return {"ok": False, "error": f"{refusal.field}: {refusal.message}" if refusal.field else refusal.message}
        return {"ok": True}


def _person(asked: dict[str, Any]) -> Actor:
    return Actor(str(asked.get("by") or "Someone (web app)"))


async def _asked(request: web.Request) -> dict[str, Any]:
    try:
        asked = json.loads(await request.read())
    except ValueError:
        return {}
    return asked if isinstance(asked, dict) else {}


def _logged(request: Request) -> dict[str, Any]:
    return {
        "at": stamp(request.at),
        "method": request.method,
        "path": request.path,
        "query": dict(request.query),
        "status": request.status,
        "key": request.key,
    }


def _local(request: web.Request) -> bool:
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).hostname in LOOPBACK


def _cors(request: web.Request) -> dict[str, str]:
    if "Origin" not in request.headers:
        return {}
    return {
        "Access-Control-Allow-Origin": request.headers["Origin"],
        "Access-Control-Allow-Headers": "Content-Type",
        "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
        "Vary": "Origin",
    }
