"""Slack over HTTP: what Slack has not signed goes no further than here; the rest is read, and handed to Bolt parsed.

Bolt's own reading loses a command whose text contains the word "payload", so the body is read here.
"""

import json
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncApp

from bot import bodies
from bot.listeners import shapes
from bot.listeners.signatures import Signatures

PATH = "/slack/events"
LARGEST = 1024 * 1024
"""Bytes of a request body; Slack's own stay far below."""
PATIENCE = 3.0
"""Seconds that a body may take to come: Slack itself waits no longer for the answer."""
log = structlog.get_logger()


def add_route(
    application: web.Application,
    bolt: AsyncApp,
    *,
    signing_secret: str,
    clock: Callable[[], datetime],
    patience: float = PATIENCE,
    report: Callable[[Mapping[str, Any], float], None] = lambda body, seconds: None,
) -> None:
    """Have `application` take what Slack sends in HTTP mode, at `PATH`; a body may take `patience` seconds.

    `report` is told of each request how many seconds after its arrival Slack was answered.
    """
    signatures = Signatures(signing_secret, clock=clock)

    async def receive(request: web.Request) -> web.Response:
        began = time.monotonic()
        raw = await bodies.read(request, most=LARGEST, within=patience)
        if wrong := signatures.wrong(raw, request.headers):
            log.warning("request refused", why=wrong)
            return web.Response(status=401, text="The signature or its time is not right.")
        body = _read(raw, request.content_type)
        if body is None:
            return web.Response(status=400, text="The body cannot be read.")
        understood = shapes.read(body)
        if understood is None:
            return web.Response(status=400, text="The body cannot be understood.")
        answer = await bolt.async_dispatch(understood)
        report(body, time.monotonic() - began)
        return await to_aiohttp_response(answer)

    application.router.add_post(PATH, receive)


def _read(raw: bytes, content_type: str) -> dict[str, Any] | None:
    try:
        text = raw.decode()
        if content_type != "application/json":
            form = dict(parse_qsl(text, keep_blank_values=True))
            if "payload" not in form:
                return form or None
            text = form["payload"]
        body = json.loads(text)
    except (ValueError, RecursionError):  # the latter: brackets in brackets in brackets
        return None
    return body if isinstance(body, dict) else None
