"""What a change is made of: its verb, the fields it is to write, and the move that is worked out from them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

Fields = Mapping[str, str | bool | None]
"""Fields of an onboarding as they travel in a button: dates as ISO, None for none."""


class Verb(StrEnum):
    """The changes this bot makes to an onboarding."""

    ADVANCE = "advance"
    PAUSE = "pause"
    RESUME = "resume"
    FLAG = "flag"
    CLEAR = "clear"
    WAITING = "waiting"
    BACK = "back"
    SKIP = "skip"
    DATE = "date"
    OWNER = "owner"
    UPDATE = "update"
    """Several fields at once, as a form has them."""
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Move:
    """One change, worked out but not made."""

    verb: Verb
    changes: dict[str, object]
    """Fields to write, as Pivotal's PATCH names them."""
    before: str
    after: str
    ends: str | None
    """A sentence about other states this ends, or None."""
    asks: tuple[str, ...]
    """Sentences to be agreed to first; empty when nothing needs asking."""
    done: str
    """What was done, to be read after the person's name."""
    test_key: bool = False
    """Worked out for a test key, which holds Pivotal's messages back."""
    form: bool = False
    """Too grave for a button: agreed to in a form that says what happens and takes a reason."""
    needs_reason: bool = False
    undoable: bool = True

    @property
    def promise(self) -> "Promise":
        """What a button for this move says it will do."""
        return Promise(";".join(f"{field}={_word(value)}" for field, value in self.changes.items()), self.test_key)


@dataclass(frozen=True, slots=True)
class Promise:
    """What a control said it would do when it was drawn: the values it would write, and with which kind of key."""

    writes: str
    test_key: bool

    def broken(self, move: Move) -> tuple[str, ...]:
        """Say where `move` is not what was promised, a short text each; empty when it is just that."""
        found = []
        if move.promise.writes != self.writes:
            found.append(f"this would now lead to {move.after}, which is not what the button said")
        if move.test_key != self.test_key:
            now, then = ("test", "live") if move.test_key else ("live", "test")
            found.append(f"this bot now works with a {now} key (the button was made for a {then} key)")
        return tuple(found)


def _word(value: object) -> str:
    return (
        value.isoformat() if isinstance(value, date) else str(value).lower() if isinstance(value, bool) else str(value)
    )
