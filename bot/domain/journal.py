"""The lines of the journal: what was tried through this bot, and what was seen to happen elsewhere."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.records import AuditEntry, Observation

NOTE = "note"
"""The action of an audit row that is a note."""
SHARE = "share"
"""The action of one about a card that was to be posted; `after` says where it is."""
PLACED = (SHARE, "subscribe", "edit subscription", "resume digest", "unsubscribe", "digest now", "snooze", "unsnooze")
"""The actions of those that name a channel in what they say."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One line: an attempt made through this bot, or else a change that was seen; one of the two is given."""

    at: datetime
    title: str
    entry: AuditEntry | None = None
    seen: Observation | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """The newest lines, newest first; `cut` says that there are older ones."""

    lines: tuple[Happening, ...]
    cut: bool = False
