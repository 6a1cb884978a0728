"""What a conversation is made of: its commands, buttons, forms and events, each with its handler.

A handler takes a Turn (`turn.py`) and returns what the person will see; acknowledging, answering and explaining
failures are `door.py`'s and `conversation.py`'s.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, TypeVar

from slack_sdk.models.blocks import Option
from slack_sdk.models.views import View

from bot.domain.errors import UserError
from bot.listeners.turn import Answer, Digests, Handler, Kind, Pressed, Seen, Turn
from bot.services import Services

__all__ = [
    "Answer",
    "Command",
    "Digests",
    "Feature",
    "Form",
    "Handler",
    "Heard",
    "Kind",
    "Pressed",
    "Registry",
    "Reply",
    "Search",
    "Seen",
    "Turn",
    "spelled",
]

H = TypeVar("H", bound=Handler)
F = TypeVar("F")
S = TypeVar("S", bound="Callable[[str, Services], list[Option]]")


@dataclass(frozen=True, slots=True)
class Form:
    """A modal that is sent: how its fields are read, who acts on them, and how it is shown again with a remark.

    `parse` and `again` use memory only: they run before Slack is answered. `parse` raises FieldErrors.
    """

    parse: Callable[[Mapping[str, Any], str], Any]
    handler: Handler
    again: Callable[[Any, str], View]


class Reply(Enum):
    """Where an answer goes."""

    SCREEN = auto()
    """In the person's modal, or through the response_url."""
    HOME = auto()
    """Onto their Home tab, in place of what is there."""
    WHISPER = auto()
    """Into the thread or channel the event came from, for their eyes only."""
    NOWHERE = auto()


@dataclass(frozen=True, slots=True)
class Heard:
    """An event somebody listens for, and where what they say about it goes."""

    handler: Handler
    reply: Reply


@dataclass(frozen=True, slots=True)
class Search:
    """Options for a menu that asks as one types; memory only, for Slack waits for the answer."""

    find: Callable[[str, Services], list[Option]]


@dataclass(frozen=True, slots=True)
class Command:
    """One verb of the root command, as `help` and the README show it."""

    verb: str
    synonyms: tuple[str, ...]
    usage: str
    tells: str
    examples: tuple[str, ...]
    handler: Handler


class Feature:
    """One conversation: the commands and buttons of one file."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.commands: list[Command] = []
        self.buttons: dict[str, Handler] = {}
        self.forms: dict[str, Form] = {}
        self.searches: dict[str, Search] = {}
        self.events: dict[str, Heard] = {}
        self.shortcuts: dict[str, Handler] = {}

    def command(
        self, verb: str, *synonyms: str, usage: str = "", tells: str, examples: tuple[str, ...] = ()
    ) -> Callable[[H], H]:
        """Register the handler of a verb."""

        def register(handler: H) -> H:
            self.commands.append(Command(verb, synonyms, usage, tells, examples, handler))
            return handler

        return register

    def button(self, *action_ids: str) -> Callable[[H], H]:
        """Register the handler of the buttons that carry one of these ids."""

        def register(handler: H) -> H:
            self.buttons.update(dict.fromkeys(action_ids, handler))
            return handler

        return register

    def form(
        self, callback_id: str, *, parse: Callable[[Mapping[str, Any], str], F], again: Callable[[F, str], View]
    ) -> Callable[[H], H]:
        """Register the handler of a modal that is sent; it finds what `parse` returned in `turn.form`."""

        def register(handler: H) -> H:
            self.forms[callback_id] = Form(parse, handler, again)
            return handler

        return register

    def search(self, action_id: str) -> Callable[[S], S]:
        """Register what offers the options of an external menu."""

        def register(find: S) -> S:
            self.searches[action_id] = Search(find)
            return find

        return register

    def on(self, event: str, *, reply: Reply = Reply.NOWHERE) -> Callable[[H], H]:
        """Register the handler of an event, such as `app_home_opened`; `reply` is for its refusals too."""

        def register(handler: H) -> H:
            self.events[event] = Heard(handler, reply)
            return handler

        return register

    def shortcut(self, callback_id: str) -> Callable[[H], H]:
        """Register the handler of a global or message shortcut."""

        def register(handler: H) -> H:
            self.shortcuts[callback_id] = handler
            return handler

        return register


_BETWEEN = re.compile(r"[\s_‐‑–—-]+")


def spelled(verb: str) -> str:
    """A verb as it is looked up: `At-Risk`, `at risk` and `atrisk` are one."""
    return _BETWEEN.sub("", verb).casefold()


class Registry:
    """All features in one look-up: verbs and synonyms, and button ids, each known once."""

    def __init__(self, features: tuple[Feature, ...]) -> None:
        self.features = features
        self.verbs: dict[str, Command] = {}
        for feature in features:
            for command in feature.commands:
                for word in (command.verb, *command.synonyms):
                    if spelled(word) in self.verbs:
                        raise ValueError(f"two commands answer to {word!r}")
                    self.verbs[spelled(word)] = command
        self.buttons = _joined("button", [feature.buttons for feature in features])
        self.forms = _joined("form", [feature.forms for feature in features])
        self.searches = _joined("menu", [feature.searches for feature in features])
        self.events = _joined("event", [feature.events for feature in features])
        self.shortcuts = _joined("shortcut", [feature.shortcuts for feature in features])

    @property
    def kinds(self) -> dict[str, str]:
        """Everything people can do here, by its verb or id, and what kind of doing it is."""
        return {
            **{command.verb: "command" for command in self.verbs.values()},
            **dict.fromkeys(self.buttons, "press"),
            **dict.fromkeys(self.forms, "form"),
            **dict.fromkeys(self.shortcuts, "shortcut"),
            **dict.fromkeys(self.events, "event"),
        }

    def button(self, action_id: str) -> Handler:
        """The handler of an action id; what follows a second colon only tells equal buttons of a message apart."""
        try:
            return self.buttons[":".join(action_id.split(":")[:2])]
        except KeyError:
            raise UserError(
                "This button is from an older version of the bot.", hint="Ask for the list or card again."
            ) from None


T = TypeVar("T")


def _joined(what: str, tables: list[dict[str, T]]) -> dict[str, T]:
    joined: dict[str, T] = {}
    for table in tables:
        for name, entry in table.items():
            if name in joined:
                raise ValueError(f"two handlers for the {what} {name!r}")
            joined[name] = entry
    return joined
