"""The form that previews a handover: a tick for each onboarding and role, all ticked, and one button."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from slack_sdk.models.blocks import Block, CheckboxesElement, InputBlock, Option, PlainTextObject
from slack_sdk.models.views import View

from bot.domain.errors import FieldErrors, UserError
from bot.domain.handover import MOST, ROLES, Piece
from bot.domain.phases import Phases
from bot.domain.records import Standing
from bot.views import modal, text
from bot.views import standing as said
from bot.views.message import context, section

TITLE = "Handover"
CALLBACK = "ob:handover-form"
TICKS = "ticks"

_BOX = 10
"""Options Slack takes in one group of checkboxes."""
_OPTION = 75
_REMARK = 900


@dataclass(frozen=True, slots=True)
class Tick:
    """One line of the preview: what it stands for, and how it reads."""

    piece: Piece
    label: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """From whom to whom, as typed and by name; `owner` is the new one in Pivotal, `ticks` what is handed over."""

    from_: str
    to: str
    from_name: str
    to_name: str
    owner: str
    ticks: tuple[Tick, ...] = ()
    left_out: int = 0
    test_key: bool = False


def tick(standing: Standing, piece: Piece, *, phases: Phases) -> Tick:
    """How a piece reads: `Aurora Foods · #89 · CSM`, and beneath it where the onboarding stands."""
    rest = f" · #{standing.onboarding.display_id} · {ROLES[piece.role]}"
    label = text.plain(standing.title, _OPTION - len(rest)) + rest
    return Tick(piece, label, text.plain(phases.label(standing.onboarding.phase), _OPTION))


def form(typed: Typed, *, remark: str = "") -> View:
    """Draw the preview; `remark` is markup."""
    ticks = typed.ticks[:MOST]
    names = f"{text.name(typed.from_name)} → {text.name(typed.to_name)}"
    told = f"*{names}*  ·  {text.count(len(ticks), 'role')}. Untick what stays."
    small = [
        f"In Pivotal the new owner is `{text.name(typed.owner)}`. Each is written only if nobody changed it since."
    ]
    left_out = typed.left_out + len(typed.ticks) - len(ticks)
    if left_out:
        small.append(f"{left_out} more are not shown: hand these over first, then run it again.")
    if typed.test_key:
        small.append(said.TEST_BADGE)
    blocks: list[Block] = [section(text.clip(remark, _REMARK))] if remark else []
    blocks += [section(told), context(*small)]
    for at in range(0, len(ticks), _BOX):
        blocks.append(_boxes(ticks[at : at + _BOX], number=at // _BOX))
    kept = {name: getattr(typed, name) for name in ("from_", "to", "from_name", "to_name", "owner", "test_key")}
    kept |= {"from_name": text.plain(typed.from_name, 200), "to_name": text.plain(typed.to_name, 200)}
    metadata = json.dumps({**kept, "left_out": left_out}, ensure_ascii=False, separators=(",", ":"))
    return modal.frame(TITLE, blocks, callback_id=CALLBACK, submit="Hand over", close="Cancel", metadata=metadata)


def parse(values: Mapping[str, Any], metadata: str) -> Typed:
    """Read what was ticked; raises FieldErrors when nothing was."""
    kept = json.loads(metadata)
    groups = sorted((name for name in values if name.startswith(TICKS)), key=lambda name: int(name[len(TICKS) :]))
    chosen = [option for name in groups for option in values[name][name].get("selected_options") or ()]
    if not chosen:
        raise FieldErrors({groups[0]: "Tick at least one, or cancel."})
    return replace(Typed(**kept), ticks=tuple(map(_read, chosen)))


def again(typed: Typed, remark: str) -> View:
    """What was ticked, ticked again, and a remark above it."""
    return form(typed, remark=remark)


def _boxes(ticks: Sequence[Tick], *, number: int) -> InputBlock:
    options = [
        Option(
            text=PlainTextObject(text=one.label),
            value=f"{one.piece.role}|{one.piece.owner}|{one.piece.onboarding_id}",
            description=PlainTextObject(text=one.detail) if one.detail else None,
        )
        for one in ticks
    ]
    name = f"{TICKS}{number}"
    label = "Hand over" if number == 0 else f"Hand over, continued ({number + 1})"
    return InputBlock(
        block_id=name,
        label=PlainTextObject(text=label),
        element=CheckboxesElement(action_id=name, options=options, initial_options=options),
        optional=True,
    )


def _read(option: Mapping[str, Any]) -> Tick:
    role, owner, onboarding_id = str(option["value"]).split("|", 2)
    if role not in ROLES:
        raise UserError("This form is from an older version of the bot.", hint="Open it again.")
    detail = (option.get("description") or {}).get("text") or ""
    return Tick(Piece(onboarding_id, role, owner), str(option["text"]["text"]), str(detail))
