"""HTTP mode: a signed form, or an event's signed JSON, POSTed to the app's request URL.

See https://docs.slack.dev/authentication/verifying-requests-from-slack/.
"""

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import aiohttp

from bot.sandbox.slack.courier import Retry, Undelivered
from bot.sandbox.slack.wire import Clock, Json

_FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"


@dataclass(frozen=True)
class _Answer:
    status: int
    text: str
    content_type: str
    no_retry: bool


class RequestUrl:
    """The app's request URL. `clock` gives the time that is signed; the app refuses one more than 300 s off."""

    late = "http_timeout"

    def __init__(self, url: str, *, signing_secret: str, clock: Clock) -> None:
        self.url = url
        self._secret = signing_secret
        self._clock = clock
        self._verified = False

    async def carry(self, kind: str, payload: Json, *, retry: Retry | None = None) -> Any:
        """POST a command's fields, an interaction's `payload` or an event; raises `Undelivered` unless it is taken.

        Commands and interactions are taken by a 200, events by any 2xx. The first event waits for the URL to pass
        Slack's challenge.
        """
        if kind == "events_api":
            return await self._tell(payload, retry)
        fields = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
        answer = await self._post(urlencode(fields), _FORM)
        if answer.status != 200:
            raise Undelivered("dispatch_failed", reason="http_error")
        return _carried(answer)

    async def _tell(self, event: Json, retry: Retry | None) -> None:
        if not self._verified:
            await self._verify(event)
        headers = {"X-Slack-Retry-Num": str(retry.attempt), "X-Slack-Retry-Reason": retry.reason} if retry else {}
        answer = await self._post(json.dumps(event), _JSON, headers)
        if not 200 <= answer.status < 300:
            raise Undelivered("dispatch_failed", reason="http_error", final=answer.no_retry)

    async def _verify(self, event: Json) -> None:
        """Ask the URL to repeat a challenge: https://docs.slack.dev/reference/events/url_verification/."""
        challenge = secrets.token_urlsafe(32)
        asked = {"token": event["token"], "challenge": challenge, "type": "url_verification"}
        answer = await self._post(json.dumps(asked), _JSON)
        said = _carried(answer) if answer.status == 200 else None
        if not isinstance(said, dict) or challenge not in (said.get("challenge"), str(said.get("text")).strip()):
            raise Undelivered("url_not_verified", reason="http_error")
        self._verified = True

    async def _post(self, body: str, content_type: str, headers: dict[str, str] | None = None) -> _Answer:
        signed = {**self._headers(body), "Content-Type": content_type, **(headers or {})}
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.post(self.url, data=body.encode(), headers=signed) as answer,
            ):
                no_retry = answer.headers.get("X-Slack-No-Retry") == "1"
                return _Answer(answer.status, await answer.text(), answer.content_type, no_retry)
        except aiohttp.ClientError as error:
            raise Undelivered("dispatch_failed") from error

    def _headers(self, body: str) -> dict[str, str]:
        timestamp = str(int(self._clock().timestamp()))
        return {
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(self._secret, timestamp, body),
        }


def signature(secret: str, timestamp: str, body: str) -> str:
    """Slack's signature of a request body at a Unix time in seconds."""
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return f"v0={digest}"


def _carried(answer: _Answer) -> Any:
    if not answer.text:
        return None
    if answer.content_type == _JSON:
        try:
            return json.loads(answer.text)
        except json.JSONDecodeError as error:
            raise Undelivered("dispatch_failed", reason="http_error") from error
    return {"text": answer.text}
