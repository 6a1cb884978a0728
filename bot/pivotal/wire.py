"""What a client needs of httpx: one connection pool, one TLS context, requests built and failures named."""

import platform
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import httpx

from bot.pivotal.answers import Loss, Lost
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
    """Arguments for an httpx client of our own.

    Over http, which is this machine only, no authority is needed and no proxy may be asked.
    """
    remote = base_url.startswith("https:")
    verify = _tls() if remote else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return {"http2": False, "verify": verify, "trust_env": remote}


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


def lost(error: httpx.RequestError) -> Lost:
    """Name how an attempt failed; what is not surely unsent counts as sent."""
    match error:
        case httpx.ConnectTimeout() | httpx.PoolTimeout():
            loss = Loss.NO_CONNECTION_IN_TIME
        case httpx.TimeoutException():
            loss = Loss.NO_ANSWER_IN_TIME
        case httpx.ConnectError() | httpx.ProxyError() | httpx.UnsupportedProtocol():
            loss = Loss.NO_CONNECTION
        case _:
            loss = Loss.BROKEN_OFF
    return Lost(loss, str(error))
