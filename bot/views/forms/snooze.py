"""The form for a snooze: in which channel's at-risk digest an onboarding is left out, until when, and why."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    DatePickerElement,
    InputBlock,
    InputInteractiveElement,
    MarkdownTextObject,
    Option,
    PlainTextInputElement,
    PlainTextObject,
    RadioButtonsElement,
)
from slack_sdk.models.views import View

from bot.domain.errors import FieldErrors, UserError
from bot.domain.snoozes import LONGEST_DAYS
from bot.views import modal, text
from bot.views.message import context, section

TITLE = "Snooze"
CALLBACK = "ob:snooze-form"
CHANNEL, UNTIL, REASON = "channel", "until", "reason"
CHOICES = 10
"""Channels that are offered: as many as Slack takes."""
LONGEST = 300
ONLY = (
    "It is left out of that channel’s at-risk digest, and of nothing else; the digest counts it, and says until when "
    "and by whom. It comes back that day, or as soon as its phase, state, target date or an owner changes."
)


@dataclass(frozen=True, slots=True)
class Typed:
    """All that the form shows. `channels` are ids, and `called` is markup: whom it is about."""

    onboarding_id: str
    called: str
    channels: tuple[str, ...]
    channel: str
    today: date
    until: date
    reason: str = ""
    more: int = 0
    """Channels that are not offered here."""


def form(typed: Typed, *, remark: str = "") -> View:
    """Draw the form with what was typed so far, and `remark` (markup) above it."""
    blocks: list[Block] = [section(text.clip(remark, 900))] if remark else []
    blocks += [section(f"*{typed.called}*"), context(ONLY)]
    options = [_option(channel) for channel in typed.channels[:CHOICES]]
    chosen = next((one for one in options if one.value == typed.channel), options[0])
    menu = RadioButtonsElement(action_id=CHANNEL, options=options, initial_option=chosen)
    blocks.append(_input(CHANNEL, "In the digest of", menu))
    if typed.more:
        blocks.append(context(f"{text.count(typed.more, 'more channel')}: snooze it there by the command."))
    day = DatePickerElement(action_id=UNTIL, initial_date=typed.until.isoformat())
    why = PlainTextInputElement(
        action_id=REASON, initial_value=typed.reason or None, multiline=True, max_length=LONGEST
    )
    blocks += [
        _input(UNTIL, "Until", day, hint=f"{LONGEST_DAYS} days at the most"),
        _input(REASON, "Why?", why, hint="Shown in the list of what is snoozed, and kept in the log"),
    ]
    return modal.frame(TITLE, blocks, callback_id=CALLBACK, submit="Snooze", close="Cancel", metadata=_metadata(typed))


def parse(given: Mapping[str, Any], metadata: str) -> Typed:
    """Read what was sent; raises FieldErrors for a wrong day or no reason, and UserError for a channel not offered."""
    kept = json.loads(metadata)
    channel = given[CHANNEL][CHANNEL]["selected_option"]["value"]
    if channel not in kept["channels"]:
        raise UserError("This form is from an older version of the bot.", hint="Open it again.")
    today = date.fromisoformat(kept["today"])
    day = given[UNTIL][UNTIL].get("selected_date")
    reason = " ".join((given[REASON][REASON].get("value") or "").split())
    wrong = {}
    if not day:
        wrong[UNTIL] = "Choose a day."
    elif not today < date.fromisoformat(day) <= today + timedelta(days=LONGEST_DAYS):
        wrong[UNTIL] = f"Choose a day from tomorrow on, {LONGEST_DAYS} days ahead at the most."
    if not reason:
        wrong[REASON] = "Please say why: others will wonder where it went."
    if wrong:
        raise FieldErrors(wrong)
    return Typed(
        onboarding_id=kept["id"],
        called=kept["called"],
        channels=tuple(kept["channels"]),
        channel=channel,
        today=today,
        until=date.fromisoformat(day),
        reason=reason,
        more=kept["more"],
    )


def again(typed: Typed, remark: str) -> View:
    """The same form with what was typed, and a remark above it."""
    return form(typed, remark=remark)


def _metadata(typed: Typed) -> str:
    return json.dumps(
        {
            "id": typed.onboarding_id,
            "called": text.clip(typed.called, 400),
            "channels": typed.channels[:CHOICES],
            "today": typed.today.isoformat(),
            "more": typed.more,
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def _option(channel: str) -> Option:
    """A channel as a link to it: https://docs.slack.dev/reference/block-kit/composition-objects/option-object."""
    named = "My direct message" if channel.startswith("D") else f"<#{text.escape(channel)}>"
    return Option(text=MarkdownTextObject(text=named, verbatim=True), value=channel)


def _input(block_id: str, label: str, element: InputInteractiveElement, *, hint: str = "") -> InputBlock:
    return InputBlock(
        block_id=block_id,
        label=PlainTextObject(text=label),
        element=element,
        hint=PlainTextObject(text=hint) if hint else None,
    )
