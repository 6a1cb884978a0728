"""What a digest says of one onboarding: its date and how that slipped, its age, who set its state, whom it pings."""

from collections.abc import Iterable, Mapping

from bot.domain import dates
from bot.domain.delta import Delta
from bot.domain.records import Standing
from bot.views import standing as said
from bot.views import text
from bot.views.digest_frame import Frame


def pings(rows: Iterable[Standing], delta: Delta, frame: Frame) -> dict[str, str]:
    """Slack user id by onboarding id: whom a row pings, where this digest may ping at all.

    Only the owner the row names, if an admin confirmed who that is; only where the row is new or launches today; and
    nobody twice.
    """
    found: dict[str, str] = {}
    for standing in rows if frame.mentions else ():
        onboarding = standing.onboarding
        launches = onboarding.target_launch_date == frame.today and not frame.phases.launched(onboarding.phase)
        person = said.person(onboarding, directory=frame.directory)
        if person and person not in found.values() and (launches or (delta.comparable and onboarding.id in delta.new)):
            found[onboarding.id] = person
    return found


def owner(standing: Standing, frame: Frame, pinged: Mapping[str, str]) -> str:
    """The owner a row names, pinged or not."""
    slack_id = pinged.get(standing.onboarding.id)
    return f"<@{slack_id}>" if slack_id else said.lead(standing.onboarding, directory=frame.directory)


def set_by(standing: Standing, frame: Frame) -> str:
    """`set by Ana Ruiz, 4 Sep: waiting for DNS`; nothing unless the state it is in was set through the bot."""
    onboarding, entry = standing.onboarding, frame.set_by.get(standing.onboarding.id)
    if entry is None or not said.still(onboarding, entry, since=standing.history.state_since):
        return ""
    why = f": {text.name(entry.reason, 160)}" if entry.reason else ""
    return f"set by {text.name(entry.name, 60)}, {dates.short(entry.at.astimezone(frame.zone).date())}{why}"


def slip_shown(standing: Standing) -> bool:
    """Whether the last slip seen is what made the present date."""
    slips = standing.history.slips
    return bool(slips) and slips[-1].after == standing.onboarding.target_launch_date


def target(standing: Standing, delta: Delta) -> str:
    """`launch 4 Sep → 18 Sep (slipped 14 d, 2nd time)`, as much of it as was seen."""
    due = standing.onboarding.target_launch_date
    if due is None:
        return "no target date"
    moved = slipped_from(standing, delta)
    return " ".join(filter(None, ("launch", f"{moved} →" if moved else "", dates.short(due), slip(standing, delta))))


def slipped_from(standing: Standing, delta: Delta) -> str:
    """`4 Sep`: the date it had in the last digest, where it has moved later since."""
    moved = delta.slipped.get(standing.onboarding.id) if delta.comparable else None
    return dates.short(moved.before) if moved else ""


def slip(standing: Standing, delta: Delta) -> str:
    """`(slipped 14 d, 2nd time)`: the slip that made the present date, where one was seen."""
    slips, moved = standing.history.slips, delta.slipped.get(standing.onboarding.id)
    if not slip_shown(standing):
        return f"(slipped {(moved.after - moved.before).days} d)" if moved and delta.comparable else ""
    nth = f", {_nth(len(slips))} time" if len(slips) > 1 else ""
    return f"(slipped {slips[-1].days} d{nth})"


def days_in_phase(standing: Standing, frame: Frame) -> str:
    """`19 d in phase`, with `at least` where the bot did not see it enter the phase; nothing for less than a day."""
    seen, at_least = standing.history.phase_since, standing.history.phase_at_least
    since = seen or at_least
    days = (frame.today - since.astimezone(frame.zone).date()).days if since else 0
    return f"{'' if seen else 'at least '}{days} d in phase" if days > 0 else ""


def _nth(count: int) -> str:
    ending = "th" if count % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th")
    return f"{count}{ending}"
