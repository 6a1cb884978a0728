"""What an examination of the bot found: one line each, how bad it is, and what to do about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum

BEARABLE, TOLERATED = timedelta(seconds=10), timedelta(minutes=2)
"""How far two clocks may be apart: more than the first is worth a word, more than the second has consequences, for what
Slack and Pivotal sign is refused when it seems five minutes old."""


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    """Something does less than it could, or will need somebody soon."""
    FAIL = "fail"
    """Something does not work."""


class Part(StrEnum):
    """Where it was found, in the order they are shown."""

    COMPUTER = "Computer"
    SETTINGS = "Settings"
    MEMORY = "Memory"
    SLACK = "Slack"
    PIVOTAL = "Pivotal"
    DIGESTS = "Digests"
    PEOPLE = "People"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line, in plain text. Whatever is not all right has its remedy, in one sentence."""

    part: Part
    name: str
    """What was looked at, in a word or two."""
    level: Level
    found: str
    remedy: str = ""

    def __post_init__(self) -> None:
        if (self.level is Level.OK) == bool(self.remedy):
            raise ValueError("a finding has a remedy when it is not all right, and only then")


def verdict(findings: Iterable[Finding]) -> Level:
    """The worst of all."""
    levels = {one.level for one in findings}
    return next((level for level in (Level.FAIL, Level.WARN) if level in levels), Level.OK)


def counted(findings: Iterable[Finding]) -> str:
    """`1 fail, 2 warn, 14 ok`; what there is none of is left out."""
    levels = [one.level for one in findings]
    return ", ".join(f"{levels.count(level)} {level}" for level in reversed(Level) if level in levels)


def clock(part: Part, *, date: str | None, now: datetime) -> Finding:
    """Compare this computer's clock with the `Date` header of an answer that came at `now`."""
    whose = f"{part}’s"
    theirs = _instant(date or "")
    if theirs is None:
        return Finding(part, "clock", Level.OK, f"not known: {whose} answer has no time on it")
    # A header has whole seconds: half of one is what was cut off on average.
    apart = now - theirs - timedelta(milliseconds=500)
    if abs(apart) <= BEARABLE:
        return Finding(part, "clock", Level.OK, f"this computer’s clock agrees with {whose}")
    found = f"this computer’s clock is {_length(abs(apart))} {'ahead of' if apart > timedelta() else 'behind'} {whose}"
    remedy = "Have the computer set its clock by itself (NTP): digests come at the wrong time"
    if abs(apart) <= TOLERATED:
        return Finding(part, "clock", Level.WARN, found, f"{remedy}.")
    return Finding(
        part, "clock", Level.FAIL, found, f"{remedy}, and what Slack and Pivotal sign is refused as too old."
    )


def _instant(header: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(header)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _length(span: timedelta) -> str:
    seconds = round(span.total_seconds())
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
