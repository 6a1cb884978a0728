"""Reads an OpenAPI document, 3.0 or 3.1, as far as a comparison needs it: operations, and schemas as flat shapes.

What a document leaves unsaid, or says in a way no specification knows, reads as nothing said; nothing here raises.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, Final

METHODS: Final = ("get", "post", "put", "patch", "delete")
DEEPEST: Final = 32
"""References and compositions followed in a row: one that leads back to itself ends here."""
_VERSION: Final = re.compile(r"^(/api)?/v\d+(?=/)")
_PARAMETER: Final = re.compile(r"\{[^}]*\}")
_JSON: Final = re.compile(r"^application/(json|.*\+json)\b")
_NAMES: Final[Mapping[type, str]] = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    type(None): "null",
}

Said = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Shape:
    """One schema with its references and compositions resolved. No types at all: anything goes."""

    types: frozenset[str] = frozenset()
    values: frozenset[str] | None = None
    """The strings that an enum allows; None when any will do."""
    format: str = ""
    properties: Mapping[str, Any] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    items: Any = None
    deprecated: bool = False
    maximum: float | None = None

    def __str__(self) -> str:
        told = " or ".join(sorted(self.types - {"null"})) or "anything"
        return f"{told}{f' ({self.format})' if self.format else ''}{', or null' if 'null' in self.types else ''}"

    @property
    def nullable(self) -> bool:
        """Whether null is among what it allows, or nothing is said."""
        return not self.types or "null" in self.types


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation as the document describes it; the schemas are yet to be read with `Reader.shape`."""

    method: str
    path: str
    answer: Any
    """The schema of a success, None when there is none."""
    refusals: tuple[Any, ...]
    """The schemas of its errors."""
    body: Any
    parameters: Mapping[str, Any]
    """The schemas of its query parameters, by name."""
    needed: tuple[str, ...]
    """The query parameters that must be sent."""
    headers: frozenset[str]
    """Its header parameters, in lower case."""
    credentials: tuple[str, ...]
    """Each of the ways to be let in: `bearer`, say, or the empty string for none; no way at all: nothing said."""
    deprecated: bool


class Reader:
    """One document, ready to be asked."""

    def __init__(self, document: Said) -> None:
        self._document = document

    def operations(self) -> dict[tuple[str, str], Operation]:
        """Every operation by method and path as `route` writes it."""
        found = {}
        for path, item in mapping(self._document.get("paths")).items():
            shared = mapping(item).get("parameters")
            for method in METHODS:
                described = mapping(item).get(method)
                if isinstance(described, Mapping):
                    found[method.upper(), route(path)] = self._operation(method.upper(), path, described, shared)
        return found

    def shape(self, schema: Any, *, depth: int = 0) -> Shape:
        """Read a schema, its references and compositions resolved."""
        schema = self._resolved(schema)
        if depth > DEEPEST:
            return Shape()
        shape = _plain(schema)
        for part in _list(schema.get("allOf")):
            shape = _both(shape, self.shape(part, depth=depth + 1))
        for word in ("anyOf", "oneOf"):
            if choices := [self.shape(part, depth=depth + 1) for part in _list(schema.get(word))]:
                shape = _both(shape, reduce(_either, choices))
        nullable = schema.get("nullable") is True and shape.types
        return _both(shape, Shape(types=frozenset({"null"}))) if nullable else shape

    def _operation(self, method: str, path: str, described: Said, shared: Any) -> Operation:
        parameters = [self._resolved(one) for one in (*_list(shared), *_list(described.get("parameters")))]
        queries = [one for one in parameters if one.get("in") == "query" and isinstance(one.get("name"), str)]
        responses = mapping(described.get("responses"))
        return Operation(
            method,
            path,
            next((self._content(answer) for status, answer in responses.items() if str(status).startswith("2")), None),
            tuple(self._content(answer) for status, answer in responses.items() if str(status)[:1] in {"4", "5"}),
            self._content(described.get("requestBody")),
            {one["name"]: one.get("schema") for one in queries},
            tuple(one["name"] for one in queries if one.get("required") is True),
            frozenset(_word(one.get("name")).lower() for one in parameters if one.get("in") == "header"),
            self._credentials(described),
            described.get("deprecated") is True,
        )

    def _credentials(self, described: Said) -> tuple[str, ...]:
        schemes = mapping(mapping(self._document.get("components")).get("securitySchemes"))
        asked = described.get("security", self._document.get("security"))
        if asked == []:
            return ("",)
        ways = asked if isinstance(asked, list) else [{name: []} for name in schemes]
        return tuple(
            " and ".join(sorted(_credential(self._resolved(schemes.get(name))) for name in mapping(way)))
            for way in ways
        )

    def _content(self, told: Any) -> Any:
        content = mapping(self._resolved(told).get("content"))
        return next((mapping(one).get("schema") for kind, one in content.items() if _JSON.match(kind)), None)

    def _resolved(self, part: Any) -> Said:
        for _ in range(DEEPEST):
            reference = mapping(part).get("$ref")
            if not isinstance(reference, str):
                return mapping(part)
            part = self._at(reference)
        return {}

    def _at(self, reference: str) -> Any:
        place: Any = self._document if reference.startswith("#/") else {}
        for step in reference.removeprefix("#/").split("/"):
            place = mapping(place).get(step.replace("~1", "/").replace("~0", "~"))
        return place


def route(path: str) -> str:
    """Write a path without the API's base and without the names of its parameters, which are nobody's contract."""
    return _PARAMETER.sub("{}", _VERSION.sub("", path)).rstrip("/")


def mapping(value: Any) -> Said:
    """The value itself where it is a JSON object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _plain(schema: Said) -> Shape:
    told = schema.get("type")
    types = {told} if isinstance(told, str) else {name for name in _list(told) if isinstance(name, str)}
    values = [schema["const"]] if "const" in schema else schema.get("enum")
    properties = mapping(schema.get("properties"))
    listed = _list(values)
    if not types:
        types = {"object"} if properties else {_NAMES[type(value)] for value in listed if type(value) in _NAMES}
    if None in listed:
        types.add("null")
    return Shape(
        frozenset(types),
        frozenset(value for value in listed if isinstance(value, str)) if listed else None,
        _word(schema.get("format")),
        properties,
        frozenset(_words(schema.get("required"))),
        schema.get("items"),
        schema.get("deprecated") is True,
        _number(schema.get("maximum")),
    )


def _credential(scheme: Said) -> str:
    """What a security scheme asks for, in a few words."""
    match scheme.get("type"):
        case "http":
            return _word(scheme.get("scheme")).lower()
        case "oauth2" | "openIdConnect":
            return "bearer"
        case "apiKey":
            return f"a key in the {_word(scheme.get('in'))} {_word(scheme.get('name'))}"
    return "something unknown"


def _number(value: Any) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _word(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _words(value: Any) -> Iterable[str]:
    return (word for word in _list(value) if isinstance(word, str))


def _both(one: Shape, other: Shape) -> Shape:
    """What holds when both are said of the same value."""
    values = other.values if one.values is None else one.values if other.values is None else one.values & other.values
    return Shape(
        one.types | other.types,
        values,
        one.format or other.format,
        {**one.properties, **other.properties},
        one.required | other.required,
        one.items if one.items is not None else other.items,
        one.deprecated or other.deprecated,
        min((most for most in (one.maximum, other.maximum) if most is not None), default=None),
    )


def _either(one: Shape, other: Shape) -> Shape:
    """What holds when the value is one or the other."""
    null = frozenset({"null"})
    if null in (one.types, other.types):
        whole = other if one.types == null else one
        return _both(whole, Shape(null)) if whole.types else whole
    return Shape(
        one.types | other.types if one.types and other.types else frozenset(),
        one.values | other.values if one.values is not None and other.values is not None else None,
        one.format if one.format == other.format else "",
        {**one.properties, **other.properties},
        one.required & other.required,
        one.items if one.items is not None else other.items,
        one.deprecated and other.deprecated,
        max(one.maximum, other.maximum) if one.maximum is not None and other.maximum is not None else None,
    )
