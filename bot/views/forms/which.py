"""Which onboarding a verb is meant for that was typed alone: a menu to search, and what else the verb takes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    ExternalDataSelectElement,
    InputBlock,
    Option,
    PlainTextInputElement,
    PlainTextObject,
)
from slack_sdk.models.views import View

from bot.domain.errors import FieldErrors
from bot.views import modal, text
from bot.views.finding import WHICH
from bot.views.message import context, section

CALLBACK = "ob:for"
TITLE = "Which onboarding?"
WORDS = "words"
LONGEST = 500
_BLOCK = "onboarding"


@dataclass(frozen=True, slots=True)
class Typed:
    """The verb, and what is to be filled in: the onboarding, and `more` words where the verb takes some."""

    verb: str
    told: str
    """The verb as it is typed, and what it does: `/onboarding pause`, …"""
    channel: str
    more: str = ""
    """The label of the words that may follow the name; nothing where there are none."""
    needed: bool = False
    """The words may not be left out."""
    onboarding_id: str = ""
    label: str = ""
    words: str = ""


def form(typed: Typed, *, remark: str = "") -> View:
    """Ask for it, with what was chosen so far, and `remark` (markup) above it."""
    chosen = Option(text=PlainTextObject(text=typed.label), value=typed.onboarding_id) if typed.onboarding_id else None
    menu = ExternalDataSelectElement(
        action_id=WHICH,
        placeholder=PlainTextObject(text="Customer or number"),
        min_query_length=1,
        initial_option=chosen,
    )
    blocks: list[Block] = [section(remark)] if remark else []
    blocks.append(InputBlock(block_id=_BLOCK, label=PlainTextObject(text="Onboarding"), element=menu))
    if typed.more:
        words = PlainTextInputElement(
            action_id=WORDS, multiline=True, max_length=LONGEST, initial_value=typed.words or None
        )
        blocks.append(
            InputBlock(block_id=WORDS, label=PlainTextObject(text=typed.more), element=words, optional=not typed.needed)
        )
    blocks.append(context(text.escape(typed.told)))
    kept = json.dumps([typed.verb, typed.told, typed.channel, typed.more, typed.needed], ensure_ascii=False)
    return modal.frame(TITLE, blocks, callback_id=CALLBACK, submit="Go on", close="Cancel", metadata=kept)


def parse(given: Mapping[str, Any], metadata: str) -> Typed:
    """Read what was sent; raises FieldErrors when no onboarding was chosen."""
    typed = Typed(*json.loads(metadata))
    if not all(isinstance(one, str) for one in (typed.verb, typed.told, typed.channel)):
        raise TypeError(metadata)
    chosen = given[_BLOCK][WHICH].get("selected_option")
    if not chosen:
        raise FieldErrors({_BLOCK: "Choose an onboarding."})
    words = " ".join((given[WORDS][WORDS].get("value") or "").split()) if typed.more else ""
    if typed.needed and not words:
        raise FieldErrors({WORDS: "Please fill this in."})
    return replace(typed, onboarding_id=chosen["value"], label=chosen["text"]["text"], words=words)


def again(typed: Typed, remark: str) -> View:
    """The same form with what was chosen and typed, and a remark above it."""
    return form(typed, remark=remark)
