"""Cursor pages as Slack's lists have them: `limit`, `cursor`, `response_metadata.next_cursor`."""

import base64
import binascii

from bot.sandbox.slack.refusals import Refusal
from bot.sandbox.slack.wire import Json

MOST = 1000


def page(items: list[Json] | list[str], args: Json, *, name: str) -> Json:
    """One page of `items` under `name`. Without a limit Slack gives them all; raises `invalid_cursor`, `invalid_limit`.

    See https://docs.slack.dev/apis/web-api/pagination/.
    """
    start = _start(str(args.get("cursor") or ""))
    try:
        limit = int(args.get("limit") or 0) or MOST
    except ValueError as error:
        raise Refusal("invalid_limit") from error
    if not 1 <= limit <= MOST:
        raise Refusal("invalid_limit")
    end = start + limit
    following = base64.b64encode(f"next:{end}".encode()).decode() if end < len(items) else ""
    return {name: items[start:end], "response_metadata": {"next_cursor": following}}


def _start(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        word, _, number = base64.b64decode(cursor, validate=True).decode().partition(":")
        if word == "next":
            return int(number)
    except (binascii.Error, UnicodeDecodeError, ValueError) as error:
        raise Refusal("invalid_cursor") from error
    raise Refusal("invalid_cursor")
