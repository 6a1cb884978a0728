"""The launch-week digest as a channel sees it: what is overdue, this week's launches by day, and what comes after.

Each lane has a bound of its own, and the message fifteen blocks at most; what it leaves out it counts.
"""

from collections.abc import Mapping, Sequence

from slack_sdk.models.blocks import Block, ButtonElement

from bot.domain import dates, states
from bot.domain.delta import Delta
from bot.domain.launches import Lanes
from bot.domain.records import Standing
from bot.views import digest_facts as facts
from bot.views import digest_frame as frames
from bot.views import digest_rows, text
from bot.views import standing as said
from bot.views.digest_frame import AFTER, NAMES, ROWS, SECTION, TOP, Frame
from bot.views.digests import NEW, Drawn, by_owner
from bot.views.message import Message, context, section

TITLE = "Launch week"
OVERDUE = 3
"""Overdue launches named in the channel."""
BLOCKS = 15


def launch_week_digest(lanes: Lanes, made: Sequence[Standing], delta: Delta, *, frame: Frame) -> Drawn:
    """Draw the launches: overdue ones first, this week's by day, next week's by name, and a count of the undated.

    `made` are those of this week that have launched already: they follow those to come.
    """
    late, due = lanes.overdue[:OVERDUE], lanes.this_week[:ROWS]
    over = made[: ROWS - len(due)]
    hidden = len(late) + len(due) + len(over) < len(lanes.overdue) + len(lanes.this_week) + len(made)
    hidden = hidden or len(lanes.next_week) > NAMES
    title = f"{TITLE} — {frames.day(frame.today)} · {_tally(lanes, made, frame)}"
    above = (frames.headline(title, frame), _coming(lanes, made), *frames.notes(delta, frame))
    top = text.clip(frames.lines(*above), TOP)
    complete = "The complete list by owner is in the thread." if hidden else ""
    after = text.clip(frames.lines(_next_week(lanes), _no_target(lanes), frames.gone(delta), complete), AFTER)
    small = frames.footer(frame)
    headings = {
        0: f"*Overdue*{_shown(len(late), len(lanes.overdue))}\n" if late else "",
        len(late): f"*This week*{_shown(len(due), len(lanes.this_week))}\n" if due else "",
        len(late) + len(due): f"*Launched this week*{_shown(len(over), len(made))}\n" if over else "",
    }
    headings = {place: heading for place, heading in headings.items() if heading}
    room = frames.spread(len(late) + len(due) + len(over), top, after, small)
    rows = _rows((*late, *due, *over), delta, frame, headings=headings, room=room)
    listed = (*lanes.overdue, *lanes.this_week, *made, *lanes.next_week)
    button = digest_rows.see_all(frame, TITLE, had=len(listed)) if hidden else None
    ending = _ending(after, small, button, together=len(rows) + 3 > BLOCKS)
    thread = _by_owner(listed, delta, frame) if hidden else ()
    new = [one for one in listed if delta.comparable and one.onboarding.id in delta.new]
    spoken = frames.spoken(title, frame, **{"This week": lanes.this_week, "New": new})
    return Message(spoken, (section(top), *rows, *ending)), thread


def _rows(
    shown: Sequence[Standing], delta: Delta, frame: Frame, *, headings: Mapping[int, str], room: int
) -> list[Block]:
    """The rows, each with its menu; the first of a lane carries its heading, by its place."""
    pinged = facts.pings(shown, delta, frame)
    return [
        digest_rows.row(
            standing,
            f"{headings.get(place, '')}{_row(standing, delta, frame, pinged)}",
            phases=frame.phases,
            at=place,
            room=room,
            over=frame.phases.launched(standing.onboarding.phase),
        )
        for place, standing in enumerate(shown)
    ]


def _ending(after: str, small: str, button: ButtonElement | None, *, together: bool) -> list[Block]:
    """What follows the rows, and the small print: in one block where there is no room for two."""
    if after and together:
        kept = text.clip(after, SECTION - text.length(small) - 1)
        return [section(f"{kept}\n{small}", accessory=button)]
    return [*([section(after, accessory=button)] if after else []), context(small)]


def _tally(lanes: Lanes, made: Sequence[Standing], frame: Frame) -> str:
    due = f"{len(lanes.this_week)} this week" if lanes.this_week else "nothing due this week"
    parts = [f"{due}, {len(made)} launched" if made else due]
    parts += [f"{len(lanes.overdue)} overdue"] if lanes.overdue else []
    parts += [f"{len(lanes.next_week)} next week"] if lanes.next_week else []
    parts += [f"{len(frame.snoozed)} snoozed in the at-risk digest"] if frame.snoozed else []
    return " · ".join(parts)


def _coming(lanes: Lanes, made: Sequence[Standing]) -> str:
    """With nothing due, when the next launch is."""
    ahead = next(iter((*lanes.next_week, *lanes.later)), None)
    if lanes.this_week or made:
        return ""
    if ahead is None or ahead.onboarding.target_launch_date is None:
        return "Nothing is due, and no launch is planned."
    return (
        f"Nothing is due this week; next is {frames.name(ahead)} on {dates.full(ahead.onboarding.target_launch_date)}."
    )


def _row(standing: Standing, delta: Delta, frame: Frame, pinged: Mapping[str, str]) -> str:
    """The row in two lines: `*Fri 11 Sep* — *Acme Corp* #245`, and how it stands."""
    fresh = f"{NEW} " if delta.comparable and standing.onboarding.id in delta.new else ""
    owner = facts.owner(standing, frame, pinged)
    return f"{fresh}{_named(standing, frame)}\n{_facts(standing, delta, frame, owner)}"


def _named(standing: Standing, frame: Frame) -> str:
    target = standing.onboarding.target_launch_date
    tick = "✅ " if frame.phases.launched(standing.onboarding.phase) else ""
    return f"{tick}*{frames.day(target) if target else 'no date'}* — {frames.name(standing)}"


def _facts(standing: Standing, delta: Delta, frame: Frame, owner: str) -> str:
    """`Review, ⚠️ At risk — Ana Ruiz · was 4 Sep (slipped 7 d)`."""
    onboarding, target = standing.onboarding, standing.onboarding.target_launch_date
    launched = frame.phases.launched(onboarding.phase)
    held = "" if states.effective(onboarding) == states.ACTIVE else said.state(onboarding)
    place = ", ".join(filter(None, (said.phase(onboarding.phase, phases=frame.phases), held)))
    late = (frame.today - target).days if target and not launched else 0
    was, slip = facts.slipped_from(standing, delta), facts.slip(standing, delta)
    asleep = next((one for one in frame.snoozed if one.onboarding_id == onboarding.id), None)
    return " · ".join(
        filter(
            None,
            (
                " — ".join(filter(None, (place, owner))),
                f"{text.count(late, 'day')} overdue" if late > 0 else "",
                f"was {was} {slip}" if was else slip.strip("()"),
                facts.set_by(standing, frame),
                f"snoozed in the at-risk digest until {dates.short(asleep.until)}" if asleep else "",
            ),
        )
    )


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
    return f" · {here} of {total}, +{total - here} more" if here < total else ""


def _by_owner(rows: Sequence[Standing], delta: Delta, frame: Frame) -> tuple[Message, ...]:
    told = ((one, f"{_named(one, frame)} — {_facts(one, delta, frame, '')}") for one in rows)
    return by_owner("All launches to this and next week", told, frame)
