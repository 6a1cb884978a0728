"""Short words about a change or a share: in the thread, above a refreshed card, or in answer to one press."""

from collections.abc import Sequence

from bot.domain.moves import Move
from bot.domain.records import Standing
from bot.views import standing as said
from bot.views import text
from bot.views.message import Message, say

_DIFFERENCES = 4
_REASON = 300


def line(by: str, move: Move, *, reason: str = "") -> str:
    """`Ana Ruiz advanced Program buildout → Internal QA`, for the card's thread; plain text, to be escaped once."""
    return f"{text.plain(by, 80)} {move.done}{f': {text.plain(reason, _REASON)}' if reason else ''}"


def done(move: Move, *, reason: str = "") -> str:
    """The same above the presser's own card: `You advanced Review → Program buildout.` Plain text."""
    return f"You {move.done}.{f' Reason: {text.plain(reason, _REASON)}' if reason else ''}"


def stale(differences: Sequence[str], *, refreshed: bool = True) -> str:
    """Why nothing was written, above a refreshed card, or beside one that could not be redrawn; plain text."""
    told = "; ".join(differences[:_DIFFERENCES])
    now = " The card is up to date now." if refreshed else ""
    return f"This changed since you looked: {told}. Nothing was written.{now}"


def kept(standing: Standing | None = None) -> Message:
    """The answer to Cancel."""
    return say(f"{said.called(standing)} stays as it is." if standing else "Nothing was changed.")


def shared(standing: Standing, *, channel: str) -> Message:
    """Tell the sharer that their card is in the channel now."""
    return say(f"Shared {said.called(standing)} to <#{text.escape(channel)}>.")
