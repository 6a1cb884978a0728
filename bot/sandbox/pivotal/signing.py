"""Signs outgoing webhooks after Svix's scheme, with code of its own: it must be able to disagree with the receiver.

After https://docs.pivotal.app/webhooks/signing.
"""

import base64
import hashlib
import hmac

PREFIX = "whsec_"


def new_secret(number: int) -> str:
    """Make the signing secret of the endpoint with this number: `whsec_` and base64, the same on every start."""
    return PREFIX + base64.b64encode(hashlib.sha256(f"endpoint {number}".encode()).digest()[:24]).decode()


def sign(body: bytes, *, secret: str, message_id: str, timestamp: int) -> str:
    """Sign one delivery: `v1,` and the base64 of the HMAC-SHA256. `timestamp` is in Unix seconds."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def headers(body: bytes, *, secrets: list[str], message_id: str, timestamp: int) -> dict[str, str]:
    """The three headers of a delivery; while a secret is being rotated, one signature for each."""
    signatures = [sign(body, secret=secret, message_id=message_id, timestamp=timestamp) for secret in secrets]
    return {
        "svix-id": message_id,
        "svix-timestamp": str(timestamp),
        "svix-signature": " ".join(signatures),
    }
