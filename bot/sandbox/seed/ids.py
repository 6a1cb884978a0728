"""Ids that look like Pivotal's and are the same on every start."""

import hashlib

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def cuid(kind: str, number: int) -> str:
    """Make the id of the record of this kind with this number: 25 characters, never all digits."""
    rest = int.from_bytes(hashlib.sha256(f"{kind}:{number}".encode()).digest(), "big")
    letters = []
    for _ in range(23):
        rest, digit = divmod(rest, 36)
        letters.append(_DIGITS[digit])
    return "cl" + "".join(letters)
