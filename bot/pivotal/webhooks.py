"""Checks that a delivery comes from Pivotal and is of these minutes, and reads the event in it.

Pivotal delivers through Svix: https://docs.pivotal.app/webhooks/signing
"""

import hmac
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from pydantic import ValidationError
from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError

from bot.pivotal.errors import InvalidEvent, InvalidSignature
from bot.pivotal.escapes import mended
from bot.pivotal.events import EVENT, AnyEvent

TOLERANCE: Final = timedelta(minutes=5)
"""How far the delivery's time may be from ours, either way."""
LONGEST_TIMESTAMP: Final = 11
"""Digits of Unix seconds that a date can be made of."""


def verify(body: bytes, headers: Mapping[str, str], secret: str | Iterable[str], *, now: datetime | None = None) -> str:
    """Check a delivery's signature over its raw bytes and return the delivery's id, which is not the event's.

    `secret` is one `whsec_…` or several, any of which may have signed; of several, those that cannot be used are left
    out. `now` is aware, and the present moment unless given. The headers may be called `svix-…` or `webhook-…`, in any
    case. Raises InvalidSignature, and TypeError for a body that is text: it is the bytes that are signed.
    """
    if not isinstance(body, bytes | bytearray | memoryview):
        raise TypeError(f"The body of a delivery is the bytes that came, not {type(body).__name__}.")
    named = {name.lower(): value for name, value in headers.items() if isinstance(name, str)}
    delivery, timestamp, signatures = (_header(named, name) for name in ("id", "timestamp", "signature"))
    sent_at = _instant(timestamp)
    if abs((now or datetime.now(UTC)) - sent_at) > TOLERANCE:
        raise InvalidSignature("The delivery is older or newer than five minutes.")
    try:
        text = bytes(body).decode()
    except UnicodeDecodeError:
        raise InvalidSignature("The delivery is not UTF-8.") from None
    secrets = [secret] if isinstance(secret, str) else list(secret)
    expected = [ours for key in secrets if (ours := _signed(key, delivery, sent_at, text)) is not None]
    if secrets and not expected:
        raise InvalidSignature("No signing secret is of the form whsec_… with base64.")
    # Every pair is compared, so that the time taken does not tell which one nearly matched.
    matches = [hmac.compare_digest(ours, theirs) for ours in expected for theirs in signatures.split(" ")]
    if not any(matches):
        raise InvalidSignature("No signature of the delivery matches.")
    return delivery


def read(body: bytes) -> AnyEvent:
    """Read the event in a delivery that has been verified. Raises InvalidEvent."""
    try:
        return EVENT.validate_json(mended(body))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise InvalidEvent(f"No event can be read from the delivery: {where or 'body'}: {first['msg']}") from None


def parse(
    body: bytes, headers: Mapping[str, str], secret: str | Iterable[str], *, now: datetime | None = None
) -> AnyEvent:
    """Verify a delivery as `verify` does, and read its event. Raises InvalidSignature and InvalidEvent."""
    verify(body, headers, secret, now=now)
    return read(body)


def _header(named: Mapping[str, str], name: str) -> str:
    value = named.get(f"svix-{name}") or named.get(f"webhook-{name}")
    if not isinstance(value, str) or not value or not value.isascii():
        raise InvalidSignature(f"The delivery has no readable header svix-{name}.")
    return value


def _instant(timestamp: str) -> datetime:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= LONGEST_TIMESTAMP):
        raise InvalidSignature("The delivery's time is not in Unix seconds.")
    return datetime.fromtimestamp(int(timestamp), UTC)


def _signed(secret: str, delivery: str, sent_at: datetime, text: str) -> str | None:
    """The signature that a secret makes, None for a secret that cannot be used."""
    try:
        return Webhook(secret).sign(delivery, sent_at, text)
    except (ValueError, EmptyWebhookSecretError):
        return None
