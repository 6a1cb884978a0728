"""The portfolio digest as a channel sees it: where everything stands, and what the last seven days brought, in words.

Each phase is a line of its own, so that a phone shows the table without a table's width.
"""

from bot.domain import dates, states
from bot.domain.delta import Delta
from bot.domain.weekly import Launched, PhaseCount, Slipped, Week
from bot.views import digest_frame as frames
from bot.views import text
from bot.views.digest_frame import Frame
from bot.views.message import Message, context, section

PHASES, LAUNCHES, SLIPS = 15, 8, 5
"""Phases, launches and slips with a line of their own; the rest is counted."""
STATES = 8
"""States named in one line."""
LINE, PART = 250, 2900
"""Characters of one line, and of one part of the message."""


def portfolio_digest(week: Week, delta: Delta, *, frame: Frame) -> Message:
    """Draw the numbers of a week; a part of which nothing was seen says that it was not seen."""
    title = f"Portfolio — {frames.day(frame.today)} · {_tally(week)}"
    top = frames.lines(frames.headline(title, frame), *frames.notes(delta, frame))
    seen = f" since {dates.short(frame.seen_since)}" if frame.seen_since else ""
    remark = f"launches, slips and days are those this bot saw{seen}"
    blocks = [
        section(top),
        section(text.clip(_standing(week, frame), PART)),
        section(text.clip(_launches(week, frame), PART)),
        section(text.clip(_slips(week, frame), PART)),
        section(text.clip(_medians(week, frame), PART)),
        context(frames.footer(frame, remark)),
    ]
    launched = tuple(one.standing for one in week.launched)
    return Message(frames.spoken(title, frame, Launched=launched), tuple(blocks))


def in_states(count: PhaseCount, week: Week) -> str:
    """`3 active, 2 at risk`: the states of one phase in the order of all of them, not escaped yet."""
    told = tuple(
        f"{count.states[state]} {_within(states.label(state))}" for state in week.states if count.states.get(state)
    )
    return text.listed(told, limit=STATES, rest="{} other states")


def _tally(week: Week) -> str:
    launched = f"{len(week.launched)} launched in 7 days" if week.launched else "no launch seen in 7 days"
    return f"{week.open} open · {launched}"


def _standing(week: Week, frame: Frame) -> str:
    shown = week.phases[:PHASES]
    rows = [
        f"• *{count.total}* {text.name(frame.phases.label(count.phase), 60)}"
        + (f" — {text.escape(in_states(count, week))}" if count.total else "")
        for count in shown
    ]
    if hidden := week.phases[PHASES:]:
        rows.append(f"• *{sum(count.total for count in hidden)}* in {text.count(len(hidden), 'more phase')}")
    return frames.lines("*Open onboardings by phase and state*", *(text.clip(row, LINE) for row in rows))


def _launches(week: Week, frame: Frame) -> str:
    heading = f"*Launched in the last 7 days* (since {dates.short(week.since)}{_unknown(week, frame)})"
    if not week.launched:
        return f"{heading}: none seen"
    rows = [_launch(one) for one in week.launched[:LAUNCHES]]
    return frames.lines(f"{heading}: {on_time(week)}", *rows, _more(len(week.launched) - LAUNCHES))


def on_time(week: Week) -> str:
    """`3, of which 2 on time, 1 late`; one by itself is `1, on time`."""
    late = sum(bool(one.late) for one in week.launched)
    undated = sum(one.late is None for one in week.launched)
    kinds = {"on time": len(week.launched) - late - undated, "late": late, "without a target date": undated}
    found = [(number, kind) for kind, number in kinds.items() if number]
    if len(found) == 1:
        return f"{found[0][0]}, {'all ' if found[0][0] > 1 else ''}{found[0][1]}"
    return f"{len(week.launched)}, of which " + ", ".join(f"{number} {kind}" for number, kind in found)


def _launch(one: Launched) -> str:
    if one.target is None:
        how = "without a target date"
    elif one.late:
        how = f"{text.count(one.late, 'day')} late, target {dates.short(one.target)}"
    else:
        how = f"on time, target {dates.short(one.target)}"
    return f"• {frames.name(one.standing)} — {frames.day(one.on)}, {how}"


def _unknown(week: Week, frame: Frame) -> str:
    """Since when anything is known, where that is not the whole week."""
    late = frame.seen_since and frame.seen_since > week.since
    return f", not known before {dates.short(frame.seen_since)}" if late and frame.seen_since else ""


def _slips(week: Week, frame: Frame) -> str:
    unknown = _unknown(week, frame).removeprefix(", ")
    heading = f"*Biggest slips of the last 7 days*{f' ({unknown})' if unknown else ''}"
    if not week.slipped:
        return f"{heading}: none seen"
    return frames.lines(heading, *(_slip(one) for one in week.slipped[:SLIPS]), _more(len(week.slipped) - SLIPS))


def _slip(one: Slipped) -> str:
    moved = f"{dates.short(one.before)} → {dates.short(one.after)}"
    return f"• {frames.name(one.standing)} — {text.count(one.days, 'day')} ({moved})"


def _medians(week: Week, frame: Frame) -> str:
    heading = "*Median days in a phase*"
    if not week.medians:
        return f"{heading}: not known yet, it takes three stays in a phase seen from beginning to end"
    told = tuple(f"{text.name(frame.phases.label(phase), 60)} {_days(days)}" for phase, days in week.medians)
    return f"{heading}, of all onboardings: {text.listed(told, limit=PHASES)}"


def _days(days: float) -> str:
    return str(round(days)) if days >= 1 else "less than 1"


def _more(hidden: int) -> str:
    return f"• and {hidden} more" if hidden > 0 else ""


def _within(label: str) -> str:
    """A label inside a sentence: `At risk` → `at risk`, `QA` stays."""
    shown = text.plain(label, 40)
    return shown[:1].lower() + shown[1:] if shown[1:2].islower() or shown[1:2] == "" else shown
