"""Slack over HTTP: checks the signature over the raw bytes, reads the body, and hands it to Bolt already parsed.

Bolt's own reading loses a command whose text contains the word "payload", so the body is read here.
"""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import Clock, SignatureVerifier

PATH = "/slack/events"
LARGEST = 1024 * 1024
"""Bytes of a request body; Slack's own stay far below."""


class _Now(Clock):
    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock().timestamp()


def add_route(
    application: web.Application, bolt: AsyncApp, *, signing_secret: str, clock: Callable[[], datetime]
) -> None:
    """Have `application` take what Slack sends in HTTP mode, at `PATH`."""
    verifier = SignatureVerifier(signing_secret, _Now(clock))

    async def receive(request: web.Request) -> web.Response:
        raw = await request.read()
        if not _genuine(verifier, raw, request):
            return web.Response(status=401, text="The signature or its time is not right.")
        body = _read(raw, request.content_type)
        if body is None:
            return web.Response(status=400, text="The body cannot be read.")
        # To Bolt, "socket_mode" means a body that is verified and parsed already.
        answer = await bolt.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body, headers={}))
        return await to_aiohttp_response(answer)

    application.router.add_post(PATH, receive)


def _genuine(verifier: SignatureVerifier, raw: bytes, request: web.Request) -> bool:
    timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
    signature = request.headers.get("X-Slack-Signature", "")
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 12 and signature.isascii()):
        return False
    try:
        return bool(verifier.is_valid(raw, timestamp, signature))
    except UnicodeDecodeError:
        return False


def _read(raw: bytes, content_type: str) -> dict[str, Any] | None:
    try:
        text = raw.decode()
        if content_type != "application/json":
            form = dict(parse_qsl(text, keep_blank_values=True))
            if "payload" not in form:
                return form or None
            text = form["payload"]
        body = json.loads(text)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None
