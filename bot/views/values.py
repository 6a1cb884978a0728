"""What a button remembers between being drawn and being pressed: compact JSON in its value, read back strictly."""

import json
from dataclasses import dataclass, field
from typing import Any

from bot.domain.errors import UserError
from bot.domain.moves import Expectation, Fields, Promise
from bot.views import text

VERSION = 2
LIMIT = 2000
"""Characters Slack takes in the value of a button."""
LONGEST_ID = 255
"""Characters of an id: Pivotal's own stay far below, and what is claimed by one goes into an index."""


@dataclass(frozen=True, slots=True)
class Press:
    """A press on a control of one onboarding: which, what is wanted, and what the presser saw.

    `verb` is one of `bot.domain.moves.Verb`, or what the view that drew it means by it (`open`, `share`, `cancel`).
    `promise` is what the button said it would write; `confirmed` says that the question was asked where it stands.
    """

    id: str
    verb: str
    expectation: Expectation | None = None
    confirmed: bool = False
    promise: Promise | None = None
    reason: str = ""
    """What was typed as the reason before the question was asked."""
    wanted: Fields = field(default_factory=dict)
    """The fields to write, where the verb does not say it all."""
    until: int = 0
    """The second, counted from 1970, until which it may be pressed; 0 for ever."""


@dataclass(frozen=True, slots=True)
class Turning:
    """A press on Previous or Next: which list, its filters as they were typed, and the page wanted, from 1."""

    list: str
    filters: str
    page: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A press about one entry of the ledger: a slot of a subscription."""

    subscription_id: str
    slot: str


def encode(press: Press) -> str:
    """Write a press into a button's value."""
    fields: dict[str, Any] = {"v": VERSION, "id": press.id, "verb": str(press.verb)}
    if press.expectation is not None:
        fields["e"] = press.expectation.encode()
    if press.confirmed:
        fields["ok"] = True
    if press.promise is not None:
        fields["to"], fields["test"] = press.promise.writes, press.promise.test_key
    if press.wanted:
        fields["w"] = dict(press.wanted)
    if press.until:
        fields["u"] = press.until
    if press.reason:
        fields["r"] = press.reason
        return _dump({**fields, "r": text.clip(press.reason, _room(fields))})
    return _dump(fields)


def _room(fields: dict[str, Any]) -> int:
    """How much of a reason fits: each of its characters may take two where it has to be escaped."""
    return max((LIMIT - len(_dump({**fields, "r": ""}))) // 2, len(text.ELLIPSIS) + 1)


def decode(value: str) -> Press:
    """Read a press from a button's value; raises UserError when another version of the bot drew it."""
    fields = _load(value)
    try:
        seen = fields.get("e")
        if not (seen is None or isinstance(seen, dict)):
            raise TypeError(seen)
        expectation = None if seen is None else Expectation.decode(seen)
        promise = Promise(_text(fields["to"]), fields.get("test") is True) if "to" in fields else None
        return Press(
            _id(fields["id"]),
            _text(fields["verb"]),
            expectation,
            confirmed=fields.get("ok") is True,
            promise=promise,
            reason=_text(fields.get("r", "")),
            wanted=_fields(fields.get("w", {})),
            until=_number(fields.get("u", 0)),
        )
    except (KeyError, TypeError) as error:
        raise _outdated() from error


def encode_turning(turning: Turning) -> str | None:
    """Write the way to a page into a button's value; None when the filters are too long to travel in one."""
    value = _dump({"v": VERSION, "list": turning.list, "f": turning.filters, "p": turning.page})
    return value if len(value) <= LIMIT else None


def decode_turning(value: str) -> Turning:
    """Read the way to a page from a button's value; raises UserError when another version of the bot drew it."""
    fields = _load(value)
    page = fields.get("p")
    try:
        if not isinstance(page, int) or isinstance(page, bool) or page < 1:
            raise TypeError(page)
        return Turning(_text(fields["list"]), _text(fields["f"]), page)
    except (KeyError, TypeError) as error:
        raise _outdated() from error


def encode_entry(entry: Entry) -> str:
    """Write an entry of the ledger into a button's value."""
    return _dump({"v": VERSION, "s": entry.subscription_id, "slot": entry.slot})


def decode_entry(value: str) -> Entry:
    """Read an entry of the ledger from a button's value; raises UserError when another version of the bot drew it."""
    fields = _load(value)
    try:
        return Entry(_text(fields["s"]), _text(fields["slot"]))
    except (KeyError, TypeError) as error:
        raise _outdated() from error


def _dump(fields: dict[str, Any]) -> str:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))


def _load(value: str) -> dict[str, Any]:
    fields = _json(value)
    if not isinstance(fields, dict) or fields.get("v") != VERSION:
        raise _outdated()
    return fields


def _json(value: str) -> object:
    try:
        return json.loads(value)
    except (ValueError, RecursionError) as error:  # the latter: brackets in brackets in brackets
        raise _outdated() from error


def texts(value: str, count: int) -> tuple[str, ...]:
    """Read the list of so many texts that a button or form was given; raises UserError for anything else."""
    found = _json(value)
    if not (isinstance(found, list) and len(found) == count and all(isinstance(one, str) for one in found)):
        raise _outdated()
    return tuple(found)


def record(value: str) -> str:
    """The id of an onboarding, as a button gives it; raises UserError for what is no record's."""
    if value.strip() in {"", ".", ".."}:
        raise _outdated()
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _id(value: object) -> str:
    found = _text(value)
    if len(found) > LONGEST_ID:
        raise TypeError(len(found))
    return found


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(value)
    return value


def _fields(value: object) -> Fields:
    if not isinstance(value, dict) or not all(isinstance(one, str | bool | None) for one in value.values()):
        raise TypeError(value)
    return value


def _outdated() -> UserError:
    return UserError(
        "This button is from an older version of the bot.",
        hint="Ask for the onboarding or the list again, and use the new one.",
    )
