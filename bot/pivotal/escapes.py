"""Mends JSON that names characters no text should have: U+0000, and halves of surrogate pairs."""

import re

_ODD = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_ESCAPE = re.compile(rb"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|(?P<nul>u0000)|(?P<half>u[dD][89a-fA-F]..)|.)", re.DOTALL)


def mended(body: bytes) -> bytes:
    """The same JSON without U+0000, and with U+FFFD for half a pair: no parser takes that, and no PostgreSQL either."""
    return _ESCAPE.sub(_instead, body) if _ODD.search(body) else body


def _instead(escape: re.Match[bytes]) -> bytes:
    if escape["nul"]:
        return b""
    return rb"\ufffd" if escape["half"] else escape[0]
