"""Reads what a client sent, by the resource tables: bodies, list parameters, ids. The first fault found is refused."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.sandbox.pivotal.kinds import Instant, Issue, Vocabulary, zod_type
from bot.sandbox.pivotal.refusals import bad_json, invalid
from bot.sandbox.pivotal.resources import ONBOARDING, Field, Resource
from bot.sandbox.pivotal.switches import Switches

MOST = 100
"""The largest page."""


@dataclass(frozen=True, slots=True)
class PageWish:
    """What page of which list is wanted."""

    limit: int
    cursor: str | None
    filters: Mapping[str, str]


def vocabulary(switches: Switches) -> Vocabulary:
    """The words this workspace knows."""
    return {"phases": switches.phases, "states": switches.states, "statuses": switches.statuses}


def body(raw: bytes, resource: Resource, *, creating: bool, switches: Switches) -> dict[str, Any]:
    """Read a create or PATCH body into the values to store. Unknown and read-only keys are dropped, as Zod does.

    Raises Refusal: not JSON, not an object, a field of the wrong kind, a required field missing.
    """
    sent = _json(raw)
    if not isinstance(sent, dict):
        raise invalid("invalid_type", f"Expected object, received {zod_type(sent)}", field=None)
    values = {}
    strict = switches.unknown_values == "refuse"
    for field in resource.writable(creating=creating):
        if field.name in sent:
            values[field.name] = _checked(field, sent[field.name], switches=switches, strict=strict)
        elif creating and field.required:
            message = "Required" if switches.missing == "invalid_type" else f"{field.name} is required"
            raise invalid(switches.missing, message, field=field.name)
    return values


def edited(changes: Mapping[str, Any], *, switches: Switches) -> dict[str, Any]:
    """Read what a person changed in the web app, where dates come without time and an emptied field is no value.

    Raises Refusal: a field that cannot be changed, or a value it cannot take.
    """
    fields = {field.name: field for field in ONBOARDING.writable(creating=False)}
    values = {}
    for name, value in changes.items():
        if name not in fields:
            raise invalid("unrecognized_keys", "This field cannot be changed", field=name)
        sent = None if value == "" and fields[name].null else value
        if isinstance(fields[name].kind, Instant) and isinstance(sent, str) and len(sent) == len("2026-09-18"):
            sent += "T00:00:00Z"
        values[name] = _checked(fields[name], sent, switches=switches, strict=switches.unknown_values == "refuse")
    return values


def page(query: Mapping[str, str], resource: Resource, *, switches: Switches) -> PageWish:
    """Read the parameters of a list. Raises Refusal for a bad limit, cursor or filter value."""
    filters = {}
    for field in resource.filters:
        if field.name in query:
            # The parameter is an enum: unknown words are refused even where they may be written.
            filters[field.name] = _checked(field, query[field.name], switches=switches, strict=True)
    cursor = query.get("cursor")
    if cursor is not None:
        cursor = _checked(Field("cursor", Instant()), cursor, switches=switches, strict=True)
    return PageWish(_limit(query.get("limit"), switches), cursor, filters)


def _limit(sent: str | None, switches: Switches) -> int:
    if sent is None:
        return switches.default_limit
    if not re.fullmatch(r"-?[0-9]{1,15}", sent):
        if switches.limit_out_of_range == "clamp":
            return switches.default_limit
        raise invalid("invalid_type", "Expected number, received nan", field="limit")
    limit = int(sent)
    if switches.limit_out_of_range == "clamp":
        return min(max(limit, 1), MOST)
    if limit < 1:
        raise invalid("too_small", "Number must be greater than or equal to 1", field="limit")
    if limit > MOST:
        raise invalid("too_big", f"Number must be less than or equal to {MOST}", field="limit")
    return limit


def _checked(field: Field, value: Any, *, switches: Switches, strict: bool) -> Any:
    if value is None and field.null:
        return None
    try:
        return field.kind.check(value, words=vocabulary(switches), strict=strict)
    except Issue as issue:
        raise invalid(issue.code, issue.message, field=field.name) from None


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise bad_json() from None


def _refuse_constant(name: str) -> None:
    raise ValueError(name)
