"""HTTP mode: the payload as a signed form POSTed to the app's request URL.

See https://docs.slack.dev/authentication/verifying-requests-from-slack/.
"""

import hashlib
import hmac
import json
from typing import Any
from urllib.parse import urlencode

import aiohttp

from bot.sandbox.slack.courier import Undelivered
from bot.sandbox.slack.wire import Clock, Json


class RequestUrl:
    """The app's request URL. `clock` gives the time that is signed; the app refuses one more than 300 s off."""

    def __init__(self, url: str, *, signing_secret: str, clock: Clock) -> None:
        self.url = url
        self._secret = signing_secret
        self._clock = clock

    async def carry(self, kind: str, payload: Json) -> Any:
        """POST a command's fields or an interaction's `payload`; raises `Undelivered` unless the answer is 200."""
        fields = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
        body = urlencode(fields)
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.post(self.url, data=body.encode(), headers=self._headers(body)) as answer,
            ):
                text = await answer.text()
                if answer.status != 200:
                    raise Undelivered("dispatch_failed")
                return _carried(text, answer.content_type)
        except aiohttp.ClientError as error:
            raise Undelivered("dispatch_failed") from error

    def _headers(self, body: str) -> dict[str, str]:
        timestamp = str(int(self._clock().timestamp()))
        return {
            "Content-Type": "application/x-www-form-urlencoded",
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(self._secret, timestamp, body),
        }


def signature(secret: str, timestamp: str, body: str) -> str:
    """Slack's signature of a request body at a Unix time in seconds."""
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return f"v0={digest}"


def _carried(text: str, content_type: str) -> Any:
    if not text:
        return None
    if content_type == "application/json":
        try:
            return json.loads(text)
        except json.JSONDecodeError as error:
            raise Undelivered("dispatch_failed") from error
    return {"text": text}
