"""What somebody wants changed about one onboarding, what became of it, and what is told to those who watch."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import Enum, auto

from bot.domain.moves import Expectation, Fields, Move, Promise, Verb
from bot.domain.records import Actor, Standing


class Ending(Enum):
    """How a request to change something ended."""

    DONE = auto()
    ASKS = auto()
    """Nothing was written: the person is asked first."""
    STALE = auto()
    """Nothing was written: the record is not as the person saw it."""
    GONE = auto()
    """Nothing was written: the record is no longer there."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a request, and how the onboarding stands now (as last known, when it is gone)."""

    ending: Ending
    standing: Standing
    move: Move | None = None
    differences: tuple[str, ...] = ()
    restores: Fields | None = None
    """What would take the change back again; None when there is no Undo for it."""


@dataclass(frozen=True, slots=True)
class Request:
    """One person's wish to change one onboarding.

    `expecting` is what they saw when they decided (None for a typed command, which sees the record as it is), and
    `promise` what the control they used said it would write;
    `confirmed` says that they were told of every consequence and agreed.
    """

    onboarding_id: str
    verb: Verb
    by: Actor
    source: str
    reference: str
    expecting: Expectation | None = None
    promise: Promise | None = None
    confirmed: bool = False
    wanted: Fields = field(default_factory=dict)
    """The fields to write, where the verb does not say it all."""
    reason: str | None = None
    card: tuple[str, str] | None = None
    """Channel and ts of the posted card it was pressed on: whoever pressed redraws that one."""
    sending: Callable[[], None] | None = None
    """Called as the change is sent to Pivotal: what is needed to show it can be asked for meanwhile."""


@dataclass(frozen=True, slots=True)
class Changed:
    """An onboarding is no longer as it was: how it stands now, or stood last when it is `gone`."""

    standing: Standing
    gone: bool = False
    drawn: tuple[str, str] | None = None
    """The posted card that somebody is redrawing already."""
    by: str = ""
    """Slack user id of who changed it, or found it changed."""
    name: str = ""
    done: str = ""
    """What that person did, in words that follow their name; nothing where they only found it changed."""


Guard = Callable[[], Awaitable[None]]
Watcher = Callable[[Changed], None]
