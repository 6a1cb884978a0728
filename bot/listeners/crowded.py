"""What people are told while more is being done than the bot takes on at once: plainly, and at the price of little."""

from collections.abc import Mapping
from typing import Any

from bot.domain.errors import Busy
from bot.listeners.turn import Seen, Turn
from bot.views import modal
from bot.views.message import say

MOST = 500
"""So much is at work together, what follows from requests included; whoever comes then is asked to come again."""
MOST_TOLD = 100
"""So many more are told so by work of its own, where the acknowledgement cannot carry it."""
_WHAT, _NEXT = "I have too much to do at this moment, so this was not done.", "Try again in a moment."
TOO_MUCH = f"{_WHAT} {_NEXT}"


async def too_much(_turn: Turn) -> Seen:
    """The handler of whatever comes then."""
    raise Busy(_WHAT, hint=_NEXT)


def later(view: Mapping[str, Any]) -> dict[str, Any]:
    """The acknowledgement that leaves a form as it was typed, with the reason beside its first field.

    One without fields is replaced. https://docs.slack.dev/surfaces/modals#displaying_errors
    """
    for block in view.get("blocks") or ():
        if block.get("type") == "input":
            return {"response_action": "errors", "errors": {block["block_id"]: TOO_MUCH}}
    told = modal.told(str(view["title"]["text"]), say(TOO_MUCH))
    return {"response_action": "update", "view": told.to_dict()}
