"""Door 3, Pivotal's events: takes each delivery in and answers at once; the inbox is worked off afterwards.

Every genuine delivery is answered with 204, whatever becomes of it afterwards: https://docs.pivotal.app/webhooks/retries.
"""

import structlog
from aiohttp import web

from bot.domain.errors import BotError
from bot.pivotal.errors import WebhookError
from bot.services.events import Events

PATH = "/pivotal/webhooks"
LARGEST = 256 * 1024
"""Bytes of a delivery; Pivotal's own stay far below."""
log = structlog.get_logger()


def add_route(application: web.Application, events: Events) -> None:
    """Have `application` take deliveries at `PATH`."""

    async def receive(request: web.Request) -> web.Response:
        body = await _bounded(request)
        if body is None:
            log.warning("webhook refused", why="too large")
            return web.Response(status=413, text="The delivery is too large.")
        try:
            await events.receive(body, request.headers)
        except WebhookError as error:
            log.warning("webhook refused", why=str(error))
            return web.Response(status=401, text="The delivery is not genuine.")
        except BotError:
            return web.Response(status=503, headers={"Retry-After": "60"}, text="Later, please.")
        return web.Response(status=204)

    application.router.add_post(PATH, receive)


async def _bounded(request: web.Request) -> bytes | None:
    """The body, or None when there is more of it than a delivery has."""
    body = bytearray()
    async for chunk in request.content.iter_chunked(LARGEST):
        body += chunk
        if len(body) > LARGEST:
            return None
    return bytes(body)
