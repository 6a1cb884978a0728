"""Finding an onboarding by typing into a menu: the modal to open one, and the modal to post one's card."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ExternalDataSelectElement,
    InputBlock,
    Option,
    PlainTextObject,
)
from slack_sdk.models.views import View

from bot.domain.errors import FieldErrors
from bot.domain.phases import Phases
from bot.domain.records import Standing
from bot.views import modal, text, values
from bot.views.message import context, section

FIND = "ob:find"
"""Opens the search: a shortcut, and a button of Home."""
WHICH = "ob:which"
"""The menu of onboardings, wherever it stands."""
CARD_HERE = "ob:card-here"
"""The message shortcut, and the form it opens."""

OPTION = 75
"""Characters Slack takes in an option: https://docs.slack.dev/reference/block-kit/composition-objects/option-object."""
_BLOCK = "onboarding"
_ASKED = "Customer or number"


@dataclass(frozen=True, slots=True)
class Typed:
    """The onboarding whose card is wanted, and the thread it is wanted in."""

    onboarding_id: str
    channel: str
    thread_ts: str


def search() -> View:
    """Ask which onboarding; choosing one opens it."""
    menu = ActionsBlock(block_id=_BLOCK, elements=[_menu()])
    return modal.frame("Find an onboarding", [section("Type a customer’s name, or a number."), menu])


def form(*, channel: str, thread_ts: str, remark: str = "") -> View:
    """Ask whose card to post in a thread."""
    blocks: list[Block] = [section(remark)] if remark else []
    blocks += [
        InputBlock(block_id=_BLOCK, label=PlainTextObject(text="Onboarding"), element=_menu()),
        context(f"Everyone in <#{text.escape(channel)}> will see its card, in the thread of this message."),
    ]
    return modal.frame(
        "Onboarding card here",
        blocks,
        callback_id=CARD_HERE,
        submit="Post",
        close="Cancel",
        metadata=json.dumps([channel, thread_ts]),
    )


def parse(given: Mapping[str, Any], metadata: str) -> Typed:
    """Read the form; raises FieldErrors when nothing was chosen."""
    chosen = given[_BLOCK][WHICH].get("selected_option")
    if not chosen:
        raise FieldErrors({_BLOCK: "Choose an onboarding."})
    channel, thread_ts = values.texts(metadata, 2)
    return Typed(str(chosen["value"]), channel, thread_ts)


def again(typed: Typed, remark: str) -> View:
    """The form once more; what was chosen stays, because Slack keeps it."""
    return form(channel=typed.channel, thread_ts=typed.thread_ts, remark=remark)


def options(standings: Sequence[Standing], *, phases: Phases) -> list[Option]:
    """The menu's entries: `Acme Corp · #101 · Review`, a long name shortened so that the rest stays readable."""
    return [_option(standing, phases=phases) for standing in standings]


def _option(standing: Standing, *, phases: Phases) -> Option:
    onboarding = standing.onboarding
    after = f" · #{onboarding.display_id} · {text.plain(phases.label(onboarding.phase), 25)}"
    return Option(
        text=PlainTextObject(text=f"{text.plain(standing.title, OPTION - text.length(after))}{after}"),
        value=onboarding.id,
    )


def _menu() -> ExternalDataSelectElement:
    return ExternalDataSelectElement(action_id=WHICH, placeholder=PlainTextObject(text=_ASKED), min_query_length=1)
