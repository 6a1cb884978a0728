"""How a client is set up: its key, its address, its patience. Checked once, when the client is made."""

import ipaddress
import os
from dataclasses import dataclass, field
from typing import Final, Literal
from urllib.parse import urlsplit

import httpx

BASE_URL: Final = "https://my.pivotal.app/api/v1"
KEY_VARIABLE: Final = "PIVOTAL_API_KEY"
SHOWN: Final = 4
"""Characters of a key that Pivotal itself shows, after `pivotal_`."""


@dataclass(frozen=True, slots=True)
class Timeout:
    """How long to wait, in seconds: for a connection, for the next bytes, and for a call with all its repeats.

    `background` is the total for calls of the background lane, which may wait for the rate limit's window to reset.
    """

    connect: float = 3.0
    read: float = 8.0
    total: float = 25.0
    background: float = 300.0

    def __post_init__(self) -> None:
        if min(self.connect, self.read, self.total, self.background) <= 0:
            raise ValueError("Every timeout is more than 0 seconds.")


DEFAULT_TIMEOUT: Final = Timeout()


@dataclass(frozen=True, slots=True)
class Key:
    """An API key that does not show itself. `pivotal_test_…` is a test key, `pivotal_…` a live one.

    Source: https://docs.pivotal.app/api/welcome/authentication
    """

    secret: str = field(repr=False)

    @property
    def mode(self) -> Literal["test", "live"]:
        """Which side effects writing with it has; whatever is not surely a test key is live."""
        return "test" if self.secret.startswith("pivotal_test_") else "live"

    @property
    def prefix(self) -> str:
        """The public part, which may be logged."""
        for word in ("pivotal_test_", "pivotal_"):
            if self.secret.startswith(word):
                rest = self.secret.removeprefix(word)
                return word + (rest[:SHOWN] if len(rest) > 2 * SHOWN else "")
        return "(not a Pivotal key)"

    def redact(self, text: str) -> str:
        """Replace the key in a text by its public part."""
        return text.replace(self.secret, f"{self.prefix}…")


def key(given: str | None) -> Key:
    """Take the key as given, or from `PIVOTAL_API_KEY`; raises ValueError when there is none, or none like it."""
    secret = (given if given is not None else os.environ.get(KEY_VARIABLE, "")).strip()
    if not secret:
        raise ValueError(f"No API key: pass api_key=… or set {KEY_VARIABLE}.")
    if not secret.isascii() or not secret.isprintable() or " " in secret:
        raise ValueError("The API key holds a character that no key has.")
    return Key(secret)


def base_url(given: str) -> str:
    """Return the server's address without a slash at its end.

    Raises ValueError for one that would send the key unencrypted: only this machine may be spoken to over http.
    """
    try:
        parts = urlsplit(given)
        readable = parts.scheme in {"https", "http"} and parts.hostname and parts.port != 0 and given.isprintable()
        # The name must be one that can be looked up: httpx writes it in ASCII, Python's sockets check its labels.
        httpx.URL(given).raw_host.decode("ascii").encode("idna")
    except (ValueError, httpx.InvalidURL):
        readable = False
    if not readable or " " in given:
        raise ValueError(f"{given!r} is not an address such as {BASE_URL}.")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("The address of the API has no user, query or fragment.")
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise ValueError(f"{given!r} would send the API key unencrypted: use https (http is for this machine only).")
    return given.rstrip("/")


def is_loopback(host: str) -> bool:
    """Whether a host's name or address is this machine itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
