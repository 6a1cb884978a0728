"""The at-risk digest: which onboardings need attention, why, and what changed since the last one."""

from dataclasses import asdict, replace
from datetime import time

from bot.digests.digest import Briefing, Digest, Written
from bot.domain import delta, risk
from bot.domain.risk import DEFAULTS, Moment, Thresholds
from bot.views import digests as views


def write(briefing: Briefing) -> Written:
    """Write it from a briefing. With nothing to say it is silent, but for one "all clear" after a digest with rows."""
    moment = Moment(briefing.phases, briefing.today, briefing.frame.now, briefing.thresholds, briefing.medians)
    every = risk.at_risk(briefing.narrowed, moment)
    asleep = {one.onboarding_id: one for one in briefing.frame.snoozed}
    risks = tuple(one for one in every if one.standing.onboarding.id not in asleep)
    hidden = [asleep[key] for one in every if (key := one.standing.onboarding.id) in asleep]
    says = delta.say(
        (one.standing for one in risks),
        previous=briefing.previous,
        today=briefing.today,
        rules=fingerprint(briefing.rules, briefing.thresholds),
        fired={one.standing.onboarding.id: tuple(reason.rule for reason in one.reasons) for one in risks},
    )
    changed = delta.compare(
        briefing.previous,
        says,
        listed=briefing.listed,
        everything=briefing.everything,
        phases=briefing.phases,
        snoozed=asleep,
    )
    frame = replace(briefing.frame, snoozed=tuple(hidden), seen_since=briefing.seen_since)
    message, thread = views.at_risk_digest(risks, changed, says, frame=frame)
    had_rows = briefing.previous is not None and bool(briefing.previous.rows)
    silent = briefing.subscription.quiet and not risks and not had_rows
    return Written(message, thread, says, silent=silent, but=views.but(hidden), rows=views.ordered(risks, changed))


def fingerprint(filters: str, thresholds: Thresholds = DEFAULTS) -> str:
    """What has to be the same for two digests to be comparable: what the filters keep, and the rules' thresholds."""
    return f"{filters}|{sorted(asdict(thresholds).items())}"


digest = Digest("at-risk", "At-risk onboardings", days="mon-fri", at=time(9), write=write, place=1)
