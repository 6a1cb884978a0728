"""What all digests share: headline, notes, small print, names of rows, and lists cut up for a thread."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from bot.domain import dates
from bot.domain.delta import Base, Cause, Delta, Left
from bot.domain.records import AuditEntry, Delivery, DeliveryStatus, Snooze, Standing
from bot.views import text
from bot.views.message import Message, context, section
from bot.views.viewing import Viewing

ROWS = 10
"""Rows of a digest in its channel."""
NAMES = 8
"""Names in one line before the rest is counted."""
SNOOZED = 5
"""Of them so many are named, with until when and by whom."""
SECTION = 2900
MESSAGE = 9000
WHOLE, BLOCKS = 12000, 50
"""Characters of one section, of one thread message, and of any message with its markup: below what Slack takes."""
TOP, AFTER, SMALL = 1800, 2200, 1600
"""Characters above the rows, of what follows them, and of the small print."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame(Viewing):
    """What surrounds the rows: when, where, from what, and whatever makes this digest out of the ordinary."""

    filters: str = ""
    late: bool = False
    late_because: str = ""
    """Why it is late, in words that follow “because”; else that the bot was not running."""
    asked_by: str = ""
    """The name of who asked for it out of turn."""
    seen_since: date | None = None
    """The first day of what this bot has seen."""
    subscription: str = ""
    """Whose digest it is: the way to all its rows. Without one there is no such way."""
    since: date | None = None
    """The day of the digest before."""
    snoozed: tuple[Snooze, ...] = ()
    """What is hidden from this channel, as far as it would be a row."""
    snoozed_elsewhere: bool = False
    """It is hidden from the at-risk digest alone, and this is another."""
    set_by: Mapping[str, AuditEntry] = field(default_factory=dict)
    """Who set an onboarding's present state through the bot, by onboarding id."""
    missed: Delivery | None = None
    """The newest slot since the last delivered one that did not come."""
    moved_from: tuple[date, ...] = ()
    """The holidays whose digests were moved to this day."""
    mentions: bool = False
    """People may be pinged: of new rows, and on the day of a launch."""
    alone: bool = False
    """No digest came before it, and none will be compared with it: it is written to a terminal."""


def day(day: date) -> str:
    """`Mon 7 Sep`."""
    return f"{dates.WEEKDAYS[day.weekday()]} {dates.short(day)}"


def lines(*parts: str) -> str:
    """The parts that say something, one below the other."""
    return "\n".join(part for part in parts if part)


def headline(title: str, frame: Frame) -> str:
    """The first line, with the badge of a test key."""
    return f"*{title}*" + (f"  {frame.badge}" if frame.badge else "")


def notes(delta: Delta, frame: Frame) -> Iterable[str]:
    """Whatever is out of the ordinary: asked for, late, moved, the last one missing, the first, other filters."""
    if frame.asked_by:
        yield f"_Out of turn, asked for by {text.name(frame.asked_by)}._"
    if frame.late:
        why = text.name(frame.late_because) if frame.late_because else "I was not running at the hour set"
        yield f"_Late: it is {frame.now.astimezone(frame.zone):%H:%M} because {why}._"
    if frame.moved_from:
        days = text.listed(tuple(map(day, frame.moved_from)), limit=5)
        one = len(frame.moved_from) == 1
        yield f"_{days} {'is a holiday: its digest comes' if one else 'are holidays: their digests come'} today._"
    if frame.missed:
        yield f"_{_missed(frame.missed)}_"
    if delta.base is Base.NONE:
        first = frame.seen_since if frame.seen_since and frame.seen_since < frame.today else None
        seen = f"from what this bot has seen since {dates.full(first)}" if first else "from today"
        yield f"_{'P' if frame.alone else 'Nothing to compare with yet: p'}hase ages and slips are counted {seen}._"
    if delta.base is Base.CHANGED:
        yield "_Filters or rules changed since the last digest, so nothing is called new or gone._"


def footer(frame: Frame, *remarks: str) -> str:
    """`as of 09:00 Europe/Berlin · no filters`, what else is worth knowing, and as the last line what is snoozed."""
    filters = f"filters: {text.name(frame.filters, 150)}" if frame.filters else "no filters"
    return text.clip(lines(" · ".join((f"{frame.stamp} {frame.zone.key}", filters, *remarks)), _snoozed(frame)), SMALL)


def spread(rows: int, *around: str) -> int:
    """How many characters each of so many rows may take, for the message to stay below what Slack takes."""
    return (WHOLE - sum(map(text.length, around))) // max(rows, 1)


def spoken(title: str, frame: Frame, **named: Sequence[Standing]) -> str:
    """The text for notifications: the headline, and the names that matter most, by what they are called."""
    badge = "TEST · " if frame.test_key else ""
    names = (
        f". {label}: {text.listed(tuple(text.name(one.title, 60) for one in standings), limit=NAMES)}"
        for label, standings in named.items()
        if standings
    )
    return f"{badge}{title}{''.join(names)}"


def name(standing: Standing) -> str:
    """`*Acme Corp* #245`."""
    return f"*{text.name(standing.title)}* #{standing.onboarding.display_id}"


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


def _missed(missed: Delivery) -> str:
    """That the last digest did not come, and why."""
    try:
        due = f", due {day(date.fromisoformat(missed.slot))},"
    except ValueError:
        due = ""
    uncertain = missed.status is DeliveryStatus.UNCERTAIN
    why = f": {text.name(missed.reason.rstrip('.'), 160)}" if missed.reason else ""
    return f"The last digest{due} {'may not have been sent' if uncertain else 'was not sent'}{why}."


def _snoozed(frame: Frame) -> str:
    """`Snoozed (2): Acme Corp until 21 Sep by Ana Ruiz, …`: the soonest to wake first; and in which digest."""
    ordered = sorted(frame.snoozed, key=lambda one: (one.until, one.title.casefold(), one.onboarding_id))
    names = tuple(
        f"{text.name(one.title, 50)} until {dates.short(one.until)} by {text.name(one.name, 40)}" for one in ordered
    )
    where = " in the at-risk digest" if frame.snoozed_elsewhere else ""
    return f"*Snoozed{where} ({len(names)}):* {text.listed(names, limit=SNOOZED)}" if names else ""


def _gone(left: Left) -> str:
    """`Umbrella #5 → 2 Oct`: with its number, for a customer may have several onboardings."""
    number = f" #{left.display_id}" if left.display_id is not None else ""
    moved = f" → {dates.short(left.target) if left.target else 'no target date'}"
    return f"{text.name(left.title, 60)}{number}{moved if left.cause is Cause.MOVED_OUT else ''}"
