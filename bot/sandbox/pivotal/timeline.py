"""The timeline of an onboarding: what changed, by whom, and what Pivotal did by itself thereupon."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from bot.sandbox.pivotal.kinds import stamp
from bot.sandbox.pivotal.moves import AUTOMATED
from bot.sandbox.pivotal.table import Record

if TYPE_CHECKING:
    from bot.sandbox.pivotal.world import Change

EVENTS = {
    "phase": "phase_changed",
    "state": "state_changed",
    "waiting_on_customer": "waiting_changed",
    "target_launch_date": "target_shifted",
    "csm_id": "owner_changed",
    "se_id": "owner_changed",
    "designer_id": "owner_changed",
    "product_ops_id": "owner_changed",
    "notes": "notes_changed",
    "name": "renamed",
}
"""The event that a change of a field is logged as."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline. `at` is an ISO instant; `before` and `after` are the API's own values."""

    at: str
    actor: str
    event: str
    before: Any = None
    after: Any = None

    def row(self) -> dict[str, Any]:
        """The line as JSON takes it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Transition:
    """One phase move, as Pivotal keeps it for its reports. The API has no way to give a reason."""

    from_phase: str
    to_phase: str
    actor: str
    at: str


def entries(change: "Change", *, phases: tuple[str, ...]) -> Iterator[Entry]:
    """Say a change of an onboarding in lines, its automations included."""
    at, actor = stamp(change.at), change.actor.name
    if change.verb != "updated":
        yield Entry(at, actor, change.verb)
    for field, before in change.before.items():
        if field in EVENTS:
            yield Entry(at, actor, EVENTS[field], before, change.record[field])
    entered = "phase" in change.before or change.verb == "created"
    if entered and change.record["phase"] == AUTOMATED and AUTOMATED in phases:
        yield from _automations(at, change.record, live=change.actor.live)


def _automations(at: str, record: Record, *, live: bool) -> Iterator[Entry]:
    outcome = "done" if live else "suppressed (test key)"
    addressee = record["csm_id"] or "nobody: no CSM"
    for act in (f"Slack DM to the CSM ({addressee})", "Entry in the customer's calendar", "Recap e-mail drafted"):
        yield Entry(at, "Pivotal", "automation", None, f"{act}: {outcome}")
