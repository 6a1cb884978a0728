"""What a client needs of httpx: one connection pool, one TLS context, requests built, and failures named."""

import platform
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import httpx

from bot.pivotal.answers import Answer, Loss, Lost
from bot.pivotal.calls import Call
from bot.pivotal.exchange import Send
from bot.pivotal.settings import Key, Timeout
from bot.pivotal.version import __version__

USER_AGENT: Final = f"onboarding-bot-pivotal/{__version__} python/{platform.python_version()} httpx/{httpx.__version__}"


@cache
def _tls() -> ssl.SSLContext:
    """Load the certificate authorities once: it costs more than a request does."""
    return httpx.create_ssl_context()


def pool(base_url: str) -> dict[str, Any]:
    """How connections of our own are made: arguments for an httpx client, or for our transport.

    Over http, which is this machine only, no authority is needed and no proxy may be asked.
    """
    remote = base_url.startswith("https:")
    verify = _tls() if remote else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return {"verify": verify, "trust_env": remote}


@dataclass(frozen=True, slots=True)
class Wire:
    """How requests are written: address, key, headers and patience."""

    base_url: str
    key: Key
    headers: Mapping[str, str]
    timeout: Timeout

    def request(self, call: Call[Any], send: Send, extra: Mapping[str, str]) -> httpx.Request:
        """Write one attempt of a call."""
        headers = httpx.Headers({"Accept": "application/json", "User-Agent": USER_AGENT})
        headers.update(self.headers)
        headers.update(extra)
        if not call.anonymous:
            headers["Authorization"] = f"Bearer {self.key.secret}"
        if send.idempotency_key is not None:
            headers["Idempotency-Key"] = send.idempotency_key
        if call.body is not None:
            headers["Content-Type"] = "application/json"
        wait = self.timeout
        read = min(wait.read, send.seconds)
        timeout = httpx.Timeout(connect=min(wait.connect, send.seconds), read=read, write=read, pool=send.seconds)
        return httpx.Request(
            call.method,
            self.base_url + call.path,
            params=dict(call.query) or None,
            headers=headers,
            content=None if call.body is None else call.body.json_bytes(),
            extensions={"timeout": timeout.as_dict()},
        )


class Progress:
    """Whether an attempt has sent anything yet; an httpx that does not tell (a transport of yours) may have."""

    def __init__(self, *, told: bool) -> None:
        self.sent = not told

    def note(self, event: str, details: Mapping[str, Any]) -> None:
        """Take what httpx's extension `trace` tells (https://www.python-httpx.org/advanced/extensions/#trace)."""
        if event.endswith(".connect_tcp.started"):
            self.sent = False
        elif event.endswith(".send_request_headers.started"):
            # What asks a proxy for a tunnel is not the request yet.
            self.sent = details["request"].method != b"CONNECT"

    async def anote(self, event: str, details: Mapping[str, Any]) -> None:
        """The same for a client that is awaited."""
        self.note(event, details)

    def late(self, detail: str = "") -> Lost:
        """The loss of an attempt whose time is up."""
        return Lost(Loss.NO_ANSWER_IN_TIME if self.sent else Loss.NO_CONNECTION_IN_TIME, detail)

    def lost(self, error: httpx.RequestError) -> Lost:
        """Name how an attempt failed; what is not surely unsent counts as sent."""
        match error:
            case httpx.ConnectTimeout() | httpx.PoolTimeout():
                return Lost(Loss.NO_CONNECTION_IN_TIME, str(error))
            case httpx.TimeoutException():
                return self.late(str(error))
            case httpx.ConnectError() | httpx.ProxyError() | httpx.UnsupportedProtocol():
                return Lost(Loss.NO_CONNECTION, str(error))
            case _:
                return Lost(Loss.BROKEN_OFF if self.sent else Loss.NO_CONNECTION, str(error))


def undecodable(response: httpx.Response, error: httpx.DecodingError) -> Answer:
    """An answer whose body is not in the encoding it claims: its status counts, and its body says what is wrong."""
    return Answer(response.status_code, response.headers, f"(a body that cannot be decoded: {error})".encode())
