"""How one onboarding is said in words: progress, state, target date, owners; every card, list and digest says it so."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

from bot.domain import dates, states
from bot.domain.phases import Phases
from bot.domain.records import AuditEntry, Directory, History, Standing
from bot.domain.risk import Reason
from bot.pivotal.models import CustomerRow, OnboardingRow
from bot.views import text

WEB = "https://my.pivotal.app"
TEST_BADGE = "`TEST`"
NOBODY = "—"

_BEHIND, _HERE, _AHEAD = "●", "◐", "○"
_DOTS = 12
"""A longer list of phases is told in numbers only."""
_SLACK_ID = re.compile(r"[UW][A-Z0-9]+")
_MEANWHILE = timedelta(minutes=2)
"""A change of state is seen within so long of the audit row about it; what is seen later was done by somebody else."""
_ROLES = (("CSM", "csm_id"), ("SE", "se_id"), ("Designer", "designer_id"))


def heading(standing: Standing, *, limit: int = 150, test_key: bool = False) -> str:
    """`*Acme Corp*  ·  #245`, with the badge of a test key; a name longer than `limit` is shortened."""
    line = f"*{text.name(standing.title, limit)}*  ·  #{standing.onboarding.display_id}"
    return f"{line}  ·  {TEST_BADGE}" if test_key else line


def called(standing: Standing, *, limit: int = 80) -> str:
    """`Acme Corp (onboarding #245)`: whom a sentence is about, leaving no doubt whose number it is."""
    return f"{text.name(standing.title, limit)} (onboarding #{standing.onboarding.display_id})"


def phase(phase: str, *, phases: Phases) -> str:
    """The phase by its label, safe for our markup; an unknown one as Pivotal says it."""
    return text.name(phases.label(phase), 60)


def progress(onboarding: OnboardingRow, *, phases: Phases) -> str:
    """`●●●◐○○○  Program buildout (4 of 7)`; an unknown phase has no place to point at."""
    position, total = phases.position(onboarding.phase), len(phases)
    told = place(onboarding, phases=phases)
    if position is None or total > _DOTS:
        return told
    here = _BEHIND if phases.terminal(onboarding.phase) else _HERE
    return f"{_BEHIND * (position - 1)}{here}{_AHEAD * (total - position)}  {told}"


def place(onboarding: OnboardingRow, *, phases: Phases) -> str:
    """`Program buildout (4 of 7)`, for a line that has no room for dots."""
    label, position = phase(onboarding.phase, phases=phases), phases.position(onboarding.phase)
    return f"{label} ({position} of {len(phases)})" if position else label


def state(onboarding: OnboardingRow) -> str:
    """Every state it is in, as emoji and word, never one without the other."""
    held = states.held(onboarding) or (states.ACTIVE,)
    return " and ".join(f"{states.emoji(one)} {text.name(states.label(one), 60)}" for one in held)


def time_in_phase(history: History, *, today: date, zone: ZoneInfo) -> str:
    """`12 days in phase`, or `at least 12 days in phase` where it was not seen to enter; nothing if less is known."""
    days = _days(history.phase_since, history.phase_at_least, today=today, zone=zone)
    if days:
        return f"{days} in phase"
    return "entered this phase today" if history.phase_since else ""


def lasting_state(onboarding: OnboardingRow, history: History, *, today: date, zone: ZoneInfo) -> str:
    """The state with how long it has lasted: `⚠️ At risk (for 5 days)`, or `(for at least 5 days)`."""
    days = _days(history.state_since, history.state_at_least, today=today, zone=zone)
    return f"{state(onboarding)} (for {days})" if days and states.held(onboarding) else state(onboarding)


def moved(history: History) -> str:
    """`moved twice`: how often the bot saw the target date move later; nothing when it saw none."""
    times = len(history.slips)
    return f"moved {('once', 'twice')[times - 1] if times <= 2 else f'{times} times'}" if times else ""


def target(onboarding: OnboardingRow, *, today: date) -> str:
    """`Fri 18 Sep 2026 (in 9 days)`, or that there is no date."""
    day = onboarding.target_launch_date
    return f"{dates.full(day)} ({dates.distance(day, today)})" if day else "no date yet"


def dated(onboarding: OnboardingRow, *, today: date) -> str:
    """`Target date Fri 18 Sep 2026 (in 9 days)`, or `No target date`."""
    return f"Target date {target(onboarding, today=today)}" if onboarding.target_launch_date else "No target date"


def brief_target(onboarding: OnboardingRow, *, today: date) -> str:
    """`launch 18 Sep (in 9 days)`, for a line in a list."""
    day = onboarding.target_launch_date
    return f"launch {dates.short(day)} ({dates.distance(day, today)})" if day else "no target date"


def owners(onboarding: OnboardingRow, *, directory: Directory) -> str:
    """`CSM Ana Ruiz · SE Ben Okafor · Designer —`: names without a ping, and a dash for nobody."""
    roles = [*_ROLES, ("Product ops", "product_ops_id")] if onboarding.product_ops_id else _ROLES
    return " · ".join(f"{role} {_owner(getattr(onboarding, field), directory)}" for role, field in roles)


def lead(onboarding: OnboardingRow, *, directory: Directory) -> str:
    """The one name a line in a list has room for: the CSM, else the SE, else `no owner`."""
    owner = onboarding.csm_id or onboarding.se_id
    return _owner(owner, directory) if owner else "no owner"


def person(onboarding: OnboardingRow, *, directory: Directory) -> str:
    """The Slack user id of that one person, if an admin confirmed who they are; else nothing."""
    known = directory.people.get(onboarding.csm_id or onboarding.se_id or "")
    slack_id = known.slack_id if known and known.confirmed else None
    return slack_id if slack_id and _SLACK_ID.fullmatch(slack_id) else ""


def still(onboarding: OnboardingRow, entry: AuditEntry, *, since: datetime | None) -> bool:
    """Whether the state it is in is the one an audit row tells of; `since` is when it was seen to get into it."""
    told = any(states.label(one) in entry.after for one in states.held(onboarding))
    return told and (since is None or since - entry.at < _MEANWHILE)


def why(reasons: Sequence[Reason], *, limit: int) -> str:
    """`Why: target date passed 3 days ago · no owner`, the worst reasons first and at most `limit` of them."""
    told = [text.name(reason.text, 160) for reason in reasons[:limit]]
    left = len(reasons) - limit
    return " · ".join([f"Why: {told[0]}", *told[1:], *([f"and {left} more"] if left > 0 else [])])


def page(customer: CustomerRow, *, web: str = WEB) -> str:
    """The customer's page in Pivotal, https://docs.pivotal.app/api/guides/display-id-vs-id; it ignores the slug."""
    slug = f"-{quote(customer.slug, safe='')[:200]}" if customer.slug else ""
    return f"{web.rstrip('/')}/customers/{customer.display_id}{slug}"


def as_of(moment: datetime, *, now: datetime, zone: ZoneInfo, stale: bool | str = False) -> str:
    """`as of 09:41` on the reader's clock, with the day when it is another.

    `stale` says that nothing newer could be had, or says why in words of its own.
    """
    local = moment.astimezone(zone)
    day = "" if local.date() == now.astimezone(zone).date() else f"{dates.short(local.date())} "
    stamp = f"as of {day}{local:%H:%M}"
    why = text.escape(stale.rstrip(".")) if isinstance(stale, str) else "Pivotal is not answering"
    return f"{why}, {stamp}" if stale else stamp


def joined(*parts: str) -> str:
    """The parts that say something, with a dot between them."""
    return "  ·  ".join(part for part in parts if part)


def _days(since: datetime | None, at_least: datetime | None, *, today: date, zone: ZoneInfo) -> str:
    """`12 days`, `at least 12 days`, or nothing when nobody knows, or it is not a day yet."""
    begun = since or at_least
    days = (today - begun.astimezone(zone).date()).days if begun else 0
    return f"{'' if since else 'at least '}{text.count(days, 'day')}" if days > 0 else ""


def _owner(pivotal_id: str | None, directory: Directory) -> str:
    return text.name(directory.name(pivotal_id), 60) if pivotal_id else NOBODY
