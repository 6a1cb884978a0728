"""The kinds of rule a Block Kit field can have; each names what is wrong in Slack's words, with a JSON pointer.

The tables that use them are in `compositions.py`, `elements.py`, `blocks.py` and `modals.py`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


class Rule(Protocol):
    """Something a value must satisfy."""

    def problems(self, value: Any, at: str) -> Iterator[str]:
        """What is wrong with `value`, found at the JSON pointer `at`."""
        ...


def problem(text: str, at: str) -> str:
    """One finding as Slack writes it."""
    return f"{text} [json-pointer:{at}]"


@dataclass(frozen=True)
class Words:
    """A string of `least` to `most` characters, optionally one of `among`."""

    most: int
    least: int = 1
    among: frozenset[str] = frozenset()

    def problems(self, value: Any, at: str) -> Iterator[str]:
        """Wrong type, too long, too short, not among the allowed."""
        if not isinstance(value, str):
            yield problem("must be a string", at)
        elif len(value) > self.most:
            yield problem(f"must be less than {self.most + 1} characters", at)
        elif len(value) < self.least:
            yield problem(f"must be more than {self.least - 1} characters", at)
        elif self.among and value not in self.among:
            yield problem("must be a valid enum value", at)


def among(*values: str) -> Words:
    """One of these words."""
    return Words(255, among=frozenset(values))


@dataclass(frozen=True)
class Readable:
    """A string that `read` takes without a ValueError and writes back the same; `kind` is what it should be."""

    read: Callable[[str], str]
    kind: str

    def problems(self, value: Any, at: str) -> Iterator[str]:
        """Wrong type, or not of that kind."""
        if not isinstance(value, str):
            yield problem("must be a string", at)
            return
        try:
            good = self.read(value) == value
        except ValueError:
            good = False
        if not good:
            yield problem(f"must be {self.kind}", at)


@dataclass(frozen=True)
class Flag:
    """True or false."""

    def problems(self, value: Any, at: str) -> Iterator[str]:
        """Anything that is not a boolean."""
        if not isinstance(value, bool):
            yield problem("must be a boolean", at)


@dataclass(frozen=True)
class Whole:
    """A whole number of `least` to `most`."""

    least: int
    most: int

    def problems(self, value: Any, at: str) -> Iterator[str]:
        """Not a number, or outside the range."""
        if isinstance(value, bool) or not isinstance(value, int):
            yield problem("must be an integer", at)
        elif not self.least <= value <= self.most:
            yield problem(f"must be between {self.least} and {self.most}", at)


@dataclass(frozen=True)
class Anything:
    """Taken as it is: a part of Slack this workspace does not check."""

    def problems(self, value: Any, at: str) -> Iterator[str]:
        """Nothing."""
        yield from ()


@dataclass(frozen=True)
class Many:
    """A list of `least` to `most` items, each satisfying `of`."""

    of: Rule
    most: int
    least: int = 1

    def problems(self, value: Any, at: str) -> Iterator[str]:
        """Not a list, too many, too few, and what is wrong inside."""
        if not isinstance(value, list):
            yield problem("must provide an array", at)
            return
        if len(value) > self.most:
            yield problem(f"no more than {self.most} items allowed", at)
        if len(value) < self.least:
            yield problem(f"no less than {self.least} items allowed", at)
        for index, item in enumerate(value):
            yield from self.of.problems(item, f"{at}/{index}")


@dataclass(frozen=True)
class Shape:
    """An object: `needs` must be there, `may` can be, nothing else; of `either` one must be there."""

    needs: Mapping[str, Rule] = field(default_factory=dict)
    may: Mapping[str, Rule] = field(default_factory=dict)
    either: tuple[str, ...] = ()
    never_both: tuple[str, ...] = ()

    def problems(self, value: Any, at: str) -> Iterator[str]:
        """Missing, additional and wrong fields."""
        if not isinstance(value, dict):
            yield problem("must provide an object", at)
            return
        for name in self.needs:
            if value.get(name) is None:
                yield problem(f"missing required field: {name}", at)
        present = {name: item for name, item in value.items() if item is not None}
        if self.either and not any(present.get(name) for name in self.either):
            yield problem("must define either " + " or ".join(f"`{name}`" for name in self.either), at)
        if self.never_both and all(name in present for name in self.never_both):
            yield problem("must not define both " + " and ".join(f"`{name}`" for name in self.never_both), at)
        for name, item in present.items():
            rule = self.needs.get(name) or self.may.get(name)
            if rule is None:
                yield problem(f"invalid additional property: {name}", at)
            else:
                yield from rule.problems(item, f"{at}/{name}")


@dataclass(frozen=True)
class OneOf:
    """An object whose `type` picks its rule from a table."""

    shapes: Mapping[str, Rule]

    def problems(self, value: Any, at: str) -> Iterator[str]:
        """An unknown or unsupported type here, and what is wrong inside."""
        if not isinstance(value, dict):
            yield problem("must provide an object", at)
            return
        kind = value.get("type")
        if kind is None:
            yield problem("missing required field: type", at)
        elif kind not in self.shapes:
            yield problem(f"unsupported type: {kind}", f"{at}/type")
        else:
            yield from self.shapes[kind].problems({k: v for k, v in value.items() if k != "type"}, at)
