"""The portfolio digest: once a week where all stand, what launched, what slipped, and how long phases take."""

from dataclasses import replace
from datetime import time

from bot.digests.digest import Briefing, Digest, Written
from bot.domain import delta, weekly
from bot.domain.records import Said
from bot.views import chart
from bot.views import portfolio as views


def write(briefing: Briefing) -> Written:
    """Write it from a briefing, with a chart where one can be drawn; without an onboarding there is nothing to say."""
    frame = replace(briefing.frame, snoozed_elsewhere=True, seen_since=briefing.seen_since)
    week = weekly.week(briefing.narrowed, phases=frame.phases, now=frame.now, zone=frame.zone, medians=briefing.medians)
    says = Said(rules=briefing.rules)
    known = delta.compare(briefing.previous, says, listed={}, everything={}, phases=briefing.phases)
    return Written(
        views.portfolio_digest(week, known, frame=frame),
        (),
        says,
        silent=briefing.subscription.quiet and not briefing.narrowed.standings,
        picture=chart.picture(week, frame=frame) if briefing.pictures and week.open and chart.available() else None,
        numbers=week,
    )


digest = Digest("portfolio", "Portfolio", days="fri", at=time(15), write=write, place=2)
