"""The log: who did what and when, what came of it, and what was seen to happen elsewhere; ten lines to a page."""

import re
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement

from bot.domain import dates
from bot.domain.journal import NOTE, PLACED, Happening, Story
from bot.domain.records import BEGUN, AuditEntry, Standing
from bot.views import controls, observed, rows, text, values
from bot.views import standing as said
from bot.views.message import Message, context, header, section
from bot.views.values import Press, Turning
from bot.views.viewing import Viewing

NOTE_FOR = "ob:note-for"
"""Says which onboarding a note was meant for; the value carries its text."""
LOG = "ob:log"
"""The log of one onboarding."""
LOG_PAGE = "ob:log-page"

PAGE = 10
_LINE = 900
_REASON = 400
_CHANNEL = re.compile(r"\b[CG][A-Z0-9]{6,}\b")
_DIRECT = re.compile(r"\bD[A-Z0-9]{6,}\b")
_UNKNOWN = "Not known whether it was done"
_OUTCOMES = {"done": "Done", "refused": "Refused", "failed": "Failed", "unknown": _UNKNOWN, BEGUN: _UNKNOWN}

_SOURCES = {"poll": "seen when Pivotal was read", "webhook": "told by Pivotal"}


def log(story: Story, viewing: Viewing, *, whose: Standing | None, page: int) -> Message:
    """Draw one page, counted from 1, of one onboarding's log or of everybody's; a page too far is the last one."""
    total, pages = len(story.lines), max(1, -(-len(story.lines) // PAGE))
    page = min(max(page, 1), pages)
    title = f"Log of {text.plain(whose.title, 80)} · #{whose.onboarding.display_id}" if whose else "Log"
    older = f"the newest {total}; older ones are in `onboarding-bot audit`" if story.cut else ""
    blocks: list[Block] = [
        header(title),
        context(said.joined(text.count(total, "entry", "entries"), _of(page, pages), older)),
    ]
    shown = story.lines[(page - 1) * PAGE : page * PAGE]
    blocks += [section(_line(one, viewing, named=whose is None)) for one in shown]
    if not shown:
        blocks.append(section("Nothing was changed through this bot yet, and nothing was seen to change."))
    turns = [turn for turn in (_turn("Newer", whose, page - 1, pages), _turn("Older", whose, page + 1, pages)) if turn]
    if turns:
        blocks.append(ActionsBlock(elements=turns))
    outside = "Changes made outside this bot carry the time they were seen; they may be older."
    blocks.append(context(outside, viewing.stamp))
    about = f"Log of {said.called(whose)}" if whose else "Log of all onboardings"
    return Message(f"{about}: {text.count(total, 'entry', 'entries')}, newest first.", tuple(blocks))


def which(question: str, standings: Sequence[Standing], viewing: Viewing) -> Message:
    """Ask whose log was meant, ten at most; a button each opens it."""
    asked = text.name(question, 300)
    blocks: list[Block] = [section(f"*{asked}*")]
    for at, one in enumerate(standings[:PAGE]):
        blocks.append(section(rows.line(one, viewing), accessory=_open(one, at=at)))
    left = len(standings) - PAGE
    more = f"{left} more not shown: type more of the name, or the number, such as `#89`" if left > 0 else ""
    blocks.append(context(said.joined(more, viewing.stamp)))
    names = text.listed(tuple(said.called(one, limit=40) for one in standings), limit=PAGE)
    return Message(f"{asked} {names}.", tuple(blocks))


def noted(standing: Standing, entry: AuditEntry) -> Message:
    """Say that a note was kept, and where."""
    done = f"Noted on {said.called(standing)}."
    where = "It is kept in this bot and shown in its log and details; nothing was written to Pivotal."
    return Message(
        f"{done} {where}",
        (section(f"{done}\n{_quoted(entry.reason or '')}", accessory=_open(standing)), context(where)),
    )


def _line(one: Happening, viewing: Viewing, *, named: bool) -> str:
    who = f"*{text.name(one.title)}*\n" if named and one.title else ""
    if one.entry:
        told, small = _tried(one.entry), _small(one.entry)
    elif one.seen:
        told = observed.change(one.seen, phases=viewing.phases, directory=viewing.directory)
        small = ("outside this bot", _SOURCES.get(one.seen.source, text.name(one.seen.source)))
    else:
        told, small = "", ()
    return text.clip(f"{who}{told}\n_{said.joined(_stamp(one.at, viewing.zone), *small)}_", _LINE)


def _tried(entry: AuditEntry) -> str:
    if entry.action == NOTE and entry.outcome == "done":
        return _written(entry)
    what = text.name(entry.action.removeprefix("ob:").replace("_", " ").replace("-", " ").capitalize(), 40)
    safe = _place if entry.action in PLACED else text.name
    change = " → ".join(safe(side, 200) for side in (entry.before, entry.after) if side) if entry.after else ""
    line = said.joined(f"*{text.name(entry.name)}*", what, change)
    return f"{line}\n{_quoted(entry.reason)}" if entry.reason else line


def _written(note: AuditEntry) -> str:
    return f"*{text.name(note.name)}*  ·  Note\n{_quoted(note.reason or '')}"


def _quoted(words: str) -> str:
    return f"&gt; {text.name(words, _REASON)}"


def _small(entry: AuditEntry) -> tuple[str, ...]:
    if entry.action == NOTE and entry.outcome == "done":
        return (f"reference {text.name(entry.reference, 20)}",)
    outcome = _OUTCOMES.get(entry.outcome, text.name(entry.outcome, 40))
    return (outcome, _place(entry.source), f"reference {text.name(entry.reference, 20)}")


def _place(source: str, limit: int = 80) -> str:
    """`button in #onboarding`; a direct message has no name that others could read."""
    safe = _DIRECT.sub("a direct message", text.name(source, limit))
    return _CHANNEL.sub(lambda found: f"<#{found[0]}>", safe)


def _stamp(moment: datetime, zone: ZoneInfo) -> str:
    local = moment.astimezone(zone)
    return f"{dates.full(local.date())} {local:%H:%M}"


def _of(page: int, pages: int) -> str:
    return f"page {page} of {pages}" if pages > 1 else ""


def _open(standing: Standing, *, at: int = 0) -> ButtonElement:
    value = values.encode(Press(standing.onboarding.id, "log"))
    return controls.button(
        "Log", action=f"{LOG}:{at}", named=controls.naming("Log of ", standing, controls.number(standing)), value=value
    )


def _turn(label: str, whose: Standing | None, page: int, pages: int) -> ButtonElement | None:
    if not 1 <= page <= pages:
        return None
    value = values.encode_turning(Turning("log", whose.onboarding.id if whose else "", page))
    named = f"{label} entries, page {page} of {pages}"
    return controls.button(label, action=f"{LOG_PAGE}:{label.lower()}", named=named, value=value)
