"""Socket Mode: tickets, WebSocket connections, envelopes to one of them, acknowledgements back.

See https://docs.slack.dev/apis/events-api/using-socket-mode/.
"""

import asyncio
import json
import secrets
from collections.abc import Callable
from typing import Any

from aiohttp import WSMsgType, web

from bot.sandbox.slack import world
from bot.sandbox.slack.courier import Retry, Undelivered
from bot.sandbox.slack.wire import Clock, Json

MOST = 10


class Connections:
    """The app's open WebSockets, taken in turn."""

    late = "timeout"

    def __init__(self, clock: Clock, *, changed: Callable[[], None]) -> None:
        self._clock = clock
        self._changed = changed
        self._tickets: set[str] = set()
        self._open: list[web.WebSocketResponse] = []
        self._all: set[web.WebSocketResponse] = set()
        self._waiting: dict[str, asyncio.Future[Any]] = {}
        self._turn = 0

    def __len__(self) -> int:
        return len(self._open)

    def ticket(self) -> str:
        """A ticket for one connection, as `apps.connections.open` hands out."""
        ticket = secrets.token_hex(16)
        self._tickets.add(ticket)
        return ticket

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One connection, from its hello to its end."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=403, text="invalid ticket")
        socket = web.WebSocketResponse(timeout=1.0)  # seconds a vanished app may hold up our goodbye
        await socket.prepare(request)
        self._tickets.discard(ticket)
        self._all.add(socket)
        try:
            if len(self._open) >= MOST:
                await socket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
                return socket
            self._open.append(socket)
            await socket.send_json(self._hello())
            self._changed()
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._read(message.data)
        finally:
            self._all.discard(socket)
            self._leave(socket)
            await socket.close()
        return socket

    async def carry(self, kind: str, payload: Json, *, retry: Retry | None = None) -> Any:
        """Send an envelope to one connection and wait for its acknowledgement; raises `Undelivered` without one."""
        if not self._open:
            raise Undelivered("dispatch_failed")
        self._turn += 1
        socket = self._open[self._turn % len(self._open)]
        envelope_id = secrets.token_hex(16)
        acknowledged: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = acknowledged
        try:
            await socket.send_json({"envelope_id": envelope_id, "payload": payload, **_around(kind, retry)})
            return await acknowledged
        except ConnectionError as error:
            raise Undelivered("dispatch_failed") from error
        finally:
            del self._waiting[envelope_id]

    async def refresh(self) -> None:
        """Ask every connection to come anew, as Slack does every few hours; nothing more is sent on the old ones."""
        leaving, self._open = self._open, []
        for socket in leaving:
            await socket.send_json(
                {"type": "disconnect", "reason": "refresh_requested", "debug_info": {"host": "sandbox"}}
            )

    async def close(self) -> None:
        """End every connection."""
        for socket in tuple(self._all):
            await socket.close()

    def _read(self, text: str) -> None:
        try:
            message = json.loads(text)
        except json.JSONDecodeError:
            return
        waiting = self._waiting.get(message.get("envelope_id", ""))
        if waiting and not waiting.done():
            waiting.set_result(message.get("payload"))

    def _leave(self, socket: web.WebSocketResponse) -> None:
        if socket in self._open:
            self._open.remove(socket)
            self._changed()

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self._open),
            "connection_info": {"app_id": world.APP},
            "debug_info": {
                "host": "sandbox",
                "started": self._clock().strftime("%Y-%m-%d %H:%M:%S.000"),
                "build_number": 1,
                "approximate_connection_time": 18060,
            },
        }


def _around(kind: str, retry: Retry | None) -> Json:
    """The rest of an envelope. An event's counts its retries, from 0 for the first delivery, and takes no answer."""
    if kind != "events_api":
        return {"type": kind, "accepts_response_payload": True}
    return {
        "type": kind,
        "accepts_response_payload": False,
        "retry_attempt": retry.attempt if retry else 0,
        "retry_reason": retry.reason if retry else "",
    }
