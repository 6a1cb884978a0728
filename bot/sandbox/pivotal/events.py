"""Which events a change makes, and what they carry. Dates, owners, notes and deletions make none.

After https://docs.pivotal.app/webhooks/events and https://docs.pivotal.app/webhooks/envelope.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.sandbox.pivotal.kinds import stamp
from bot.sandbox.pivotal.moves import AUTOMATED
from bot.sandbox.pivotal.resources import CONTACT, CUSTOMER, ONBOARDING, Resource
from bot.sandbox.pivotal.table import Record
from bot.sandbox.pivotal.world import Change, World, shown

TYPES = (
    "customer.created",
    "customer.updated",
    "customer.archived",
    "customer.health_score_dropped",
    "customer.at_risk",
    "customer.churned",
    "contact.created",
    "onboarding.created",
    "onboarding.phase_changed",
    "onboarding.state_changed",
    "onboarding.at_risk",
    "onboarding.back_on_track",
    "onboarding.launched",
    "onboarding.completed",
    "task.completed",
)

_SAMPLES = {
    "onboarding": {"id", "customer_id", "display_id", "name", "phase", "state", "target_launch_date", "owner_email"},
    "customer": {
        "id",
        "display_id",
        "name",
        "health_score",
        "previous_health_score",
        "at_risk",
        "churned",
        "owner_email",
    },
    "contact": {"id", "customer_id", "display_id", "name", "email", "title", "is_primary"},
}
"""The fields that the event pages' samples show."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event as it is sent: its id stays the same on retries and replays."""

    id: str
    type: str
    created_at: str
    live: bool
    payload: Record
    previous: Record | None

    def envelope(self, *, org_id: str, bare: bool) -> Record:
        """The body of a delivery: the envelope page's, or the product page's shorter one."""
        head = {"id": self.id, "type": self.type, "created_at": self.created_at}
        if bare:
            return head | {"data": self.payload}
        return head | {
            "org_id": org_id,
            "livemode": self.live,
            "api_version": "v1",
            "data": {"object": self.payload, "previous_attributes": self.previous},
        }


def of(change: Change, *, phases: tuple[str, ...]) -> Iterator[tuple[str, Record | None]]:
    """The events of one change: type and previous attributes, the general one first."""
    resource, record, before = change.resource, change.record, change.before
    if change.verb == "created":
        yield f"{resource.name}.created", None
    elif change.verb == "updated" and resource is CUSTOMER:
        yield "customer.updated", before
        if "status" in before and f"customer.{record['status']}" in TYPES:
            yield f"customer.{record['status']}", {"status": before["status"]}
    elif change.verb == "updated" and resource is ONBOARDING:
        yield from _phase(record, before, last=phases[-1])
        yield from _state(record, before)


def _phase(record: Record, before: Record, *, last: str) -> Iterator[tuple[str, Record | None]]:
    if "phase" in before:
        previous = {"phase": before["phase"]}
        yield "onboarding.phase_changed", previous
        if record["phase"] == AUTOMATED:
            yield "onboarding.launched", previous
        if record["phase"] == last:
            yield "onboarding.completed", previous


def _state(record: Record, before: Record) -> Iterator[tuple[str, Record | None]]:
    if "state" in before:
        previous = {"state": before["state"]}
        yield "onboarding.state_changed", previous
        if record["state"] == "at_risk":
            yield "onboarding.at_risk", previous
        if before["state"] == "at_risk":
            yield "onboarding.back_on_track", previous


def payload(world: World, resource: Resource, record: Record) -> Record:
    """What an event says of a record: as the API shows it, with the event pages' own fields, dates without time."""
    told: dict[str, Any] = shown(record, resource, switches=world.switches)
    if resource is ONBOARDING:
        told["target_launch_date"] = told["target_launch_date"] and told["target_launch_date"][:10]
        told["owner_email"] = world.emails.get(record["csm_id"]) if record["csm_id"] else None
    elif resource is CUSTOMER:
        scores = world.health.get(record["id"], (None, None))
        told |= {
            "health_score": scores[0],
            "previous_health_score": scores[1],
            "at_risk": record["status"] == "at_risk",
            "churned": record["status"] == "churned",
            "owner_email": None,
        }
    if world.switches.webhook_object == "sample":
        return {name: value for name, value in told.items() if name in _SAMPLES[resource.name]}
    return told


def task(world: World, onboarding: Record, *, number: int, title: str, by: str, assignee: str | None) -> Record:
    """What `task.completed` says: tasks have no place in the API besides."""
    return {
        "id": f"tsk_{number:04d}",
        "onboarding_id": onboarding["id"],
        "customer_id": onboarding["customer_id"],
        "display_id": number,
        "title": title,
        "completed_at": stamp(world.clock()),
        "completed_by": by,
        "assignee_email": assignee,
    }


def fake(kind: str) -> Record:
    """What a dashboard test event says: a record that does not exist."""
    resource = {"customer": CUSTOMER, "contact": CONTACT}.get(kind, ONBOARDING)
    return {"object": kind, "id": f"{resource.name}_test_000000", "display_id": 0, "name": "Test event"}
