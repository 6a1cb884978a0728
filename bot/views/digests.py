"""The digests as a channel sees them: one short message, and the complete list by owner for its thread.

A message has at most ten rows and fifteen blocks, whatever there is to say; what it leaves out it counts.
"""

from collections.abc import Iterable, Sequence

from slack_sdk.models.blocks import Block

from bot.domain import dates, states
from bot.domain.delta import Cause, Delta
from bot.domain.launches import Lanes
from bot.domain.records import Said, Standing
from bot.domain.risk import NO_OWNER, NO_TARGET, SLIPPED, STALLED, Risk
from bot.views import controls, text
from bot.views import digest_frame as frames
from bot.views import standing as said
from bot.views.digest_frame import NAMES, ROWS, Frame
from bot.views.message import Message, context, section

OVERDUE = 3
"""Overdue launches named in a launch-week digest."""
NEW = "🆕"
ROW, AFTER = 700, 2500
"""Characters of one row, and of what follows the rows: fifteen blocks then stay below what one message takes."""

Drawn = tuple[Message, tuple[Message, ...]]
"""The channel's message, and those for its thread."""


def at_risk_digest(risks: Sequence[Risk], delta: Delta, says: Said, *, frame: Frame) -> Drawn:
    """Draw what needs attention: new and worsened rows first, then the continuing ones, both worst first.

    `says` is what this digest says: it knows for how long each row has been listed.
    """
    fresh = [risk for risk in risks if _fresh(risk, delta)]
    continuing = [risk for risk in risks if not _fresh(risk, delta)]
    shown = (fresh + continuing)[:ROWS]
    title = f"At-risk onboardings — {frames.day(frame.today)} · {_tally(risks, delta)}"
    top = frames.lines(frames.headline(title, frame), _kinds(risks), *frames.notes(delta, frame))
    blocks: list[Block] = [section(top)]
    for place, risk in enumerate(shown):
        if fresh and place in (0, len(fresh)):
            blocks.append(context("*New and worsened*" if place == 0 else "*Continuing*"))
        row = _risk_row(risk, delta, says, frame=frame)
        blocks.append(section(text.clip(row, ROW), accessory=controls.open_button(risk.standing, at=place)))
    hidden = len(risks) - len(shown)
    more = f"*+{hidden} more* · the complete list by owner is in the thread" if hidden else ""
    if after := frames.lines(more, frames.gone(delta)):
        blocks.append(context(text.clip(after, AFTER)))
    remark = "risk rules are this bot’s own, Pivotal’s risk lane may differ"
    blocks.append(context(frames.footer(frame, remark)))
    rows = ((risk.standing, _line(risk.standing, delta, _why(risk), frame)) for risk in risks)
    thread = _by_owner("All that need attention", rows, frame) if hidden else ()
    new = [risk.standing for risk in fresh if risk.standing.onboarding.id in delta.new]
    return Message(frames.spoken(title, new, frame), tuple(blocks)), thread


def launch_week_digest(lanes: Lanes, delta: Delta, *, frame: Frame) -> Drawn:
    """Draw the launches: overdue ones first, this week's by day, next week's by name, and a count of the undated."""
    week = _this_week(lanes, frame)
    late, due = lanes.overdue[:OVERDUE], week[:ROWS]
    title = f"Launch week — {frames.day(frame.today)} · {_launches(lanes, week)}"
    top = frames.lines(frames.headline(title, frame), _coming(lanes, week), *frames.notes(delta, frame))
    blocks: list[Block] = [section(top)]
    more_late = _shown(len(late), len(lanes.overdue))
    if len(late) + len(due) > ROWS:
        rows = (f"{frames.name(one)} — {_launch_facts(one, delta, frame)}" for one in late)
        blocks.append(section(frames.lines(f"*Overdue*{more_late}", *rows)))
        late = ()
    elif late:
        blocks.append(context(f"*Overdue*{more_late}"))
    blocks += [_launch_row(one, delta, frame, at=place) for place, one in enumerate(late)]
    if due:
        blocks.append(context(f"*This week*{_shown(len(due), len(week))}"))
    blocks += [_launch_row(one, delta, frame, at=place) for place, one in enumerate(due, OVERDUE)]
    if after := frames.lines(_next_week(lanes), _no_target(lanes), frames.gone(delta)):
        blocks.append(section(text.clip(after, AFTER)))
    blocks.append(context(frames.footer(frame)))
    hidden = len(lanes.overdue) > OVERDUE or len(week) > ROWS or len(lanes.next_week) > NAMES
    every = (*lanes.overdue, *week, *lanes.next_week)
    rows_by_owner = ((one, _line(one, delta, "", frame)) for one in every)
    thread = _by_owner("All launches to this and next week", rows_by_owner, frame) if hidden else ()
    return Message(frames.spoken(title, week, frame, label="This week"), tuple(blocks)), thread


def _fresh(risk: Risk, delta: Delta) -> bool:
    """New since the last digest, or its date moved later since."""
    key = risk.standing.onboarding.id
    return delta.comparable and (key in delta.new or key in delta.slipped)


def _tally(risks: Sequence[Risk], delta: Delta) -> str:
    parts = [str(len(risks))] if risks else ["all clear"]
    if risks and delta.comparable:
        parts = [f"{len(risks)} ({len(delta.new)} new, {len(delta.continuing)} continuing)"]
    if delta.comparable and (recovered := delta.of(Cause.RECOVERED)):
        parts.append(f"{len(recovered)} recovered")
    return " · ".join(parts)


def _kinds(risks: Sequence[Risk]) -> str:
    """Keep apart what Pivotal says and what our rules say."""
    if not risks:
        return "No onboarding needs attention."
    marked = sum(risk.marked for risk in risks)
    verb = "needs" if len(risks) == 1 else "need"
    return (
        f"{len(risks)} {verb} attention: {marked} marked at risk in Pivotal, {len(risks) - marked} by this bot’s rules"
    )


def _risk_row(risk: Risk, delta: Delta, says: Said, *, frame: Frame) -> str:
    key = risk.standing.onboarding.id
    mark = f"{NEW} " if delta.comparable and key in delta.new else ""
    listed = (frame.today - says.rows[key].since).days
    since = f"listed for {text.count(listed, 'day')}" if listed else ""
    stalled = any(reason.rule == STALLED for reason in risk.reasons)
    head, *why = _line(risk.standing, delta, _why(risk), frame, aged=not stalled).split("\n")
    return frames.lines(f"{mark}{head}", " · ".join(filter(None, (*why, since))))


def _why(risk: Risk) -> str:
    """The reasons, but for what the line above tells already: the slip, the missing date, the missing owner."""
    told = {NO_TARGET, NO_OWNER, *((SLIPPED,) if frames.slip_shown(risk.standing) else ())}
    return " · ".join(text.escape(reason.text) for reason in risk.reasons if reason.rule not in told)


def _line(standing: Standing, delta: Delta, why: str, frame: Frame, *, aged: bool = False) -> str:
    """`*Acme Corp* #245 — Review, launch 18 Sep — Ana Ruiz`, and why on a line of its own.

    `aged` adds the days in phase, where the bot saw it enter the phase.
    """
    age = frames.days_in_phase(standing, frame) if aged else ""
    phase = said.phase(standing.onboarding.phase, phases=frame.phases)
    facts = ", ".join(filter(None, (phase, frames.target(standing, delta), age)))
    owner = said.lead(standing.onboarding, directory=frame.directory)
    return frames.lines(f"{frames.name(standing)} — {facts} — {owner}", why)


def _by_owner(title: str, rows: Iterable[tuple[Standing, str]], frame: Frame) -> tuple[Message, ...]:
    groups: dict[str, list[str]] = {}
    for standing, line in rows:
        owner = said.lead(standing.onboarding, directory=frame.directory)
        head, *why = line.split("\n")
        groups.setdefault(owner, []).append("• " + " · ".join((head.removesuffix(f" — {owner}"), *why)))
    return frames.thread(title, dict(sorted(groups.items(), key=lambda group: group[0].casefold())))


def _this_week(lanes: Lanes, frame: Frame) -> tuple[Standing, ...]:
    """This week's launches by day, those already made included."""
    monday, sunday = dates.week(frame.today)
    dated = ((one.onboarding.target_launch_date, one) for one in (*lanes.this_week, *lanes.launched))
    found = [(day, one.title.casefold(), one) for day, one in dated if day and monday <= day <= sunday]
    return tuple(one for *_, one in sorted(found, key=lambda row: row[:2]))


def _launches(lanes: Lanes, week: Sequence[Standing]) -> str:
    parts = [f"{len(week)} this week" if week else "nothing due this week"]
    parts += [f"{len(lanes.overdue)} overdue"] if lanes.overdue else []
    parts += [f"{len(lanes.next_week)} next week"] if lanes.next_week else []
    return " · ".join(parts)


def _coming(lanes: Lanes, week: Sequence[Standing]) -> str:
    """With nothing due, when the next launch is."""
    ahead = next(iter((*lanes.next_week, *lanes.later)), None)
    if week:
        return ""
    if ahead is None or ahead.onboarding.target_launch_date is None:
        return "Nothing is due, and no launch is planned."
    return (
        f"Nothing is due this week; next is {frames.name(ahead)} on {dates.full(ahead.onboarding.target_launch_date)}."
    )


def _launch_row(standing: Standing, delta: Delta, frame: Frame, *, at: int) -> Block:
    facts = frames.lines(frames.name(standing), _launch_facts(standing, delta, frame))
    return section(text.clip(facts, ROW), accessory=controls.open_button(standing, at=at))


def _launch_facts(standing: Standing, delta: Delta, frame: Frame) -> str:
    target = standing.onboarding.target_launch_date
    tick = "✅ " if frame.phases.launched(standing.onboarding.phase) else ""
    when = f"*{frames.day(target)}*" if target else "no date"
    remarks = frames.target(standing, delta).partition(" (")[2]
    slipped = f"({remarks}" if remarks else ""
    phase = said.phase(standing.onboarding.phase, phases=frame.phases)
    owner = said.lead(standing.onboarding, directory=frame.directory)
    held = "" if states.effective(standing.onboarding) == states.ACTIVE else said.state(standing.onboarding)
    return f"{tick}{' '.join(filter(None, (when, slipped)))} — {', '.join(filter(None, (phase, held)))} — {owner}"


def _next_week(lanes: Lanes) -> str:
    names = tuple(
        f"{text.name(one.title, 60)} ({frames.day(one.onboarding.target_launch_date)})"
        for one in lanes.next_week
        if one.onboarding.target_launch_date
    )
    return f"*Next week:* {text.listed(names, limit=NAMES)}" if names else ""


def _no_target(lanes: Lanes) -> str:
    return f"*No target date:* {len(lanes.no_target)}" if lanes.no_target else ""


def _shown(here: int, total: int) -> str:
    return f" · {here} of {total}, the rest in the thread" if here < total else ""
