"""The launch-week digest: what launches this week and next, what should have by now, and what moved out."""

from datetime import time

from bot.digests.digest import Briefing, Digest, Written
from bot.domain import delta
from bot.domain.delta import Cause
from bot.domain.launches import lanes
from bot.views import digests as views


def write(briefing: Briefing) -> Written:
    """Write it from a briefing; a week without launches is worth its one line too."""
    found = lanes(briefing.narrowed, phases=briefing.phases, today=briefing.today)
    says = delta.say(
        (*found.overdue, *found.this_week, *found.next_week),
        previous=briefing.previous,
        today=briefing.today,
        rules=briefing.subscription.filters,
    )
    changed = delta.compare(
        briefing.previous,
        says,
        listed=briefing.listed,
        everything=briefing.everything,
        phases=briefing.phases,
        otherwise=Cause.MOVED_OUT,
    )
    message, thread = views.launch_week_digest(found, changed, frame=briefing.frame())
    return Written(message, thread, says)


digest = Digest("launch-week", "Launch week", days="mon", at=time(9), write=write)
