"""One thing a person said or pressed: all that a handler needs to answer it, and what it may return."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import TYPE_CHECKING, Any, Protocol
from zoneinfo import ZoneInfo

from slack_sdk.models.views import View

from bot.domain import dates
from bot.domain.findings import Finding
from bot.domain.phases import Phases
from bot.domain.records import Actor, Directory, Snapshot, Standing, Subscription
from bot.domain.risk import Risk
from bot.listeners.actors import Actors
from bot.listeners.cards import Cards
from bot.listeners.manifest import Names
from bot.listeners.screen import Screen
from bot.services import Services
from bot.views import values
from bot.views.message import Message
from bot.views.values import Press
from bot.views.viewing import Viewing

if TYPE_CHECKING:  # a feature is made of handlers, which take a Turn
    from bot.listeners.feature import Command, Feature


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

    async def rows(
        self, subscription_id: str, *, since: str = "", by: Actor
    ) -> tuple[Subscription, tuple[Risk | Standing, ...]]:
        """All that a digest lists now, in its order; it told what changed `since` that slot."""

    async def post_slot(self, subscription_id: str, slot: str, *, by: Actor) -> Message:
        """Post a day's digest that did not come; tells how it went."""

    async def arrived(self, subscription_id: str, slot: str, *, by: Actor) -> Message:
        """Take somebody's word that an uncertain digest is there."""

    async def note(self, onboarding_id: str, *, done: str, by: str, channel: str = "") -> None:
        """Note what somebody did, in words after a name, on an onboarding's row of open digests."""


Examine = Callable[[], Awaitable[tuple[Finding, ...]]]
"""Looks at everything the bot needs."""


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
    thread: str = ""
    """The ts of the message that the one it stands in replies to, in a thread."""

    @property
    def in_view(self) -> bool:
        """On Home or in a modal, where there is no message that an answer could stand beside."""
        return not self.ts


_HEARD = {"app_mention": "mention", "shortcut": "shortcut", "message_action": "shortcut"}
"""What is said by something that is neither typed as a command nor pressed, by the type of its event."""


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
    examine: Examine
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

    def viewing(self, snapshot: Snapshot | None = None) -> Viewing:
        """How its person sees what is drawn of a snapshot; without one, of what is so now."""
        return Viewing(
            phases=self.phases,
            directory=self.directory,
            now=self.now,
            zone=self.zone,
            as_of=snapshot.as_of if snapshot else self.now,
            stale=(snapshot.trouble or snapshot.stale) if snapshot else False,
            test_key=self.services.test_key,
        )

    @property
    def week_first(self) -> int:
        """The weekday their weeks begin with, 0 for Monday."""
        return dates.first_weekday(self.zone, self.services.week_start)

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
        press = values.decode(self.pressed.value if self.pressed else "")
        values.record(press.id)
        return press

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
        what = (
            "button" if self.pressed else "form" if self.form is not None else _HEARD.get(str(self.event.get("type")))
        )
        place = self.channel or self.screen.place
        return f"{what or 'command'} in {place}" if place else what or "command"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the person sees. `replace` puts it in the place of the private message they pressed a button in."""

    message: Message
    replace: bool = False


Seen = Message | Answer | View | None
"""What a handler returns: a private answer, a modal, or nothing more than it has done itself."""
Handler = Callable[[Turn], Awaitable[Seen]]
