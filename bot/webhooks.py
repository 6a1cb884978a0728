"""Door 3, Pivotal's events: takes each delivery in and answers at once; the inbox is worked off afterwards.

Every genuine delivery is answered with 204, whatever becomes of it afterwards: https://docs.pivotal.app/webhooks/retries.
"""

import structlog
from aiohttp import web

from bot import bodies
from bot.domain.errors import BotError, MemoryAway, cause
from bot.pivotal.errors import WebhookError
from bot.services.events import Events

PATH = "/pivotal/webhooks"
LARGEST = 256 * 1024
"""Bytes of a delivery; Pivotal's own stay far below."""
PATIENCE = 10.0
"""Seconds that a body may take to come: Pivotal itself waits no longer for the answer."""
log = structlog.get_logger()


def add_route(application: web.Application, events: Events, *, patience: float = PATIENCE) -> None:
    """Have `application` take deliveries at `PATH`; a body may take `patience` seconds."""

    async def receive(request: web.Request) -> web.Response:
        try:
            body = await bodies.read(request, most=LARGEST, within=patience)
        except web.HTTPException as refusal:
            log.warning("webhook refused", why=refusal.reason)
            raise
        try:
            await events.receive(body, request.headers)
        except WebhookError as error:
            log.warning("webhook refused", why=str(error))
            return web.Response(status=401, text="The delivery is not genuine.")
        except (BotError, MemoryAway) as error:
            log.warning("webhook not kept", why=cause(error))
            return web.Response(status=503, headers={"Retry-After": "60"}, text="Later, please.")
        log.info("event taken", message=request.headers.get("svix-id") or request.headers.get("webhook-id"))
        return web.Response(status=204)

    application.router.add_post(PATH, receive)
