"""The question before a digest is deleted for good."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.views import modal, text, values
from bot.views.message import context, section

TITLE = "Delete this digest?"
CALLBACK = "ob:digest-end"


@dataclass(frozen=True, slots=True)
class Typed:
    """Which subscription is asked about, and what it is called; that is markup."""

    subscription_id: str
    named: str


def form(typed: Typed, *, remark: str = "") -> View:
    """Ask; `remark` is markup, said above the question."""
    blocks: list[Block] = [section(remark)] if remark else []
    blocks += [
        section(typed.named),
        context("It does not come any more. You will see the line that brings it back."),
    ]
    metadata = json.dumps([typed.subscription_id, text.clip(typed.named, 1000)], ensure_ascii=False)
    return modal.frame(TITLE, blocks, callback_id=CALLBACK, submit="Delete", close="Cancel", metadata=metadata)


def parse(_given: Mapping[str, Any], metadata: str) -> Typed:
    """Read which one it was asked about."""
    subscription_id, named = values.texts(metadata, 2)
    return Typed(subscription_id, named)


def again(typed: Typed, remark: str) -> View:
    """The same question, and a remark above it."""
    return form(typed, remark=remark)
