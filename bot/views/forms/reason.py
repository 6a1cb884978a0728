"""The form before a grave change: what exactly happens, who and what it concerns, and why it is done."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import Block, InputBlock, PlainTextInputElement, PlainTextObject
from slack_sdk.models.views import View

from bot.domain.errors import FieldErrors
from bot.domain.moves import Expectation, Fields, Move, Verb
from bot.domain.records import Standing
from bot.views import controls, modal, text, values
from bot.views import standing as said
from bot.views.message import context, section
from bot.views.values import Press

CALLBACK = "ob:reason"
REASON = "reason"
TYPED = "ob:reason-text"
KEPT = "The reason is kept here; Pivotal’s API takes none."
LONGEST = 500
METADATA = 3000
"""Characters Slack takes in a modal's private_metadata."""
_LINE = 340
_TITLES = {
    Verb.ADVANCE: "Advance",
    Verb.BACK: "Send back",
    Verb.SKIP: "Skip phases",
    Verb.DATE: "Move the target date",
    Verb.PAUSE: "Retract the launch",
    Verb.UPDATE: "Update",
    Verb.FLAG: "Mark at risk",
    Verb.CLEAR: "Clear at risk",
}


@dataclass(frozen=True, slots=True)
class Typed:
    """What the form shows, and what was typed into it."""

    press: Press
    title: str
    submit: str
    question: str
    lines: tuple[str, ...]
    required: bool
    posted: tuple[str, str] | None = None
    """Channel and ts of the posted card it was begun on."""
    reason: str = ""


def title(verb: Verb) -> str:
    """What the form about a change is called."""
    return _TITLES.get(verb, "Are you sure?")


def asked(
    standing: Standing,
    move: Move,
    *,
    wanted: Fields,
    facts: Sequence[str],
    reason: str = "",
    posted: tuple[str, str] | None = None,
) -> Typed:
    """What to ask before `move`; `facts` are lines of markup about the onboarding as it is now."""
    whole = controls.asked(move, whom=said.called(standing), safe=lambda label: text.name(label, 120))
    effects = (f"• {text.name(effect, 300)}" for effect in move.asks)
    return Typed(
        press=Press(
            standing.onboarding.id,
            move.verb,
            Expectation.of(standing.onboarding, writing=move.changes),
            promise=move.promise,
            wanted=wanted,
        ),
        title=title(move.verb),
        submit=_submit(move),
        question=whole,
        lines=tuple(text.clip(line, _LINE) for line in (*effects, *facts)),
        required=move.needs_reason,
        posted=posted,
        reason=reason,
    )


def _submit(move: Move) -> str:
    """The button that does it says what it does."""
    if move.verb is not Verb.ADVANCE:
        return title(move.verb) if move.verb in _TITLES else controls.short(move.verb)
    full = f"Advance to {move.after}"
    return full if len(full) <= modal.TITLE else "Advance"


def form(typed: Typed, *, remark: str = "") -> View:
    """Draw the form, with what was typed so far, and `remark` (markup) above it."""
    field = InputBlock(
        block_id=REASON,
        label=PlainTextObject(text="Why?"),
        element=PlainTextInputElement(
            action_id=TYPED, multiline=True, max_length=LONGEST, initial_value=typed.reason or None
        ),
        optional=not typed.required,
    )
    blocks: list[Block] = [section(remark)] if remark else []
    blocks.append(section(f"*{typed.question}*"))
    if typed.lines:
        blocks.append(section("\n".join(typed.lines)))
    blocks += [field, context(KEPT)]
    return modal.frame(
        typed.title, blocks, callback_id=CALLBACK, submit=typed.submit, close="Cancel", metadata=_metadata(typed)
    )


def parse(given: Mapping[str, Any], metadata: str) -> Typed:
    """Read what was sent; raises FieldErrors where a reason is needed and none was given."""
    kept = json.loads(metadata)
    reason = " ".join((given[REASON][TYPED].get("value") or "").split())
    if kept["need"] and not reason:
        raise FieldErrors({REASON: "Please say why: it is kept in the log."})
    return Typed(
        press=values.decode(kept["press"]),
        title=kept["title"],
        submit=kept["submit"],
        question=kept["ask"],
        lines=tuple(kept["lines"]),
        required=kept["need"],
        posted=tuple(kept["at"]) if kept.get("at") else None,
        reason=reason,
    )


def again(typed: Typed, remark: str) -> View:
    """The same form with what was typed, and a remark above it."""
    return form(typed, remark=remark)


def _metadata(typed: Typed) -> str:
    kept: dict[str, Any] = {
        "press": values.encode(typed.press),
        "title": typed.title,
        "submit": typed.submit,
        "ask": typed.question,
        "need": typed.required,
        "at": typed.posted,
    }
    lines = list(typed.lines)
    while len(written := json.dumps({**kept, "lines": lines}, ensure_ascii=False)) > METADATA and lines:
        lines.pop()
    return written
