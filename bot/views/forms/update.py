"""The Update form: state, target date, owners and sending back in one place; only what was touched is written."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    CheckboxesElement,
    DatePickerElement,
    ExternalDataSelectElement,
    InputBlock,
    InputInteractiveElement,
    Option,
    PlainTextInputElement,
    PlainTextObject,
    StaticSelectElement,
)
from slack_sdk.models.views import View

from bot.domain import states
from bot.domain.errors import FieldErrors
from bot.domain.expectations import OWNERS
from bot.domain.field_moves import LATE, SHIFTS, TARGET
from bot.domain.moves import Expectation, Fields, Move, Verb
from bot.domain.phase_moves import SEEN_BY_CUSTOMER
from bot.domain.records import Directory, Standing
from bot.views import modal, text, values
from bot.views import standing as said
from bot.views.forms.reason import KEPT, LONGEST, METADATA
from bot.views.message import context, section
from bot.views.values import Press

CALLBACK = "ob:update-form"
OWNER = "ob:owner"
"""The menus that search the people; after a second colon, the field."""
STATE, DAY, NO_DAY, REASON = "state", "day", "no-day", "reason"
KEEP, BACK = "keep", "back"
_OPTION = 75


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing the state menu offers: what it is called, what else it does, and whether it needs a reason."""

    value: str
    label: str
    tells: str = ""
    needs_reason: bool = False


@dataclass(frozen=True, slots=True)
class Typed:
    """All that the form shows: what may be chosen, what is so now, and what was chosen."""

    press: Press
    name: str
    choices: tuple[Choice, ...]
    target: date | None
    dated: bool
    """The person may move the date."""
    owners: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Field → id and name of who has it now (both empty for nobody), of those the person may change."""
    wanted: Fields = field(default_factory=dict)
    """What was touched, field by field, as a move takes it."""
    names: Mapping[str, str] = field(default_factory=dict)
    """What the chosen owners are called."""
    reason: str = ""
    posted: tuple[str, str] | None = None
    shifts: int = 0
    """How often the target date was seen to move later in this phase."""


def offered(
    standing: Standing,
    moves: Sequence[Move],
    *,
    directory: Directory,
    dated: bool,
    owned: bool,
    posted: tuple[str, str] | None = None,
    before: Typed | None = None,
) -> Typed:
    """What to offer for an onboarding: `moves` of state and phase that are possible, its date, and its owners.

    `before` is an earlier showing of the form, whose touched fields stay touched.
    """
    onboarding = standing.onboarding
    choices = [Choice(KEEP, "Leave it as it is"), *map(_choice, moves)]
    kept = dict(before.wanted) if before else {}
    if kept.get("state") not in {choice.value for choice in choices}:
        kept.pop("state", None)
    if not any(choice.value == BACK for choice in choices):
        kept.pop("phase", None)
    ids = {name: getattr(onboarding, name) for name in OWNERS} if owned else {}
    return Typed(
        press=Press(onboarding.id, Verb.UPDATE, Expectation.of(onboarding, writing=OWNERS)),
        name=text.clip(said.called(standing), 200),
        choices=tuple(choices),
        target=onboarding.target_launch_date,
        dated=dated,
        owners={
            name: (owner or "", text.plain(directory.name(owner), _OPTION) if owner else "")
            for name, owner in ids.items()
        },
        wanted=kept,
        names=before.names if before else {},
        reason=before.reason if before else "",
        posted=posted or (before.posted if before else None),
        shifts=standing.history.slips_in_phase,
    )


def form(typed: Typed, *, remark: str = "") -> View:
    """Draw the form with what was chosen so far, and `remark` (markup) above it."""
    blocks: list[Block] = [section(remark)] if remark else []
    blocks.append(section(f"*{typed.name}*"))
    options = [_option(choice.value, choice.label, choice.tells) for choice in typed.choices]
    chosen = BACK if typed.wanted.get("phase") else typed.wanted.get("state") or KEEP
    picked = next((one for one in options if one.value == chosen), options[0])
    blocks.append(
        _input(STATE, "State and phase", StaticSelectElement(action_id=STATE, options=options, initial_option=picked))
    )
    if typed.dated:
        blocks += _date(typed)
        if typed.target and typed.shifts + 1 >= SHIFTS:
            told = "from the third on, Pivotal counts it as at risk"
            blocks.append(context(f"Moving it later would be shift number {typed.shifts + 1} in this phase: {told}."))
    for name, (owner, called) in typed.owners.items():
        new = typed.wanted.get(name, owner)
        label = typed.names.get(name, "") if name in typed.wanted else called
        menu = ExternalDataSelectElement(
            action_id=f"{OWNER}:{name}",
            min_query_length=0,
            initial_option=_option(str(new), label or str(new)) if new else None,
            placeholder="Nobody",
        )
        title = OWNERS[name][:1].upper() + OWNERS[name][1:]
        blocks.append(_input(name, title, menu, optional=True))
    why = PlainTextInputElement(
        action_id=REASON, multiline=True, max_length=LONGEST, initial_value=typed.reason or None
    )
    blocks.append(_input(REASON, "Why?", why, optional=True))
    small = f"Sending back, retracting a launch, or a date more than {LATE} days later needs a reason. {KEPT}"
    blocks.append(context(f"{small} {SEEN_BY_CUSTOMER}" if any(one.value == BACK for one in typed.choices) else small))
    return modal.frame("Update", blocks, callback_id=CALLBACK, submit="Save", close="Cancel", metadata=_metadata(typed))


def parse(given: Mapping[str, Any], metadata: str) -> Typed:
    """Read what was sent; raises FieldErrors when nothing was touched, or when a reason is missing."""
    shown = _shown(json.loads(metadata))
    wanted: dict[str, str | bool | None] = {}
    chosen = given[STATE][STATE]["selected_option"]["value"]
    if chosen not in {choice.value for choice in shown.choices}:
        raise ValueError("The form does not offer that.")
    if chosen == BACK:
        wanted["phase"] = BACK
    elif chosen != KEEP:
        wanted["state"] = chosen
    if shown.dated:
        none = NO_DAY in given and given[NO_DAY][NO_DAY].get("selected_options")
        chosen_day = None if none else given[DAY][DAY].get("selected_date")
        day = date.fromisoformat(chosen_day).isoformat() if chosen_day else None
        if day != (shown.target.isoformat() if shown.target else None):
            wanted[TARGET] = day
    names = {}
    for name, (owner, _) in shown.owners.items():
        picked = given[name][f"{OWNER}:{name}"].get("selected_option") or {}
        if (picked.get("value") or "") != owner:
            wanted[name] = picked.get("value") or None
            names[name] = str((picked.get("text") or {}).get("text") or "")
    reason = " ".join((given[REASON][REASON].get("value") or "").split())
    if not wanted:
        raise FieldErrors({STATE: "Nothing is different yet: change something, or press Cancel."})
    if not reason and _grave(shown, chosen, wanted):
        raise FieldErrors({REASON: "Please say why: it is kept in the log."})
    return Typed(
        shown.press,
        shown.name,
        shown.choices,
        shown.target,
        shown.dated,
        owners=shown.owners,
        wanted=wanted,
        names=names,
        reason=reason,
        posted=shown.posted,
        shifts=shown.shifts,
    )


def again(typed: Typed, remark: str) -> View:
    """The same form with what was chosen, and a remark above it."""
    return form(typed, remark=remark)


def person(pivotal_id: str, name: str) -> Option:
    """Somebody as the owners' menus offer them."""
    return _option(pivotal_id, name)


def _choice(move: Move) -> Choice:
    if move.verb is Verb.BACK:
        return Choice(BACK, f"Send back to {move.after}", needs_reason=True)
    label = "Retract the launch (pause)" if move.form else _STATES[move.verb]
    return Choice(move.verb, label, tells=move.ends or "", needs_reason=move.needs_reason)


_STATES = {
    Verb.PAUSE: "Pause",
    Verb.RESUME: f"{states.label(states.ACTIVE)}: resume it",
    Verb.FLAG: "Mark at risk",
    Verb.CLEAR: "Clear at risk",
    Verb.WAITING: states.label(states.WAITING),
}


def _date(typed: Typed) -> list[Block]:
    day = typed.wanted.get(TARGET, typed.target.isoformat() if typed.target else None)
    picker = DatePickerElement(action_id=DAY, initial_date=str(day) if day else None)
    blocks: list[Block] = [_input(DAY, "Target date", picker, optional=True)]
    if typed.target:
        none = _option(NO_DAY, "No target date")
        boxes = CheckboxesElement(
            action_id=NO_DAY, options=[none], initial_options=[none] if TARGET in typed.wanted and not day else None
        )
        blocks.append(_input(NO_DAY, "Or", boxes, optional=True))
    return blocks


def _grave(shown: Typed, chosen: str, wanted: Fields) -> bool:
    day = wanted.get(TARGET)
    late = bool(day and shown.target and (date.fromisoformat(str(day)) - shown.target).days > LATE)
    return late or any(choice.needs_reason for choice in shown.choices if choice.value == chosen)


def _input(block_id: str, label: str, element: InputInteractiveElement, *, optional: bool = False) -> InputBlock:
    return InputBlock(block_id=block_id, label=PlainTextObject(text=label), element=element, optional=optional)


def _option(value: str, label: str, tells: str = "") -> Option:
    return Option(
        text=PlainTextObject(text=text.plain(label, _OPTION)),
        value=value,
        description=PlainTextObject(text=text.plain(tells, _OPTION)) if tells else None,
    )


def _metadata(typed: Typed) -> str:
    kept = {
        "press": values.encode(typed.press),
        "name": typed.name,
        "choices": [[one.value, one.label, one.tells, one.needs_reason] for one in typed.choices],
        "target": typed.target.isoformat() if typed.target else None,
        "dated": typed.dated,
        "owners": {name: list(owner) for name, owner in typed.owners.items()},
        "at": typed.posted,
        "shifts": typed.shifts,
    }
    written = json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
    return (
        written
        if len(written) <= METADATA
        else json.dumps({**kept, "name": text.clip(typed.name, 40)}, ensure_ascii=False)
    )


def _shown(kept: Mapping[str, Any]) -> Typed:
    return Typed(
        press=values.decode(kept["press"]),
        name=kept["name"],
        choices=tuple(Choice(*one) for one in kept["choices"]),
        target=date.fromisoformat(kept["target"]) if kept["target"] else None,
        dated=kept["dated"],
        owners={name: (owner[0], owner[1]) for name, owner in kept["owners"].items()},
        posted=tuple(kept["at"]) if kept.get("at") else None,
        shifts=kept["shifts"],
    )
