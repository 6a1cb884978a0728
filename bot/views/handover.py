"""What became of a handover: how many were handed over, what was not and why, and the way to what is left."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement

from bot.views import controls, text, values
from bot.views.message import Message, context, header, section

REST = "ob:handover"

_DONE = 20
_FAILED = 20
_NAME = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One piece by its label; `why` is empty when it was handed over, plain text else."""

    label: str
    why: str = ""
    left: bool = True
    """Where it was not: it is still there to be handed over."""
    unknown: bool = False
    """It may have been handed over all the same."""


def outcome(
    lines: Sequence[Line], *, from_name: str, to_name: str, untried: int, trouble: str, between: tuple[str, str]
) -> Message:
    """Draw the result list. `trouble` is markup and says what ended it early; `untried` are those never reached.

    `between` is from whom to whom, as typed: the button goes on with what is left between the two.
    """
    done = [text.name(line.label) for line in lines if not line.why]
    failed = [line for line in lines if line.why]
    names = f"{text.name(from_name)} → {text.name(to_name)}"
    told = f"Handed over {text.count(len(done), 'role')} of {len(lines) + untried}, {names}."
    blocks: list[Block] = [header("Handover"), section(f"*{told}*")]
    if done:
        blocks.append(section(f"*Handed over*\n{text.listed(tuple(done), limit=_DONE)}"))
    if failed:
        why = [f"{text.name(line.label)}: {text.name(line.why, _NAME)}" for line in failed[:_FAILED]]
        left_out = len(failed) - _FAILED
        more = [f"and {left_out} more"] if left_out > 0 else []
        blocks.append(section("\n".join(["*Not handed over*", *why, *more])))
    if trouble:
        blocks.append(section(trouble))
    left = sum(line.left for line in failed) + untried
    if left:
        most = "At most " if any(line.unknown for line in failed) else ""
        again = "Running the handover again shows only what is left."
        blocks.append(context(f"{most}{text.count(left, 'role')} left. {again}"))
        blocks.append(ActionsBlock(elements=[_again(between)]))
    return Message(" ".join(filter(None, (told, trouble))), tuple(blocks))


def decode(value: str) -> tuple[str, str]:
    """From whom to whom, as the button says; raises UserError."""
    giver, taker = values.texts(value, 2)
    return giver, taker


def _again(between: tuple[str, str]) -> ButtonElement:
    return controls.button(
        "Show what is left", action=REST, named="Show what is left to hand over", value=json.dumps(between)
    )
