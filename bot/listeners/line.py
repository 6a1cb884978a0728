"""One web socket to Slack, as slack-sdk speaks it, but that it never connects by itself: when to, says `sockets.py`.

By itself slack-sdk would ask for another every ten seconds, however often Slack refuses.
See https://docs.slack.dev/apis/events-api/using-socket-mode/.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from logging import Logger

from aiohttp import ClientError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

PING = 10.0
"""Seconds between two pings."""
GOODBYE = 2.0
"""Seconds that Slack may take to say it too."""


class Line(SocketModeClient):
    """`left` is called when Slack asks for another; what comes by this one is read until its end."""

    leaving = False
    """Whether Slack has asked for another."""

    def __init__(self, app_token: str, client: AsyncWebClient, *, logger: Logger, left: Callable[[], None]) -> None:
        super().__init__(app_token, logger=logger, web_client=client, ping_interval=PING, auto_reconnect_enabled=False)
        self._left = left

    @property
    def ended(self) -> bool:
        """Whether nothing comes by it any more."""
        return self.current_session is None or self.current_session.closed

    @property
    def read(self) -> bool:
        """Whether the tasks run that take what comes."""
        return not (self.message_processor.done() or (self.message_receiver and self.message_receiver.done()))

    async def connect(self) -> None:
        """Connect to `wss_uri`, in one try. Raises ClientError, TimeoutError or OSError."""
        self.current_session = await self.aiohttp_client_session.ws_connect(
            self.wss_uri or "",
            autoping=False,
            heartbeat=self.ping_interval,
            proxy=self.proxy,
            ssl=True if self.web_client.ssl is None else self.web_client.ssl,
        )
        self.current_session_monitor = asyncio.ensure_future(self.monitor_current_session())
        self.message_receiver = asyncio.ensure_future(self.receive_messages())

    async def connect_to_new_endpoint(self, force: bool = False) -> None:
        """What slack-sdk calls when Slack asks for another."""
        self.leaving = True
        self._left()

    async def end(self) -> None:
        """Close what may be broken: neither its errors nor its patience are ours."""
        try:
            with suppress(ClientError, TimeoutError, OSError):
                async with asyncio.timeout(GOODBYE):
                    await self.close()  # type: ignore[no-untyped-call]  # slack-sdk leaves it untyped
        finally:
            for task in (self.message_processor, self.current_session_monitor, self.message_receiver):
                if task is not None:
                    task.cancel()
            await self.aiohttp_client_session.close()
