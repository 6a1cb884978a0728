"""What a field of one of our models may hold, in the words of JSON Schema, read from its annotation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from bot.pivotal.bodies import Unset

_NAMES: Final[Mapping[type, str]] = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    date: "string",
    NoneType: "null",
}


@dataclass(frozen=True, slots=True)
class Expected:
    """The JSON types a field may hold, and the model of the object, or of the array's items, where it has one."""

    types: frozenset[str] = frozenset()
    model: type[BaseModel] | None = None
    item: type[BaseModel] | None = None
    dated: bool = False
    """Its strings are dates or instants."""

    def __str__(self) -> str:
        return " or ".join(sorted(self.types - {"null"})) + (", or null" if "null" in self.types else "")

    def takes(self, kind: str) -> bool:
        """Whether a value of this type may be held."""
        return kind in self.types or (kind == "integer" and "number" in self.types)


def expected(annotation: Any) -> Expected:
    """Read an annotation. `UNSET` is never sent, so it does not count."""
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return expected(args[0])
    if origin in (Union, UnionType):
        return reduce(_either, map(expected, args))
    if origin is Literal:
        return Expected(frozenset(_NAMES[type(value)] for value in args))
    if annotation is Unset:
        return Expected()
    if origin is tuple:
        return Expected(frozenset({"array"}), item=expected(args[0]).model)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return Expected(frozenset({"object"}), model=annotation)
    if origin is not None or not isinstance(annotation, type):
        return Expected(frozenset({"object"}))
    name = next(_NAMES[kind] for kind in annotation.__mro__ if kind in _NAMES)
    return Expected(frozenset({name}), dated=issubclass(annotation, date))


def _either(one: Expected, other: Expected) -> Expected:
    return Expected(one.types | other.types, one.model or other.model, one.item or other.item, one.dated or other.dated)
