"""How the doors close when the bot is asked to stop: nothing more is taken, and what was taken is acknowledged."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from aiohttp import web
from aiohttp.typedefs import Handler

from bot import health
from bot.listeners.sockets import Socket

TURN = 0.05
"""Seconds between two looks at what Slack has sent."""
SILENT = timedelta(minutes=1)
"""Without a word on the web socket, which is made anew before that."""
LAST_WORDS = 2.0
"""Seconds that envelopes which have come may take to be acknowledged; Slack itself waits three."""


class Doors:
    """The port and the web socket, as far as they are open."""

    def __init__(self) -> None:
        self.site: web.TCPSite | None = None
        self.socket: Socket | None = None
        self.closing = False

    @web.middleware
    async def admit(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let a request in; once the doors close, send it on to another replica, and its connection with it.

        Whoever asks how the bot is gets an answer to the last.
        """
        if not self.closing or request.path in health.PATHS:
            return await handler(request)
        answer = web.Response(status=503, headers={"Retry-After": "1"}, text="Closing: ask again.")
        answer.force_close()
        return answer

    async def line(self, clock: Callable[[], datetime]) -> health.Part:
        """How the line to Slack is; in HTTP mode it is for Slack to call."""
        if self.socket is None:
            return health.Part(True, "calls us")
        known = self.socket.health
        if known.connected_since is None or known.last_traffic is None:
            return health.Part(False, "not connected")
        silent = clock() - known.last_traffic > SILENT
        return health.Part(not silent, "connected, but silent" if silent else "connected")

    async def close(self) -> None:
        """Take nothing more. What is under way goes on."""
        self.closing = True
        if self.site is not None:
            await self.site.stop()
        if self.socket is not None:
            await self._acknowledged(self.socket)
            await self.socket.close()

    async def _acknowledged(self, socket: Socket) -> None:
        """Slack asks a person to try again for each envelope that is cut off: those that have come are answered."""
        for _ in range(int(LAST_WORDS / TURN)):
            waited = socket.pending > 0
            await asyncio.sleep(TURN)
            if not waited:
                return
