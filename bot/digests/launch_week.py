"""The launch-week digest: what launches this week and next, what should have by now, and what moved out."""

from dataclasses import replace
from datetime import time

from bot.digests.digest import Briefing, Digest, Written
from bot.domain import delta, launches
from bot.domain.delta import Cause
from bot.views.launch_digest import launch_week_digest


def write(briefing: Briefing) -> Written:
    """Write it from a briefing; a week without launches is worth its one line too."""
    first, today = briefing.week_first, briefing.today
    lanes = launches.lanes(briefing.narrowed, phases=briefing.phases, today=today, first=first)
    made = launches.made(lanes, today=today, first=first)
    says = delta.say(
        (*lanes.overdue, *lanes.this_week, *lanes.next_week),
        previous=briefing.previous,
        today=today,
        rules=f"{briefing.rules}|{first}",
    )
    changed = delta.compare(
        briefing.previous,
        says,
        listed=briefing.listed,
        everything=briefing.everything,
        phases=briefing.phases,
        otherwise=Cause.MOVED_OUT,
    )
    asleep = tuple(one for one in briefing.frame.snoozed if one.onboarding_id in briefing.listed)
    frame = replace(briefing.frame, snoozed=asleep, snoozed_elsewhere=True, seen_since=briefing.seen_since)
    message, thread = launch_week_digest(lanes, made, changed, frame=frame)
    return Written(message, thread, says, rows=(*lanes.overdue, *lanes.this_week, *made, *lanes.next_week))


digest = Digest("launch-week", "Launch week", days="mon", at=time(9), write=write)
