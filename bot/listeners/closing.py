"""How the doors close when the bot is asked to stop: nothing more is taken, and what was taken is acknowledged."""

import asyncio

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.listeners.sockets import Socket

TURN = 0.05
"""Seconds between two looks at what Slack has sent."""
LAST_WORDS = 2.0
"""Seconds that envelopes which have come may take to be acknowledged; Slack itself waits three."""


class Doors:
    """The port and the web socket, as far as they are open."""

    def __init__(self) -> None:
        self.site: web.TCPSite | None = None
        self.socket: Socket | None = None
        self._closing = False

    @web.middleware
    async def admit(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let a request in; once the doors close, send it on to another replica, and its connection with it."""
        if not self._closing:
            return await handler(request)
        answer = web.Response(status=503, headers={"Retry-After": "1"}, text="Closing: ask again.")
        answer.force_close()
        return answer

    async def close(self) -> None:
        """Take nothing more. What is under way goes on."""
        self._closing = True
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
