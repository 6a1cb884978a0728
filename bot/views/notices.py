"""Short words about a change or a share: in the thread, above a refreshed card, or in answer to one press."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from slack_sdk.models.blocks import Block

from bot.domain.errors import Refused
from bot.domain.moves import Move, Verb
from bot.domain.records import Standing
from bot.views import controls, text
from bot.views import standing as said
from bot.views.controls import UNDO_TOLD
from bot.views.message import Message, context, say, section
from bot.views.values import Press

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


def made(standing: Standing, words: str, *, undo: Press | None = None, trouble: str = "") -> Message:
    """What became of a change, for the one who wanted it; `words` and `trouble` are plain text."""
    told = f"*{said.called(standing)}*: {text.escape(words)}"
    blocks: list[Block] = [section(told, accessory=controls.undo_button(standing, undo) if undo else None)]
    small = tuple(filter(None, (text.escape(trouble) if trouble else "", UNDO_TOLD if undo else "")))
    if small:
        blocks.append(context(*small))
    return Message(" ".join((told.replace("*", "", 2), *small)), tuple(blocks))


def dry_run(standing: Standing, move: Move | Refused, *, verb: Verb, now: datetime, zone: ZoneInfo) -> Message:
    """What a change would do, or why it would be refused; nothing was written."""
    whom, moves = said.called(standing), verb in (Verb.ADVANCE, Verb.BACK, Verb.SKIP)
    stale = said.as_of(standing.as_of, now=now, zone=zone, stale=standing.trouble or True) if standing.as_of else ""
    old = (f"{stale}: this may be out of date.",) if stale else ()
    if isinstance(move, Refused):
        change = "advance" if verb is Verb.ADVANCE else "move" if moves else "be changed"
        return say(f"Nothing was written. {whom} would not {change}: {text.escape(move.message)}", *_hint(move), *old)
    effects = (text.name(effect, 600) for effect in controls.effects(move))
    form = ("It would ask in a form first.",) if move.form else ()
    checks = "You may do it, and it is not completed."
    if verb is Verb.ADVANCE:
        checks = "You may do it, it is neither paused nor completed, and its phase is known."
    would = "go" if moves else "change"
    head = f"Nothing was written. {whom} would {would} from {text.name(move.before)} to {text.name(move.after)}."
    return say("\n".join((head, f"• {checks}", *(f"• {line}" for line in (*effects, *form, *old)))))


def escaped(words: str) -> str:
    """Plain words of ours with names from outside in them, as markup."""
    return text.escape(words)


def _hint(refusal: Refused) -> tuple[str, ...]:
    return (text.escape(refusal.hint),) if refusal.hint else ()


def kept(standing: Standing | None = None) -> Message:
    """The answer to Cancel."""
    return say(f"{said.called(standing)} stays as it is." if standing else "Nothing was changed.")


def shared(standing: Standing, *, channel: str) -> Message:
    """Tell the sharer that their card is in the channel now."""
    return say(f"Shared {said.called(standing)} to <#{text.escape(channel)}>.")
