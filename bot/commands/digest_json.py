"""A digest as JSON: what was written, each row with its reasons, and the numbers of a portfolio, for other programs."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.digests.digest import Written
from bot.domain import dates, states
from bot.domain.records import OWNER_ROLES, Directory, Snapshot, Standing, Subscription
from bot.domain.risk import Risk
from bot.domain.weekly import Launched, Slipped, Week

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """A digest that was written, for whom, when, and from what."""

    written: Written
    subscription: Subscription
    snapshot: Snapshot
    directory: Directory
    now: datetime
    test_key: bool


def document(told: Told) -> str:
    """The digest as one JSON object; dates are ISO, instants are UTC."""
    written, subscription = told.written, told.subscription
    found: Json = {
        "kind": subscription.kind,
        "headline": written.message.text,
        "date": dates.today(told.now, subscription.zone).isoformat(),
        "zone": subscription.zone,
        "filters": subscription.filters,
        "as_of": told.snapshot.as_of.isoformat(),
        "stale": told.snapshot.stale,
        "test_key": told.test_key,
        "rows": [_row(row, told) for row in written.rows],
        "numbers": _numbers(written.numbers) if isinstance(written.numbers, Week) else None,
    }
    return json.dumps(found, ensure_ascii=False, indent=2)


def _row(row: Risk | Standing, told: Told) -> Json:
    standing = row.standing if isinstance(row, Risk) else row
    onboarding, directory = standing.onboarding, told.directory
    target = onboarding.target_launch_date
    owners = {role: getattr(onboarding, f"{role}_id") for role in OWNER_ROLES}
    found: dict[str, Any] = {
        **_named(standing),
        "phase": onboarding.phase,
        "state": states.effective(onboarding),
        "target_launch_date": target.isoformat() if target else None,
        "owners": {
            role: {"id": owner, "name": directory.people[owner].name if owner in directory.people else None}
            for role, owner in owners.items()
            if owner
        },
    }
    if isinstance(row, Risk):
        found["marked"] = row.marked
        found["reasons"] = [{"rule": reason.rule, "text": reason.text} for reason in row.reasons]
    return found


def _numbers(week: Week) -> Json:
    return {
        "since": week.since.isoformat(),
        "open": week.open,
        "phases": [{"phase": one.phase, "total": one.total, "states": dict(one.states)} for one in week.phases],
        "launched": [_launched(one) for one in week.launched],
        "median_days": {phase: round(days, 1) for phase, days in week.medians},
        "slipped": [_slipped(one) for one in week.slipped],
    }


def _launched(one: Launched) -> Json:
    target = one.target.isoformat() if one.target else None
    return {**_named(one.standing), "on": one.on.isoformat(), "target": target, "days_late": one.late}


def _slipped(one: Slipped) -> Json:
    dates_ = {"before": one.before.isoformat(), "after": one.after.isoformat()}
    return {**_named(one.standing), **dates_, "days": one.days}


def _named(standing: Standing) -> Json:
    onboarding = standing.onboarding
    return {"id": onboarding.id, "display_id": onboarding.display_id, "customer": standing.title}
