"""The kinds of value a field can hold: each checks what a client sent and describes itself for the OpenAPI document.

A check answers the value as it is stored, or raises `Issue` with a Zod 3 issue code and Zod's English, which is what
https://docs.pivotal.app/api/welcome/errors promises for `code` and `message`.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

EMAIL = r"^[A-Za-z0-9_+-]+([.][A-Za-z0-9_+-]+)*@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?[.])+[A-Za-z]{2,}$"
SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.IGNORECASE)

Vocabulary = Mapping[str, tuple[str, ...]]
"""The words that are known in this workspace: `phases`, `states`, `statuses`."""


@dataclass(eq=False)
class Issue(Exception):
    """A value that its kind refuses."""

    code: str
    message: str


class Kind(Protocol):
    """What every kind can do."""

    def check(self, value: Any, *, words: Vocabulary, strict: bool) -> Any:
        """Answer the value to store, or raise Issue. Not strict: words outside the vocabulary pass."""

    def schema(self, words: Vocabulary) -> dict[str, Any]:
        """Describe the kind as JSON Schema."""


def _expect(value: Any, wanted: type, name: str) -> None:
    if not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool):
        raise Issue("invalid_type", f"Expected {name}, received {zod_type(value)}")


def zod_type(value: Any) -> str:
    """How Zod names the type of a JSON value."""
    if value is None:
        return "null"
    names = {bool: "boolean", str: "string", int: "number", float: "number", list: "array", dict: "object"}
    return names[type(value)]


@dataclass(frozen=True, slots=True)
class Text:
    """A string, of a length and a pattern if need be."""

    least: int = 0
    most: int | None = None
    pattern: str | None = None
    complaint: str = "Invalid"
    lower: bool = False

    def check(self, value: Any, *, words: Vocabulary, strict: bool) -> str:
        """Refuse other types, then by length, then by pattern."""
        _expect(value, str, "string")
        text: str = value
        if len(text) < self.least:
            raise Issue("too_small", f"String must contain at least {self.least} character(s)")
        if self.most is not None and len(text) > self.most:
            raise Issue("too_big", f"String must contain at most {self.most} character(s)")
        if self.pattern and not re.fullmatch(self.pattern, text):
            raise Issue("invalid_string", self.complaint)
        return text.lower() if self.lower else text

    def schema(self, words: Vocabulary) -> dict[str, Any]:
        """A string with its bounds."""
        bounds = {"minLength": self.least or None, "maxLength": self.most, "pattern": self.pattern}
        return {"type": "string"} | {name: bound for name, bound in bounds.items() if bound is not None}


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""

    def check(self, value: Any, *, words: Vocabulary, strict: bool) -> bool:
        """Refuse anything but a boolean: `1` and `"true"` too."""
        _expect(value, bool, "boolean")
        return bool(value)

    def schema(self, words: Vocabulary) -> dict[str, Any]:
        """A boolean."""
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Number:
    """A finite number, whole if need be."""

    whole: bool = False

    def check(self, value: Any, *, words: Vocabulary, strict: bool) -> float:
        """Refuse other types, infinities, and fractions where whole numbers are meant."""
        _expect(value, int if isinstance(value, int) else float, "number")
        number: float = value
        if not math.isfinite(number):
            raise Issue("not_finite", "Number must be finite")
        if self.whole and number != int(number):
            raise Issue("invalid_type", "Expected integer, received float")
        return int(number) if self.whole else number

    def schema(self, words: Vocabulary) -> dict[str, Any]:
        """A number or an integer."""
        return {"type": "integer" if self.whole else "number"}


@dataclass(frozen=True, slots=True)
class Instant:
    """A date-time with its zone, kept as UTC with milliseconds. A date alone is refused, as Zod's `datetime()` does."""

    def check(self, value: Any, *, words: Vocabulary, strict: bool) -> str:
        """Refuse what is no RFC 3339 date-time."""
        _expect(value, str, "string")
        if not INSTANT.fullmatch(value):
            raise Issue("invalid_string", "Invalid datetime")
        try:
            return stamp(datetime.fromisoformat(value.upper()))
        except (ValueError, OverflowError):
            raise Issue("invalid_string", "Invalid datetime") from None

    def schema(self, words: Vocabulary) -> dict[str, Any]:
        """A string of the format date-time."""
        return {"type": "string", "format": "date-time"}


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a vocabulary of the workspace."""

    vocabulary: str

    def check(self, value: Any, *, words: Vocabulary, strict: bool) -> str:
        """Refuse unknown words, unless the workspace takes them."""
        _expect(value, str, "string")
        known = words[self.vocabulary]
        if strict and value not in known:
            expected = " | ".join(f"'{word}'" for word in known)
            raise Issue("invalid_enum_value", f"Invalid enum value. Expected {expected}, received '{value}'")
        return str(value)

    def schema(self, words: Vocabulary) -> dict[str, Any]:
        """A string out of the vocabulary."""
        return {"type": "string", "enum": list(words[self.vocabulary])}


@dataclass(frozen=True, slots=True)
class Labels:
    """A list of strings."""

    def check(self, value: Any, *, words: Vocabulary, strict: bool) -> list[str]:
        """Refuse a list that holds anything but strings."""
        _expect(value, list, "array")
        for label in value:
            _expect(label, str, "string")
        return list(value)

    def schema(self, words: Vocabulary) -> dict[str, Any]:
        """An array of strings."""
        return {"type": "array", "items": {"type": "string"}}


def stamp(at: datetime) -> str:
    """Write an instant as the API does: UTC, milliseconds, `Z`. A part of a millisecond is rounded up.

    Up, because a cursor between two milliseconds must still include the earlier one.
    """
    moment = at.astimezone(UTC)
    moment += timedelta(microseconds=-moment.microsecond % 1000)
    return f"{moment.strftime('%Y-%m-%dT%H:%M:%S').rjust(19, '0')}.{moment.microsecond // 1000:03d}Z"
