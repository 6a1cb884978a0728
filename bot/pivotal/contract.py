"""Compares Pivotal's OpenAPI document with this client: its operations, its models and the words it relies on.

Our side is read from the operations and models themselves. Being wider than the document is meant (unknown fields are
ignored, null is taken where none may come) and is no difference.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from bot.pivotal.bodies import Body
from bot.pivotal.calls import Call, Repeat
from bot.pivotal.errors import BY_TYPE
from bot.pivotal.expected import Expected, expected
from bot.pivotal.models import CustomerRow, Failure, OnboardingRow, Page
from bot.pivotal.openapi import Operation, Reader, Shape, route
from bot.pivotal.operations import customers, onboardings, samples

Words = Mapping[str, Collection[str]]
"""Field name → the values somebody relies on: `{"phase": ("review", "launch")}`."""

ROWS: Final = (OnboardingRow, CustomerRow)
"""What lists and rules are made of: a field of these is relied on, even where the model can do without."""
DISPENSABLE: Final[Mapping[type[BaseModel], str]] = {OnboardingRow: "name"}
"""The reference's own example of an onboarding has no name, so whoever shows one can do without."""
UNREAD: Final = "object"
"""Every record says its kind, which follows from the operation anyway."""
EXAMPLES: Final[Mapping[str, Any]] = {"integer": 2, "number": 1.5, "boolean": True, "object": {}}
NOTED: Final[Words] = {"Customer.status": ("onboarding", "active", "at_risk", "churned", "archived")}
"""Values that the public pages name and nothing here relies on: a change of them is worth a note."""
CREDENTIALS: Final = "bearer"
DAYS: Final = {"": "2026-07-15", "date": "2026-07-15", "date-time": "2026-07-15T00:00:00Z"}


class Kind(StrEnum):
    """What is different."""

    OPERATION_GONE = "operation missing"
    OPERATION_NEW = "new operation"
    PARAMETER_GONE = "parameter missing"
    PARAMETER_NEW = "new parameter"
    FIELD_GONE = "field missing"
    FIELD_NEW = "new field"
    TYPE = "other type"
    NULL = "null"
    REQUIRED = "required"
    VALUE_GONE = "value missing"
    VALUE_NEW = "new value"
    MAXIMUM = "lower maximum"
    CREDENTIALS = "other credentials"
    DEPRECATED = "deprecated"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference. It matters when what this client relies on is missing, or would not be read or taken."""

    matters: bool
    kind: Kind
    where: str
    """An operation (`GET /onboardings`), its parameter (`…?phase`) or header (`… Idempotency-Key`), or a field of a
    model of ours (`Customer.plan`)."""
    theirs: str
    ours: str
    operations: tuple[str, ...] = ()
    """Our operations in which it was met."""


def compare(document: Mapping[str, Any], *, words: Words | None = None) -> tuple[Difference, ...]:
    """Every difference between a document and this client, those that matter first. Raises nothing.

    `words` are values relied on, where the document lists what a field may hold; error types are compared always.
    """
    comparison = _Comparison(Reader(document), {"type": tuple(BY_TYPE), **(words or {})})
    comparison.operations(samples())
    return comparison.result()


class _Comparison:
    """The differences met so far."""

    def __init__(self, reader: Reader, words: Words) -> None:
        self._reader, self._words = reader, words
        self._met: dict[Difference, list[str]] = {}
        self._operation = ""

    def result(self) -> tuple[Difference, ...]:
        found = (replace(one, operations=tuple(dict.fromkeys(met))) for one, met in self._met.items())
        return tuple(sorted(found, key=lambda one: not one.matters))

    def operations(self, calls: Iterable[Call[Any]]) -> None:
        theirs = self._reader.operations()
        for call in calls:
            where = f"{call.method} {call.route}"
            operation, self._operation = theirs.pop((call.method, route(call.route)), None), call.operation
            if operation is None:
                self._add(Kind.OPERATION_GONE, where, ours="in use", matters=True)
            else:
                self._compare(where, call, operation)
        self._operation = ""
        for operation in theirs.values():
            self._add(Kind.OPERATION_NEW, f"{operation.method} {operation.path}", theirs="there")

    def _compare(self, where: str, call: Call[Any], operation: Operation) -> None:
        if operation.deprecated:
            self._add(Kind.DEPRECATED, where, theirs="deprecated", ours="in use")
        self._credentials(call, operation)
        self._parameters(where, call, operation)
        self._answer(call.answer, self._reader.shape(operation.answer))
        for refusal in operation.refusals:
            self._answer(Failure, self._reader.shape(refusal))
        if call.body is not None:
            self._body(type(call.body), self._reader.shape(operation.body), row=_row(call.answer))

    def _credentials(self, call: Call[Any], operation: Operation) -> None:
        ways = operation.credentials
        if ways and not call.anonymous and not {CREDENTIALS, ""}.intersection(ways):
            self._add(Kind.CREDENTIALS, "Authorization", theirs=" or ".join(ways), ours=CREDENTIALS, matters=True)

    def _parameters(self, where: str, call: Call[Any], operation: Operation) -> None:
        ours = _parameters(call)
        if call.repeat is Repeat.KEYED and "idempotency-key" not in operation.headers:
            self._add(Kind.PARAMETER_GONE, f"{where} Idempotency-Key", ours="sent", matters=True)
        for name in ours:
            if name in operation.parameters:
                theirs = self._reader.shape(operation.parameters[name])
                self._values(f"{where}?{name}", name, theirs)
                self._maximum(f"{where}?{name}", call.query.get(name, ""), theirs)
            else:
                self._add(Kind.PARAMETER_GONE, f"{where}?{name}", ours="sent", matters=True)
        for name in operation.parameters:
            if name in operation.needed and name not in call.query:
                self._add(Kind.REQUIRED, f"{where}?{name}", theirs="required", ours="not always sent", matters=True)
            elif name not in ours:
                self._add(Kind.PARAMETER_NEW, f"{where}?{name}", theirs="there")

    def _maximum(self, where: str, sent: str, theirs: Shape) -> None:
        if theirs.maximum is not None and sent.isdecimal() and int(sent) > theirs.maximum:
            self._add(Kind.MAXIMUM, where, theirs=f"at most {theirs.maximum:g}", ours=sent, matters=True)

    def _answer(self, model: type[BaseModel], shape: Shape) -> None:
        """What they send, as our model would read it."""
        for name, known, theirs in self._shared(model, shape, row=_row(model)):
            self._read(model, name, known, theirs)
            if model.model_fields[name].is_required() and shape.required and name not in shape.required:
                self._add(Kind.REQUIRED, _name(model, name), theirs="may be absent", ours="required", matters=True)

    def _read(self, model: type[BaseModel], name: str, known: Expected, theirs: Shape) -> None:
        for kind in sorted(theirs.types):
            if kind == "object" and known.model is not None:
                self._answer(known.model, theirs)
            elif kind == "array" and known.item is not None:
                self._answer(known.item, self._reader.shape(theirs.items))
            else:
                # Our validators may take more than the annotation says, so the model itself is asked.
                reads = _reads(model, name, self._example(kind, theirs, known))
                if kind == "null" and not reads:
                    self._add(Kind.NULL, _name(model, name), theirs="may be null", ours="never null", matters=True)
                elif kind != "null" and not (reads and known.takes(kind)):
                    self._add(Kind.TYPE, _name(model, name), theirs=str(theirs), ours=str(known), matters=not reads)

    def _body(self, model: type[Body], shape: Shape, *, row: type[BaseModel] | None) -> None:
        """What we send, as they would take it."""
        for name, known, theirs in self._shared(model, shape, row=row):
            sent, taken = known.types - {"null"}, theirs.types - {"null"}
            fits = {kind for kind in sent if kind in taken or (kind == "integer" and "number" in taken)}
            if taken and (fits != sent or (known.dated and theirs.format not in {"", "date-time"})):
                whole = "number" in sent and "integer" in taken
                unfit = not (fits or whole) or known.dated
                self._add(Kind.TYPE, _name(model, name), theirs=str(theirs), ours=str(known), matters=unfit)
            if "null" in known.types and not theirs.nullable:
                self._add(Kind.NULL, _name(model, name), theirs="never null", ours="may be null")
        for name in sorted(shape.required):
            field = model.model_fields.get(name)
            if field is None or not field.is_required():
                self._add(Kind.REQUIRED, _name(model, name), theirs="required", ours="not always sent", matters=True)

    def _shared(
        self, model: type[BaseModel], shape: Shape, *, row: type[BaseModel] | None
    ) -> Iterator[tuple[str, Expected, Shape]]:
        """The fields both sides have; those that one lacks are noted on the way."""
        if shape.types and "object" not in shape.types:
            self._add(Kind.TYPE, model.__name__, theirs=str(shape), ours="object", matters=True)
        if not shape.properties:
            return
        for name, field in model.model_fields.items():
            where = _name(model, name)
            if name not in shape.properties:
                relied_on = field.is_required() or issubclass(model, Page) or _carries(row, name)
                self._add(Kind.FIELD_GONE, where, ours="in use" if relied_on else "optional", matters=relied_on)
                continue
            theirs = self._reader.shape(shape.properties[name])
            if theirs.deprecated:
                self._add(Kind.DEPRECATED, where, theirs="deprecated", ours="in use")
            self._values(where, name, theirs)
            yield name, expected(field.annotation), theirs
        for name in shape.properties:
            if name not in model.model_fields and name != UNREAD:
                told = str(self._reader.shape(shape.properties[name]))
                self._add(Kind.FIELD_NEW, _name(model, name), theirs=told)

    def _values(self, where: str, name: str, theirs: Shape) -> None:
        relied_on = self._words.get(name)
        known = relied_on if relied_on is not None else NOTED.get(where)
        if known is None or theirs.values is None:
            return
        for value in known:
            if value not in theirs.values:
                self._add(Kind.VALUE_GONE, where, ours=value, matters=relied_on is not None)
        for value in sorted(theirs.values.difference(known)):
            self._add(Kind.VALUE_NEW, where, theirs=value)

    def _example(self, kind: str, theirs: Shape, known: Expected) -> Any:
        """One value of a type that they may send."""
        if kind == "string":
            word = min(theirs.values) if theirs.values else "text"
            return DAYS.get(theirs.format, word) if known.dated else word
        if kind == "array":
            items = self._reader.shape(theirs.items)
            return [self._example(each, items, known) for each in sorted(items.types)]
        return EXAMPLES.get(kind)

    def _add(self, kind: Kind, where: str, *, theirs: str = "–", ours: str = "–", matters: bool = False) -> None:
        met = self._met.setdefault(Difference(matters, kind, where, theirs, ours), [])
        if self._operation:
            met.append(self._operation)


def _parameters(call: Call[Any]) -> tuple[str, ...]:
    """What the call may send in its query."""
    if not issubclass(call.answer, Page):
        return tuple(call.query)
    filters = {listing.operation: tuple(listing.filters) for listing in (customers.listed(), onboardings.listed())}
    return ("limit", "cursor", *filters.get(call.operation, ()))


def _row(model: type[Any]) -> type[BaseModel] | None:
    return next((row for row in ROWS if issubclass(model, row)), None)


def _carries(row: type[BaseModel] | None, name: str) -> bool:
    return row is not None and name in row.model_fields and DISPENSABLE.get(row) != name


def _name(model: type[BaseModel], field: str) -> str:
    return f"{model.__name__}.{field}"


def _reads(model: type[BaseModel], name: str, value: Any) -> bool:
    """Whether the model takes a value in this field; what else it lacks does not count."""
    try:
        model.model_validate({name: value})
    except ValidationError as error:
        return all(detail["loc"][:1] != (name,) for detail in error.errors(include_url=False))
    return True
