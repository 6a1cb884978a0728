"""The form for a new onboarding: for a customer there is, or for one that is created with its primary contact."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    DatePickerElement,
    EmailInputElement,
    ExternalDataSelectElement,
    InputBlock,
    InputInteractiveElement,
    Option,
    PlainTextInputElement,
    PlainTextObject,
    UserSelectElement,
)
from slack_sdk.models.views import View

from bot.domain.creation import Made
from bot.domain.errors import FieldErrors
from bot.pivotal.models import CustomerRow
from bot.views import modal, text
from bot.views.message import context, section

TITLE = "New onboarding"
CALLBACK = "ob:new-form"
CUSTOMER = "ob:new-customer"
"""The menu that searches the customers, and the name of its field."""
NAME, CONTACT, EMAIL, TARGET, NOTES = "name", "contact", "email", "target", "notes"
OWNERS = {"csm": "CSM", "se": "SE", "designer": "Designer"}

LONGEST_NAME = 200
LONGEST_NOTES = 3000
_OPTION = 75
_REMARK = 900
_NEEDED = "Needed with a new customer; for one there is already, leave it empty."
_ADDRESS = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+\.[^@\s<>,;\".]{2,}")


@dataclass(frozen=True, slots=True)
class Typed:
    """All that the form shows. `owners` are Slack user ids by role; `agreed` are the warnings seen before."""

    customer_id: str = ""
    customer_label: str = ""
    name: str = ""
    contact: str = ""
    email: str = ""
    target: date | None = None
    owners: Mapping[str, str] = field(default_factory=dict)
    notes: str = ""
    made: Made | None = None
    agreed: tuple[str, ...] = ()


def option(customer: CustomerRow) -> Option:
    """A customer as the menu offers it."""
    return Option(text=PlainTextObject(text=label(customer)), value=customer.id)


def label(customer: CustomerRow) -> str:
    """What the menu calls a customer: `Acme Corp · #201`."""
    number = f" · #{customer.display_id}"
    return text.plain(customer.name, _OPTION - len(number)) + number


def form(typed: Typed, *, remark: str = "", wrong: Mapping[str, str] | None = None) -> View:
    """Draw the form with what was typed; `remark` is markup, `wrong` plain text by field, shown beneath each."""
    blocks: list[Block] = [section(text.clip(remark, _REMARK))] if remark else []
    if typed.made:
        contact = " and its contact" if typed.made.contact else ""
        blocks.append(section(f"*{text.name(typed.made.name)}* (customer #{typed.made.number}){contact}: created"))
    else:
        blocks += _customer(typed)
    if typed.made is None or not typed.made.contact:
        blocks += _contact(typed)
    blocks += _rest(typed)
    beneath = wrong or {}
    shown: list[Block] = []
    for block in blocks:
        shown.append(block)
        trouble = beneath.get(block.block_id or "")
        if trouble:
            shown.append(context(f":warning: {text.name(trouble, 300)}"))
    made = asdict(typed.made) if typed.made else None
    metadata = json.dumps({"made": made, "agreed": typed.agreed}, ensure_ascii=False, separators=(",", ":"))
    return modal.frame(TITLE, shown, callback_id=CALLBACK, submit="Create", close="Cancel", metadata=metadata)


def parse(values: Mapping[str, Any], metadata: str) -> Typed:
    """Read what was sent; raises FieldErrors."""
    kept = json.loads(metadata or "{}")
    chosen = _given(values, CUSTOMER).get("selected_option") or {}
    target = _given(values, TARGET).get("selected_date")
    typed = Typed(
        customer_id=str(chosen.get("value") or ""),
        customer_label=str((chosen.get("text") or {}).get("text") or ""),
        name=_words(values, NAME),
        contact=_words(values, CONTACT),
        email=_words(values, EMAIL),
        target=date.fromisoformat(target) if target else None,
        owners={role: str(user) for role in OWNERS if (user := _given(values, role).get("selected_user"))},
        notes=str(_given(values, NOTES).get("value") or "").strip(),
        made=Made(**kept["made"]) if kept.get("made") else None,
        agreed=tuple(kept.get("agreed") or ()),
    )
    wrong = _wrong(typed)
    if wrong:
        raise FieldErrors(wrong)
    return typed


def again(typed: Typed, remark: str) -> View:
    """The same form with what was typed, and a remark above it."""
    return form(typed, remark=remark)


def _wrong(typed: Typed) -> dict[str, str]:
    wrong = {}
    if typed.made is None:
        if typed.customer_id and typed.name:
            wrong[NAME] = "Choose a customer above or create one here, not both."
        elif not typed.customer_id and not typed.name:
            wrong[CUSTOMER] = "Choose a customer, or fill in a new one below."
    if typed.made is None and typed.customer_id:
        if not typed.name and (typed.contact or typed.email):
            wrong[CONTACT if typed.contact else EMAIL] = "The contact belongs to a new customer; leave it empty here."
    elif typed.name or (typed.made and not typed.made.contact):
        if not typed.contact:
            wrong[CONTACT] = "Who is the primary contact there?"
        if not typed.email:
            wrong[EMAIL] = "A contact needs an e-mail address."
    if typed.email and not _ADDRESS.fullmatch(typed.email):
        wrong[EMAIL] = "This is not an e-mail address."
    return wrong


def _customer(typed: Typed) -> list[Block]:
    chosen = (
        Option(text=PlainTextObject(text=text.plain(typed.customer_label, _OPTION)), value=typed.customer_id)
        if typed.customer_id
        else None
    )
    menu = ExternalDataSelectElement(
        action_id=CUSTOMER,
        placeholder=PlainTextObject(text="Type part of the name"),
        initial_option=chosen,
        min_query_length=0,
    )
    name = PlainTextInputElement(action_id=NAME, initial_value=typed.name or None, max_length=LONGEST_NAME)
    return [_input(CUSTOMER, "Customer", menu), _input(NAME, "Or create a customer: name", name)]


def _contact(typed: Typed) -> list[Block]:
    name = PlainTextInputElement(action_id=CONTACT, initial_value=typed.contact or None, max_length=LONGEST_NAME)
    email = EmailInputElement(action_id=EMAIL, initial_value=typed.email or None)
    return [
        _input(CONTACT, "New customer’s primary contact: name", name, needed=_NEEDED, optional=typed.made is None),
        _input(EMAIL, "New customer’s primary contact: e-mail", email, needed=_NEEDED, optional=typed.made is None),
    ]


def _rest(typed: Typed) -> list[Block]:
    day = typed.target.isoformat() if typed.target else None
    notes = PlainTextInputElement(
        action_id=NOTES, initial_value=typed.notes or None, multiline=True, max_length=LONGEST_NOTES
    )
    return [
        _input(TARGET, "Target date", DatePickerElement(action_id=TARGET, initial_date=day)),
        *(
            _input(role, title, UserSelectElement(action_id=role, initial_user=typed.owners.get(role)))
            for role, title in OWNERS.items()
        ),
        _input(NOTES, "Notes (kept in Pivotal)", notes),
    ]


def _input(
    block_id: str, title: str, element: InputInteractiveElement, *, needed: str = "", optional: bool = True
) -> InputBlock:
    hint = PlainTextObject(text=needed) if needed and optional else None
    return InputBlock(
        block_id=block_id, label=PlainTextObject(text=title), element=element, optional=optional, hint=hint
    )


def _given(values: Mapping[str, Any], block_id: str) -> Mapping[str, Any]:
    given: Mapping[str, Any] = (values.get(block_id) or {}).get(block_id) or {}
    return given


def _words(values: Mapping[str, Any], block_id: str) -> str:
    return text.clean(str(_given(values, block_id).get("value") or ""))
