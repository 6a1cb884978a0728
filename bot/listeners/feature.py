"""What a conversation is made of: its commands and buttons, and the Turn its handlers are given.

A handler returns what the person will see; acknowledging, answering and explaining failures are `door.py`'s.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from bot.domain.errors import UserError
from bot.domain.phases import Phases
from bot.domain.records import Actor, Directory
from bot.listeners.actors import Actors
from bot.listeners.cards import Cards
from bot.listeners.manifest import Names
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


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing a person said or pressed, and all a handler needs to answer it."""

    actor: Actor
    channel: str
    text: str
    now: datetime
    reference: str
    trigger: str
    services: Services
    cards: Cards
    actors: Actors
    digests: Digests
    names: Names
    features: tuple["Feature", ...]
    pressed: Pressed | None = None

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

    async def guard(self) -> None:
        """Raise Forbidden when this came from a posted message that customers can read."""
        if self.pressed and not self.pressed.private:
            await self.cards.guard(self.channel)

    @property
    def source(self) -> str:
        """Where this came from, for the audit."""
        return f"{'button' if self.pressed else 'command'} in {self.channel}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the person sees. `replace` puts it in the place of the private message they pressed a button in."""

    message: Message
    replace: bool = False


Handler = Callable[[Turn], Awaitable[Message | Answer | None]]
H = TypeVar("H", bound=Handler)


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


_BETWEEN = re.compile(r"[\s_‐‑–—-]+")


def spelled(verb: str) -> str:
    """A verb as it is looked up: `At-Risk`, `at risk` and `atrisk` are one."""
    return _BETWEEN.sub("", verb).casefold()


class Registry:
    """All features in one look-up: verbs and synonyms, and button ids, each known once."""

    def __init__(self, features: tuple[Feature, ...]) -> None:
        self.features = features
        self.verbs: dict[str, Command] = {}
        self.buttons: dict[str, Handler] = {}
        for feature in features:
            for command in feature.commands:
                for word in (command.verb, *command.synonyms):
                    if spelled(word) in self.verbs:
                        raise ValueError(f"two commands answer to {word!r}")
                    self.verbs[spelled(word)] = command
            for action, handler in feature.buttons.items():
                if action in self.buttons:
                    raise ValueError(f"two handlers for {action!r}")
                self.buttons[action] = handler

    def button(self, action_id: str) -> Handler:
        """The handler of an action id; what follows a second colon only tells equal buttons of a message apart."""
        try:
            return self.buttons[":".join(action_id.split(":")[:2])]
        except KeyError:
            raise UserError(
                "This button is from an older version of the bot.", hint="Ask for the list or card again."
            ) from None
