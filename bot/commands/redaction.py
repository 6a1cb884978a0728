"""Keeps secrets out of the log: those that are known and whatever has the shape of one, anywhere in a line."""

import json
import re
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import quote

HIDDEN: Final = "[hidden]"
SHORTEST: Final = 6
"""Characters; what is shorter is found in half of all words, and is no secret."""
# No word begins where a terminal's colour ends: what stands before a secret is not looked at.
_SHAPES: Final = re.compile(
    r"xox[a-z](?:\.xox[a-z])?-[\w-]{3,}"  # Slack's tokens: https://docs.slack.dev/authentication/tokens
    r"|x(?:app|wfp)-[\w-]{3,}"
    r"|pivotal_(?:test_)?[A-Za-z0-9]{12,}"  # https://docs.pivotal.app/api/welcome/authentication
    r"|whsec_[\w+/=-]{8,}"
    r"|(?i:(?<=bearer )|(?<=basic ))[\w.~+/=-]{8,}"
    r"|(?<=[?&]ticket=)[\w.%~+-]+"  # of the web socket's address
    r"|(?<=/commands/)T\w+/[\w/-]+"  # of a response_url: whoever has it can answer in the bot's name
    r"|(?<=/actions/)T\w+/[\w/-]+"
    r"|(?<=://)[^/\s\"'\\]+(?=@)"  # a user and a password in an address
    r"|(?i:(?<=password=))[^&\s\"'\\]+"  # the latter behind the question mark of one
)


class Redaction:
    """Takes known `secrets`, and all that looks like one, out of a line that is about to be written."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = {form for one in secrets if len(one) >= SHORTEST for form in _forms(one)}
        # The longest first: one may stand within another.
        self._known = re.compile("|".join(map(re.escape, sorted(known, key=len, reverse=True)))) if known else None

    def __call__(self, _logger: object, _method: str, line: Any) -> str:
        """The line as it may be written, as the last of structlog's processors."""
        if self._known:
            line = self._known.sub(HIDDEN, line)
        return _SHAPES.sub(HIDDEN, line)


def _forms(secret: str) -> tuple[str, ...]:
    """A secret as it may stand in a line: as it is, in JSON, in Python's words, and in an address."""
    return secret, json.dumps(secret)[1:-1], repr(secret)[1:-1], quote(secret, safe="")
