"""What all digests share: headline, notes, small print, names of rows, and lists cut up for a thread."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.domain import dates
from bot.domain.delta import Base, Cause, Delta, Left
from bot.domain.phases import Phases
from bot.domain.records import Directory, Standing
from bot.views import standing as said
from bot.views import text
from bot.views.message import Message, context, section

ROWS = 10
"""Rows of a digest in its channel."""
NAMES = 8
"""Names in one line before the rest is counted."""
SECTION = 2900
MESSAGE = 9000
WHOLE, BLOCKS = 12000, 50
"""Characters of one section, of one thread message, and of any message with its markup: below what Slack takes."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What surrounds the rows: when, where, from what, and whatever makes this digest out of the ordinary."""

    now: datetime
    today: date
    zone: ZoneInfo
    as_of: datetime
    phases: Phases
    directory: Directory
    stale: bool = False
    test_key: bool = False
    filters: str = ""
    late: bool = False
    late_because: str = ""
    """Why it is late, in words that follow “because”; else that the bot was not running."""
    asked_by: str = ""
    """The name of who asked for it out of turn."""
    seen_since: date | None = None
    """The first day of what this bot has seen."""


def day(day: date) -> str:
    """`Mon 7 Sep`."""
    return f"{dates.WEEKDAYS[day.weekday()]} {dates.short(day)}"


def lines(*parts: str) -> str:
    """The parts that say something, one below the other."""
    return "\n".join(part for part in parts if part)


def headline(title: str, frame: Frame) -> str:
    """The first line, with the badge of a test key."""
    return f"*{title}*" + (f"  {said.TEST_BADGE}" if frame.test_key else "")


def notes(delta: Delta, frame: Frame) -> Iterable[str]:
    """Whatever is out of the ordinary: late, asked for, the first one, other filters than last time."""
    if frame.asked_by:
        yield f"_Out of turn, asked for by {text.name(frame.asked_by)}._"
    if frame.late:
        why = text.name(frame.late_because) if frame.late_because else "I was not running at the hour set"
        yield f"_Late: it is {frame.now.astimezone(frame.zone):%H:%M} because {why}._"
    if delta.base is Base.NONE:
        since = f"since {dates.full(frame.seen_since)}" if frame.seen_since else "from today on"
        yield f"_The first digest here: phase ages and slips are counted from what this bot has seen {since}._"
    if delta.base is Base.CHANGED:
        yield "_Filters or rules changed since the last digest, so nothing is called new or gone._"


def footer(frame: Frame, *remarks: str) -> str:
    """`as of 09:00 Europe/Berlin · filters: none`, and what else is worth knowing."""
    stamp = said.as_of(frame.as_of, now=frame.now, zone=frame.zone, stale=frame.stale)
    filters = f"filters: {text.name(frame.filters, 150)}" if frame.filters else "no filters"
    return " · ".join((f"{stamp} {frame.zone.key}", filters, *remarks))


def spoken(title: str, named: Sequence[Standing], frame: Frame, *, label: str = "New") -> str:
    """The text for notifications: the headline, and the names that matter most."""
    badge = "TEST · " if frame.test_key else ""
    names = text.listed(tuple(text.name(standing.title, 60) for standing in named), limit=NAMES)
    return f"{badge}{title}" + (f". {label}: {names}" if named else "")


def name(standing: Standing) -> str:
    """`*Acme Corp* #245`."""
    return f"*{text.name(standing.title)}* #{standing.onboarding.display_id}"


def slip_shown(standing: Standing) -> bool:
    """Whether the last slip seen is what made the present date."""
    slips = standing.history.slips
    return bool(slips) and slips[-1].after == standing.onboarding.target_launch_date


def target(standing: Standing, delta: Delta) -> str:
    """`launch 18 Sep (was 4 Sep, slipped 14 d, 2nd time)`, as much of it as was seen."""
    due, slips = standing.onboarding.target_launch_date, standing.history.slips
    if due is None:
        return "no target date"
    remarks = []
    if moved := delta.slipped.get(standing.onboarding.id):
        remarks.append(f"was {dates.short(moved.before)}")
    if slip_shown(standing):
        remarks.append(f"slipped {slips[-1].days} d")
        remarks += [f"{_nth(len(slips))} time"] if len(slips) > 1 else []
    return f"launch {dates.short(due)}" + (f" ({', '.join(remarks)})" if remarks else "")


def days_in_phase(standing: Standing, frame: Frame) -> str:
    """`19 d in phase`; nothing for less than a day, or when the bot did not see it enter the phase."""
    since = standing.history.phase_since
    days = (frame.today - since.astimezone(frame.zone).date()).days if since else 0
    return f"{days} d in phase" if days > 0 else ""


def gone(delta: Delta) -> str:
    """One line for each cause by which rows of the last digest are gone."""
    if not delta.comparable:
        return ""
    found = ((cause, delta.of(cause)) for cause in Cause)
    return lines(
        *(
            f"*{cause.value.capitalize()}:* {text.listed(tuple(_gone(one) for one in left), limit=NAMES)}"
            for cause, left in found
            if left
        )
    )


def thread(title: str, groups: Mapping[str, Sequence[str]]) -> tuple[Message, ...]:
    """Lines under headings, cut into messages that Slack takes; a heading is repeated where its lines go on."""
    sections: list[str] = []
    for heading, rows in groups.items():
        current = f"*{heading}* ({len(rows)})"
        for row in rows:
            if text.length(current) + text.length(row) >= SECTION:
                sections.append(current)
                current = f"*{heading}*, continued"
            current += f"\n{row}"
        sections.append(current)
    chunks: list[list[str]] = [[]]
    for part in sections:
        if chunks[-1] and sum(map(text.length, chunks[-1])) + text.length(part) > MESSAGE:
            chunks.append([])
        chunks[-1].append(part)
    return tuple(
        Message(f"{title}, part {place} of {len(chunks)}", tuple(section(part) for part in chunk))
        for place, chunk in enumerate(chunks, 1)
    )


def previewed(message: Message, replies: Sequence[Message]) -> Message:
    """A digest with its thread below it, for one pair of eyes; what Slack would not take in one message is counted."""
    blocks, shown = list(message.blocks), 0
    room = WHOLE - sum(text.length(str(block.to_dict())) for block in blocks)
    for reply in replies:
        size = sum(text.length(str(block.to_dict())) for block in reply.blocks)
        if size > room or len(blocks) + len(reply.blocks) + 2 > BLOCKS:
            break
        blocks += [context("*In its thread:*"), *reply.blocks] if not shown else reply.blocks
        room, shown = room - size, shown + 1
    if shown < len(replies):
        blocks.append(context(f"{text.count(len(replies) - shown, 'message')} of its thread not shown here"))
    return Message(message.text, tuple(blocks))


def _gone(left: Left) -> str:
    """`Umbrella #5 → 2 Oct`: with its number, for a customer may have several onboardings."""
    number = f" #{left.display_id}" if left.display_id is not None else ""
    moved = f" → {dates.short(left.target) if left.target else 'no target date'}"
    return f"{text.name(left.title, 60)}{number}{moved if left.cause is Cause.MOVED_OUT else ''}"


def _nth(count: int) -> str:
    ending = "th" if count % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th")
    return f"{count}{ending}"
