"""When a snooze ends: on its day, or as soon as phase, state, target date or an owner is another."""

from collections.abc import Iterable
from datetime import date, timedelta

from bot.domain.history import FIELDS, value
from bot.domain.records import Observation, Snooze, Standing
from bot.pivotal.models import OnboardingRow

DEFAULT_DAYS = 14
LONGEST_DAYS = 30
_ZONES_APART = 2
"""Days by which whoever snoozes may be ahead of who looks."""


def fingerprint(onboarding: OnboardingRow) -> str:
    """Put down what a snooze is made in view of; two are the same as long as none of it has changed."""
    return "|".join(f"{field}={value(onboarding, field) or ''}" for field in FIELDS)


def unchanged(snooze: Snooze, standing: Standing | None) -> bool:
    """Whether the onboarding is as it was when it was snoozed; `standing` is None when it is gone."""
    return standing is not None and fingerprint(standing.onboarding) == snooze.seen


def lasts(snooze: Snooze, *, today: date, seen: Iterable[Observation] = ()) -> bool:
    """Whether its day is still to come, and nothing was observed since: a change that was taken back wakes it too.

    A day further ahead than anybody may choose was chosen by a clock that was ahead.
    """
    changes = (one for one in seen if one.onboarding_id == snooze.onboarding_id and one.seen_at > snooze.at)
    return today < snooze.until and not too_far(snooze, today=today) and not any(changes)


def too_far(snooze: Snooze, *, today: date) -> bool:
    """Whether its day is further ahead than anybody may choose: by a clock that was ahead then, or is behind now."""
    return snooze.until - today > timedelta(LONGEST_DAYS + _ZONES_APART)
