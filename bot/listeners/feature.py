"""What a conversation is made of: its commands and buttons, and the Turn its handlers are given.

A handler returns what the person will see; acknowledging, answering and explaining failures are `door.py`'s.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import Enum, auto
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

from slack_sdk.models.blocks import Option
from slack_sdk.models.views import View

from bot.domain.errors import UserError
from bot.domain.phases import Phases
from bot.domain.records import Actor, Directory
from bot.listeners.actors import Actors
from bot.listeners.cards import Cards
from bot.listeners.manifest import Names
from bot.listeners.screen import Screen
from bot.services import Services
from bot.views import values
from bot.views.message import Message
from bot.views.values import Press


class Kind(Protocol):
    """What a listener needs to know of one kind of digest."""

    @property
    def title(self) -> str:
        """What it is called."""

    @property
    def days(self) -> str:
        """The weekdays it comes on unless told otherwise."""

    @property
    def at(self) -> time:
        """Its hour, likewise."""


class Digests(Protocol):
    """What the clock's door lends to the conversations: doors do not import each other."""

    @property
    def kinds(self) -> Mapping[str, Kind]:
        """Every kind there is, by the word people type."""

    async def preview(self, kind: str, *, channel: str, by: Actor) -> Message:
        """Write a digest for one pair of eyes, without posting it."""

    async def post_now(self, kind: str, *, channel: str, by: Actor, trigger: str) -> None:
        """Post a digest out of turn, saying who asked."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """The control somebody pressed: its value, and the message it stands in."""

    action: str
    value: str
    channel: str
    ts: str
    private: bool
    """In a message only they can see: it is replaced through the press's response_url, never by chat.update."""
    home: bool = False
    """On their Home tab."""

    @property
    def in_view(self) -> bool:
        """On Home or in a modal, where there is no message that an answer could stand beside."""
        return not self.ts


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing a person said or pressed, and all a handler needs to answer it."""

    actor: Actor
    channel: str
    text: str
    now: datetime
    reference: str
    services: Services
    cards: Cards
    actors: Actors
    digests: Digests
    names: Names
    features: tuple["Feature", ...]
    screen: Screen
    pressed: Pressed | None = None
    form: Any = None
    """What a form's `parse` made of what was typed, for the handler of that form."""
    event: Mapping[str, Any] = field(default_factory=dict)
    """The raw event or shortcut, for its own handler, which reads what it needs once."""
    off: tuple[str, ...] = ()
    """The features that lack a scope here, in words."""

    @property
    def phases(self) -> Phases:
        """The workspace's phases, in order."""
        return self.services.phases

    @property
    def directory(self) -> Directory:
        """Who is who."""
        return self.services.people.directory

    @property
    def zone(self) -> ZoneInfo:
        """The person's own zone."""
        return ZoneInfo(self.actor.zone)

    @property
    def titles(self) -> dict[str, str]:
        """What each kind of digest is called."""
        return {kind: digest.title for kind, digest in self.digests.kinds.items()}

    @property
    def commands(self) -> dict[str, "Command"]:
        """Every command, by each of its words."""
        return {
            word: command
            for feature in self.features
            for command in feature.commands
            for word in (command.verb, *command.synonyms)
        }

    @property
    def press(self) -> Press:
        """What the pressed button of an onboarding carries; raises UserError when another version drew it."""
        return values.decode(self.pressed.value if self.pressed else "")

    async def patience(self) -> None:
        """Before a slow read: if the answer will be a modal, open it now, for the press opens none after three seconds.

        https://docs.slack.dev/interactivity/handling-user-interaction/#modal_responses
        """
        if self.pressed and self.pressed.in_view:
            await self.screen.loading("Onboarding")

    async def guard(self) -> None:
        """Raise Forbidden when this came from a posted message that customers can read."""
        if self.pressed and not self.pressed.private:
            await self.cards.guard(self.channel)

    @property
    def trigger(self) -> str:
        """What tells this press or command from every other."""
        return self.screen.trigger

    @property
    def source(self) -> str:
        """Where this came from, for the audit."""
        what = "button" if self.pressed else "form" if self.form is not None else "command"
        return f"{what} in {self.channel}" if self.channel else what


@dataclass(frozen=True, slots=True)
class Answer:
    """What the person sees. `replace` puts it in the place of the private message they pressed a button in."""

    message: Message
    replace: bool = False


Seen = Message | Answer | View | None
"""What a handler returns: a private answer, a modal, or nothing more than it has done itself."""
Handler = Callable[[Turn], Awaitable[Seen]]
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
