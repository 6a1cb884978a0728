"""The at-risk digest as a channel sees it: one short message, and the complete list by owner for its thread.

A message has at most ten rows and fifteen blocks, whatever there is to say; what it leaves out it counts.
"""

from collections.abc import Iterable, Mapping, Sequence, Sized

from slack_sdk.models.blocks import Block

from bot.domain.delta import Cause, Delta
from bot.domain.records import Said, Standing
from bot.domain.risk import MARKED, SLIPPED, STALLED, WAITING, Reason, Risk
from bot.views import digest_facts as facts
from bot.views import digest_frame as frames
from bot.views import digest_rows, text
from bot.views import standing as said
from bot.views.digest_frame import AFTER, ROWS, TOP, Frame
from bot.views.message import Message, context, section

NEW = "🆕"
TITLE = "At-risk onboardings"
SET_BY = "set_by"
"""In the place of a rule: a state set through the bot that no rule is about."""

Drawn = tuple[Message, tuple[Message, ...]]
"""The channel's message, and those for its thread."""


def ordered(risks: Sequence[Risk], delta: Delta) -> tuple[Risk, ...]:
    """New rows, then worsened ones, then those that continue; within each as they come, worst first."""
    return tuple(sorted(risks, key=lambda risk: (not _new(risk, delta), not _fresh(risk, delta))))


def at_risk_digest(risks: Sequence[Risk], delta: Delta, says: Said, *, frame: Frame) -> Drawn:
    """Draw what needs attention, in the order of `ordered`.

    `says` is what this digest says: it knows for how long each row has been listed.
    """
    rows = ordered(risks, delta)
    shown, hidden = rows[:ROWS], len(rows[ROWS:])
    title = f"{TITLE} — {frames.day(frame.today)} · {_tally(risks, delta, frame)}"
    above = (frames.headline(title, frame), _kinds(risks, frame), *frames.notes(delta, frame))
    top = text.clip(frames.lines(*above), TOP)
    more = f"*+{hidden} more* · the complete list by owner is in the thread" if hidden else ""
    after = text.clip(frames.lines(more, frames.gone(delta)), AFTER)
    small = frames.footer(frame, "risk rules are this bot’s own, Pivotal’s risk lane may differ")
    room = frames.spread(len(shown), top, after, small)
    blocks: list[Block] = [section(top), *_rows(shown, delta, says, frame=frame, room=room)]
    if after:
        everything = digest_rows.see_all(frame, TITLE, had=len(rows)) if hidden else None
        blocks.append(section(after, accessory=everything))
    blocks.append(context(small))
    thread = _by_owner(risks, delta, frame) if hidden else ()
    new = [risk.standing for risk in rows if _new(risk, delta)]
    return Message(frames.spoken(title, frame, New=new), tuple(blocks)), thread


def by_owner(title: str, rows: Iterable[tuple[Standing, str]], frame: Frame) -> tuple[Message, ...]:
    """Every row under its owner, in messages for the thread."""
    groups: dict[str, list[str]] = {}
    for standing, told in rows:
        groups.setdefault(said.lead(standing.onboarding, directory=frame.directory), []).append(f"• {told}")
    return frames.thread(title, dict(sorted(groups.items(), key=lambda group: group[0].casefold())))


def _new(risk: Risk, delta: Delta) -> bool:
    return delta.comparable and risk.standing.onboarding.id in delta.new


def _fresh(risk: Risk, delta: Delta) -> bool:
    """New since the last digest, or worse: its date moved later since, or a rule fires that did not."""
    key = risk.standing.onboarding.id
    return delta.comparable and (key in delta.new or key in delta.slipped or key in delta.worse)


def _tally(risks: Sequence[Risk], delta: Delta, frame: Frame) -> str:
    parts = [str(len(risks)) if risks else but(frame.snoozed) or "all clear"]
    if risks and delta.comparable:
        parts = [f"{len(risks)} ({len(delta.new)} new, {len(delta.continuing)} continuing)"]
    if delta.comparable and (recovered := delta.of(Cause.RECOVERED)):
        parts.append(f"{len(recovered)} recovered")
    if risks and frame.snoozed:
        parts.append(f"{len(frame.snoozed)} snoozed")
    return " · ".join(parts)


def but(snoozed: Sized) -> str:
    """`nothing but 1 snoozed`: what there is to say where all that needs attention sleeps; nothing where none does."""
    return f"nothing but {len(snoozed)} snoozed" if snoozed else ""


def _kinds(risks: Sequence[Risk], frame: Frame) -> str:
    """Keep apart what Pivotal says and what our rules say."""
    if not risks and frame.snoozed:
        sleeps = "1 that is" if len(frame.snoozed) == 1 else f"{len(frame.snoozed)} that are"
        return f"No onboarding needs attention but {sleeps} snoozed."
    if not risks:
        return "No onboarding needs attention."
    marked = sum(risk.marked for risk in risks)
    verb = "needs" if len(risks) == 1 else "need"
    return (
        f"{len(risks)} {verb} attention: {marked} marked at risk in Pivotal, {len(risks) - marked} by this bot’s rules"
    )


def _rows(shown: Sequence[Risk], delta: Delta, says: Said, *, frame: Frame, room: int) -> list[Block]:
    """The rows under their headings, each with its menu."""
    fresh = sum(_fresh(risk, delta) for risk in shown)
    pinged = facts.pings((risk.standing for risk in shown), delta, frame)
    since = f" since {frames.day(frame.since)}" if frame.since else ""
    headings = {0: f"*New and worsened{since}*", fresh: "*Continuing*"} if fresh else {}
    blocks: list[Block] = []
    for place, risk in enumerate(shown):
        if place in headings:
            blocks.append(context(headings[place]))
        told = _row(risk, delta, says, frame=frame, pinged=pinged)
        blocks.append(digest_rows.row(risk.standing, told, phases=frame.phases, at=place, room=room))
    return blocks


def _row(risk: Risk, delta: Delta, says: Said, *, frame: Frame, pinged: Mapping[str, str]) -> str:
    """The row in two lines: `🆕 *Acme Corp* #245 — Review, launch 18 Sep — Ana Ruiz`, and why it is one."""
    key = risk.standing.onboarding.id
    mark = f"{NEW} " if _new(risk, delta) else ""
    listed = (frame.today - says.rows[key].since).days
    since = f"listed for {text.count(listed, 'day')}" if listed else ""
    aged = "" if any(reason.rule == STALLED for reason in risk.reasons) else facts.days_in_phase(risk.standing, frame)
    where = ", ".join(filter(None, (_facts(risk.standing, delta, frame), aged)))
    head = f"{mark}{frames.name(risk.standing)} — {where} — {facts.owner(risk.standing, frame, pinged)}"
    return frames.lines(head, " · ".join(filter(None, (*_why(risk, delta, frame), since))))


def _facts(standing: Standing, delta: Delta, frame: Frame) -> str:
    phase = said.phase(standing.onboarding.phase, phases=frame.phases)
    return f"{phase}, {facts.target(standing, delta)}"


def _why(risk: Risk, delta: Delta, frame: Frame) -> list[str]:
    """The reasons, what is worse than last time first; but for the slip that the line above tells already."""
    told = (SLIPPED,) if facts.slip_shown(risk.standing) else ()
    worse = delta.worse.get(risk.standing.onboarding.id, frozenset()) if delta.comparable else frozenset()
    reasons = {one.rule: _reason(one) for one in risk.reasons if one.rule not in told}
    if who := facts.set_by(risk.standing, frame):
        rule = next((one for one in (MARKED, WAITING) if one in reasons), None)
        state = reasons[rule] if rule else said.state(risk.standing.onboarding)
        reasons[rule or SET_BY] = f"{state}, {who}"
    since = [reasons[rule] for rule in reasons if rule in worse]
    before = [reasons[rule] for rule in reasons if rule not in worse]
    return [*([f"worse: {' · '.join(since)}"] if since else []), *before]


def _reason(reason: Reason) -> str:
    return text.name(reason.text, 160)


def _by_owner(risks: Sequence[Risk], delta: Delta, frame: Frame) -> tuple[Message, ...]:
    """The complete list, worst first under each owner."""
    rows = (
        (
            risk.standing,
            " · ".join(
                (f"{frames.name(risk.standing)} — {_facts(risk.standing, delta, frame)}", *_why(risk, delta, frame))
            ),
        )
        for risk in risks
    )
    return by_owner("All that need attention", rows, frame)
