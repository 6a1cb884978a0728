"""When a snooze ends: on its day, or as soon as phase, state, target date or an owner is another."""

from collections.abc import Iterable
from datetime import date

from bot.domain.history import FIELDS, value
from bot.domain.records import Observation, Snooze, Standing
from bot.pivotal.models import OnboardingRow

DEFAULT_DAYS = 14
LONGEST_DAYS = 30


def fingerprint(onboarding: OnboardingRow) -> str:
    """Put down what a snooze is made in view of; two are the same as long as none of it has changed."""
    return "|".join(f"{field}={value(onboarding, field) or ''}" for field in FIELDS)


def active(snooze: Snooze, standing: Standing | None, *, today: date, seen: Iterable[Observation] = ()) -> bool:
    """Whether it still sleeps on the channel's day `today`.

    `standing` is the onboarding now, None when it is gone. `seen` is what was observed of it: a change that was taken
    back wakes it too.
    """
    if standing is None or today >= snooze.until or fingerprint(standing.onboarding) != snooze.seen:
        return False
    return not any(one.onboarding_id == snooze.onboarding_id and one.seen_at > snooze.at for one in seen)
