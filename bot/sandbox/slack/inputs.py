"""What Slack's own form says beside the inputs of a modal that cannot be sent so; the app never hears of it."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from bot.sandbox.slack.values import HOLDS, Picked, elements, values
from bot.sandbox.slack.wire import Json

_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_ADDRESS = re.compile(r"https?://\S+")


def complaints(blocks: list[Json], picked: Picked) -> dict[str, str]:
    """The sentence beside each input that is empty though required, too short, too long or of the wrong kind."""
    state = values(blocks, picked)
    found: dict[str, str] = {}
    for block, element in elements(blocks):
        if block["type"] != "input":
            continue
        given = state[block["block_id"]][element["action_id"]][HOLDS[element["type"]].field]
        said = _empty(block) if given in (None, "", []) else _wrong(element, given)
        if said:
            found[block["block_id"]] = said
    return found


def _empty(block: Json) -> str | None:
    return None if block.get("optional") else "Please complete this required field."


def _wrong(element: Json, given: Any) -> str | None:
    kind = element["type"]
    if kind == "email_text_input" and not _EMAIL.fullmatch(str(given)):
        return "Please enter a valid email address."
    if kind == "url_text_input" and not _ADDRESS.fullmatch(str(given)):
        return "Please enter a valid URL."
    if kind == "number_input":
        return _wrong_number(element, str(given))
    if isinstance(given, str) and len(given) < element.get("min_length", 0):
        return f"This entry must be at least {element['min_length']} characters."
    if isinstance(given, str) and len(given) > element.get("max_length", 3000):
        return f"This entry must be at most {element.get('max_length', 3000)} characters."
    return None


def _wrong_number(element: Json, given: str) -> str | None:
    try:
        number = Decimal(given)
    except InvalidOperation:
        return "Please enter a number."
    if not number.is_finite():
        return "Please enter a number."
    if number != number.to_integral_value() and not element["is_decimal_allowed"]:
        return "Please enter a whole number."
    if "min_value" in element and number < Decimal(element["min_value"]):
        return f"Please enter a number of at least {element['min_value']}."
    if "max_value" in element and number > Decimal(element["max_value"]):
        return f"Please enter a number of at most {element['max_value']}."
    return None
