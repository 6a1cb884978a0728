"""The at-risk digest: which onboardings need attention, why, and what changed since the last one."""

from dataclasses import asdict
from datetime import time

from bot.digests.digest import Briefing, Digest, Written
from bot.domain import delta, risk
from bot.domain.risk import DEFAULTS
from bot.views import digests as views


def write(briefing: Briefing) -> Written:
    """Write it from a briefing. With nothing to say it is silent, but for one "all clear" after a digest with rows."""
    risks = risk.at_risk(
        briefing.narrowed,
        phases=briefing.phases,
        today=briefing.today,
        now=briefing.now,
        thresholds=DEFAULTS,
        medians=briefing.medians,
    )
    says = delta.say(
        (one.standing for one in risks),
        previous=briefing.previous,
        today=briefing.today,
        rules=fingerprint(briefing.subscription.filters),
    )
    changed = delta.compare(
        briefing.previous, says, listed=briefing.listed, everything=briefing.everything, phases=briefing.phases
    )
    message, thread = views.at_risk_digest(risks, changed, says, frame=briefing.frame())
    had_rows = briefing.previous is not None and bool(briefing.previous.rows)
    return Written(message, thread, says, silent=not risks and not had_rows)


def fingerprint(filters: str) -> str:
    """What has to be the same for two digests to be comparable: the filters as typed, and the rules' thresholds."""
    return f"{filters}|{sorted(asdict(DEFAULTS).items())}"


digest = Digest("at-risk", "At-risk onboardings", days="mon-fri", at=time(9), write=write, place=1)
