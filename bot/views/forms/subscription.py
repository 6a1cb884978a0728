"""The form for a digest: which, where, when, of which onboardings, and how loud it is; for a new one or a change."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    CheckboxesElement,
    ConversationFilter,
    ConversationSelectElement,
    ExternalDataSelectElement,
    InputBlock,
    InputInteractiveElement,
    Option,
    PlainTextInputElement,
    PlainTextObject,
    RadioButtonsElement,
    StaticMultiSelectElement,
    StaticSelectElement,
    TimePickerElement,
    UserMultiSelectElement,
)
from slack_sdk.models.views import View

from bot.domain.errors import FieldErrors
from bot.domain.phases import label as phase_label
from bot.domain.schedule import DAYS as WEEK
from bot.views import modal, text
from bot.views.message import context, section
from bot.views.subscriptions import KIND

TITLE = "Digest"
CALLBACK = "ob:digest-form"
ZONE = "ob:digest-zone"
COUNTRY = "ob:digest-country"
"""The menus that search the time zones and the countries."""
CHANNEL, DAYS, AT, WHOSE, OWNERS, PHASES = "channel", "days", "at", "whose", "owners", "phases"
CUSTOMER, OTHER, MANNER, HOLIDAY = "customer", "other", "manner", "holiday"
MINE, MENTIONS, QUIET = "mine", "mentions", "quiet"
MOVE, SKIP = "move", "skip"

LONGEST = 300
METADATA = 3000
_OPTION = 75
_PHASES = 100
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MANNERS = {
    MENTIONS: ("Mention owners", "Of new rows and on launch day only, each person once"),
    QUIET: ("Stay quiet when there is nothing to say", "After a digest with rows, one “all clear” still comes"),
}
_HOLIDAYS = {MOVE: "Comes on the next workday", SKIP: "Does not come that day"}


@dataclass(frozen=True, slots=True)
class Typed:
    """All that the form shows. An empty `channel` is a direct message with the person."""

    kind: str
    kinds: Mapping[str, str]
    """Every kind there is to choose from, with its title; of a subscription there is, its own alone."""
    days: tuple[str, ...]
    """`mon`, `tue`, …"""
    at: time
    zone: str
    channel: str = ""
    here: str = ""
    """The channel the form was opened in, where it may be subscribed."""
    channels: bool = True
    """The person may subscribe channels."""
    mine: bool = False
    owners: tuple[str, ...] = ()
    """Slack user ids."""
    phases: tuple[str, ...] = ()
    every_phase: tuple[str, ...] = ()
    customer: str = ""
    other: str = ""
    """Filters that have no field of their own, as they are typed in commands."""
    mentions: bool = False
    quiet: bool = True
    country: str = ""
    """ISO code, such as `DE` or `DE-BY`; empty where holidays are not regarded."""
    country_name: str = ""
    on_holiday: str = MOVE
    subscription_id: str = ""
    """The subscription that is changed, or nothing for a new one."""
    where: str = field(default="", compare=False)
    """Where that one comes, as markup."""


def form(typed: Typed, *, remark: str = "", wrong: Mapping[str, str] | None = None) -> View:
    """Draw the form with what was chosen; `remark` is markup, `wrong` plain text by field, shown beneath each."""
    blocks: list[Block] = [section(text.clip(remark, 900))] if remark else []
    fields = [*_what(typed), *_when(typed), *_which(typed), *_how(typed)]
    for block in fields:
        blocks.append(block)
        trouble = (wrong or {}).get((block.block_id or "").split("/")[0])
        if trouble:
            blocks.append(context(f":warning: {text.name(trouble, 300)}"))
    submit = "Save" if typed.subscription_id else "Subscribe"
    return modal.frame(TITLE, blocks, callback_id=CALLBACK, submit=submit, close="Cancel", metadata=_metadata(typed))


def parse(given: Mapping[str, Any], metadata: str) -> Typed:
    """Read what was sent; raises FieldErrors when there is no weekday or no hour."""
    shown = _shown(json.loads(metadata))
    kind = str(_one(given, KIND).get("value") or shown.kind).split("|")[0]
    days_field, at_field = _named(given, DAYS), _named(given, AT)
    days = tuple(day for day in WEEK if day in _many(given, days_field))
    at = str(_field(given, at_field).get("selected_time") or "")
    wrong = {}
    if not days:
        wrong[days_field] = "Choose at least one day."
    if not at:
        wrong[at_field] = "Choose an hour."
    if wrong:
        raise FieldErrors(wrong)
    manners, country = _many(given, MANNER), _one(given, COUNTRY)
    return Typed(
        kind=kind,
        kinds=shown.kinds,
        days=days,
        at=time.fromisoformat(at),
        zone=str(_one(given, ZONE).get("value") or shown.zone),
        channel=str(_field(given, CHANNEL).get("selected_conversation") or ""),
        here=shown.here,
        channels=shown.channels,
        mine=MINE in _many(given, WHOSE),
        owners=tuple(_field(given, OWNERS).get("selected_users") or ()),
        phases=_many(given, PHASES),
        every_phase=shown.every_phase,
        customer=_words(given, CUSTOMER),
        other=_words(given, OTHER),
        mentions=MENTIONS in manners,
        quiet=QUIET in manners,
        country=str(country.get("value") or ""),
        country_name=str((country.get("text") or {}).get("text") or ""),
        on_holiday=str(_one(given, HOLIDAY).get("value") or MOVE),
        subscription_id=shown.subscription_id,
        where=shown.where,
    )


def again(typed: Typed, remark: str) -> View:
    """The same form with what was chosen, and a remark above it."""
    return form(typed, remark=remark)


def offer(value: str, label: str) -> Option:
    """A zone or a country as its menu offers it."""
    return _option(value, label)


def _what(typed: Typed) -> Sequence[Block]:
    """The kind and the place; of a subscription there is, neither can be changed."""
    if typed.subscription_id:
        title = typed.kinds.get(typed.kind, typed.kind)
        return [section(f"*{text.name(title)}* in {typed.where}")]
    options = [_option(f"{kind}|{typed.here}", title) for kind, title in typed.kinds.items()]
    chosen = next((one for one in options if one.value.split("|")[0] == typed.kind), options[0])
    kinds = StaticSelectElement(action_id=KIND, options=options, initial_option=chosen)
    what = InputBlock(block_id=KIND, label=PlainTextObject(text="Digest"), element=kinds, dispatch_action=True)
    if not typed.channels:
        return [what, context("It comes as a direct message to you.")]
    menu = ConversationSelectElement(
        action_id=CHANNEL,
        placeholder=PlainTextObject(text="A direct message to me"),
        initial_conversation=typed.channel or None,
        filter=ConversationFilter(include=["public", "private"], exclude_external_shared_channels=True),
    )
    hint = "Left empty, it comes as a direct message to you. Channels that customers can read get none."
    return [what, _input(CHANNEL, "Channel", menu, optional=True, hint=hint)]


def _when(typed: Typed) -> Sequence[Block]:
    """Days and hour carry the kind in their ids: with another kind, Slack shows that one's usual ones."""
    options = [_option(day, name) for day, name in zip(WEEK, _WEEKDAYS, strict=True)]
    days = CheckboxesElement(
        action_id=DAYS, options=options, initial_options=[one for one in options if one.value in typed.days] or None
    )
    hour = TimePickerElement(action_id=AT, initial_time=f"{typed.at:%H:%M}")
    zone = ExternalDataSelectElement(
        action_id=ZONE, initial_option=_option(typed.zone, typed.zone), min_query_length=2, placeholder="Type a city"
    )
    return [
        _input(f"{DAYS}/{typed.kind}", "Days", days),
        _input(f"{AT}/{typed.kind}", "At", hour),
        _input(ZONE, "Time zone", zone),
    ]


def _which(typed: Typed) -> Sequence[Block]:
    mine = _option(MINE, "Only mine")
    whose = CheckboxesElement(action_id=WHOSE, options=[mine], initial_options=[mine] if typed.mine else None)
    owners = UserMultiSelectElement(action_id=OWNERS, initial_users=list(typed.owners) or None)
    blocks: list[Block] = [
        _input(WHOSE, "Which onboardings", whose, optional=True),
        _input(OWNERS, "Only those of", owners, optional=True, hint="A whole user group: by the command, owner:@group"),
    ]
    if typed.every_phase:
        options = [_option(phase, phase_label(phase)) for phase in typed.every_phase[:_PHASES]]
        phases = StaticMultiSelectElement(
            action_id=PHASES,
            options=options,
            initial_options=[one for one in options if one.value in typed.phases] or None,
        )
        blocks.append(_input(PHASES, "Only in phase", phases, optional=True))
    customer = PlainTextInputElement(action_id=CUSTOMER, initial_value=typed.customer or None, max_length=LONGEST)
    other = PlainTextInputElement(action_id=OTHER, initial_value=typed.other or None, max_length=LONGEST)
    hint = "As in commands: state:waiting, launch:this-week, owner:none"
    return [
        *blocks,
        _input(CUSTOMER, "Only customers whose name has", customer, optional=True),
        _input(OTHER, "Other filters", other, optional=True, hint=hint),
    ]


def _how(typed: Typed) -> Sequence[Block]:
    options = [_option(value, label, tells) for value, (label, tells) in _MANNERS.items()]
    held = {MENTIONS: typed.mentions, QUIET: typed.quiet}
    manner = CheckboxesElement(
        action_id=MANNER, options=options, initial_options=[one for one in options if held[one.value]] or None
    )
    country = ExternalDataSelectElement(
        action_id=COUNTRY,
        initial_option=_option(typed.country, typed.country_name or typed.country) if typed.country else None,
        min_query_length=0,
        placeholder="Not regarded",
    )
    choices = [_option(value, label) for value, label in _HOLIDAYS.items()]
    chosen = next((one for one in choices if one.value == typed.on_holiday), choices[0])
    return [
        _input(MANNER, "How", manner, optional=True),
        _input(COUNTRY, "Public holidays of", country, optional=True),
        _input(
            HOLIDAY, "On a holiday it", RadioButtonsElement(action_id=HOLIDAY, options=choices, initial_option=chosen)
        ),
    ]


def _metadata(typed: Typed) -> str:
    kept = {
        "id": typed.subscription_id,
        "kind": typed.kind,
        "kinds": dict(typed.kinds),
        "zone": typed.zone,
        "here": typed.here,
        "where": typed.where,
        "channels": typed.channels,
        "phases": typed.every_phase,
    }
    written = json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
    # A workspace with very long phases filters by them in words.
    return written if len(written) <= METADATA else json.dumps({**kept, "phases": ()}, ensure_ascii=False)


def _shown(kept: Mapping[str, Any]) -> Typed:
    return Typed(
        kind=kept["kind"],
        kinds=kept["kinds"],
        days=(),
        at=time(),
        zone=kept["zone"],
        here=kept["here"],
        channels=kept["channels"],
        every_phase=tuple(kept["phases"]),
        subscription_id=kept["id"],
        where=kept["where"],
    )


def _input(
    block_id: str, label: str, element: InputInteractiveElement, *, optional: bool = False, hint: str = ""
) -> InputBlock:
    return InputBlock(
        block_id=block_id,
        label=PlainTextObject(text=label),
        element=element,
        optional=optional,
        hint=PlainTextObject(text=hint) if hint else None,
    )


def _option(value: str, label: str, tells: str = "") -> Option:
    return Option(
        text=PlainTextObject(text=text.plain(label, _OPTION)),
        value=value,
        description=PlainTextObject(text=text.plain(tells, _OPTION)) if tells else None,
    )


def _named(given: Mapping[str, Any], name: str) -> str:
    """The whole id of a field that carries the kind in it."""
    return next((block_id for block_id in given if block_id.split("/")[0] == name), name)


def _field(given: Mapping[str, Any], block_id: str) -> Mapping[str, Any]:
    """A field's element: those of ours that stand alone are named as their block is."""
    found: Mapping[str, Any] = next(iter((given.get(block_id) or {}).values()), {})
    return found


def _one(given: Mapping[str, Any], block_id: str) -> Mapping[str, Any]:
    chosen: Mapping[str, Any] = _field(given, block_id).get("selected_option") or {}
    return chosen


def _many(given: Mapping[str, Any], block_id: str) -> tuple[str, ...]:
    return tuple(str(one["value"]) for one in _field(given, block_id).get("selected_options") or ())


def _words(given: Mapping[str, Any], block_id: str) -> str:
    return text.clean(str(_field(given, block_id).get("value") or ""))
