"""One Pivotal workspace: its records, what a change to them entails, and the timeline that tells who did what.

Knows nothing of HTTP. Every change, by API or web app alike, goes through `create`, `update` and `delete` here.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.sandbox.pivotal import moves, timeline
from bot.sandbox.pivotal.kinds import stamp
from bot.sandbox.pivotal.refusals import not_found, taken
from bot.sandbox.pivotal.resources import CONTACT, CUSTOMER, ONBOARDING, RESOURCES, Resource
from bot.sandbox.pivotal.switches import Switches
from bot.sandbox.pivotal.table import Record, Table
from bot.sandbox.seed.ids import cuid


@dataclass(frozen=True, slots=True)
class Actor:
    """Who changes something: a key (`API: onboarding-bot`) or a person in the web app."""

    name: str
    live: bool = True
    """False for test keys: automations are suppressed and events are marked so."""


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to one record, told to whoever listens."""

    resource: Resource
    verb: str
    """`created`, `updated` or `deleted`."""
    record: Record
    before: Record
    """The former values of the fields that changed."""
    actor: Actor
    at: datetime


@dataclass
class World:
    """The workspace. `clock` answers aware UTC; `on_change` are told after each change."""

    clock: Callable[[], datetime]
    switches: Switches
    organization: Record = field(default_factory=lambda: {"id": "org_larkspur", "slug": "larkspur", "name": "Larkspur"})
    tables: dict[str, Table] = field(default_factory=lambda: {resource.name: Table() for resource in RESOURCES})
    timelines: dict[str, list[timeline.Entry]] = field(default_factory=dict)
    transitions: dict[str, list[timeline.Transition]] = field(default_factory=dict)
    emails: dict[str, str] = field(default_factory=dict)
    """E-mail address of a Pivotal user, by user id."""
    health: dict[str, tuple[int, int | None]] = field(default_factory=dict)
    """A customer's health score and the one before, by customer id."""
    on_change: list[Callable[[Change], None]] = field(default_factory=list)

    @property
    def customers(self) -> Table:
        """Every customer."""
        return self.tables[CUSTOMER.name]

    @property
    def onboardings(self) -> Table:
        """Every onboarding."""
        return self.tables[ONBOARDING.name]

    @property
    def contacts(self) -> Table:
        """Every contact."""
        return self.tables[CONTACT.name]

    def get(self, resource: Resource, reference: str | int) -> Record:
        """Find a living record. Raises Refusal 404: absent and deleted look the same."""
        record = self.tables[resource.name].living(reference)
        if record is None:
            raise not_found(resource.name)
        return record

    def create(self, resource: Resource, values: Record, *, by: Actor) -> Record:
        """Make a record from validated values. Raises Refusal: customer not found, slug or e-mail taken."""
        record = self.complete(resource, values)
        self._refuse_taken(resource, record)
        self.tables[resource.name].add(record)
        self._settle_primary(resource, record)
        self._tell(Change(resource, "created", record, {}, by, self.clock()))
        return record

    def update(self, resource: Resource, reference: str | int, values: Record, *, by: Actor) -> Record:
        """Set the given fields of a record. Raises Refusal: not found, taken, or a move the switches refuse."""
        record = self.get(resource, reference)
        values = dict(values)
        if resource is ONBOARDING:
            moves.refuse(record, values, switches=self.switches)
            moves.entail(record, values, now=stamp(self.clock()), switches=self.switches)
        self._refuse_taken(resource, record | values)
        before = {name: record[name] for name, value in values.items() if record[name] != value}
        # Moments of creation are made to differ by milliseconds; the first change is not older than they are.
        record.update(values, updated_at=max(stamp(self.clock()), record["updated_at"]))
        self._settle_primary(resource, record)
        if before:
            self._tell(Change(resource, "updated", record, before, by, self.clock()))
        return record

    def delete(self, resource: Resource, reference: str | int, *, by: Actor) -> Record:
        """Delete softly; a second time changes nothing. Raises Refusal when there never was such a record."""
        table = self.tables[resource.name]
        record = table.find(reference)
        if record is None or (record["id"] in table.deleted and self.switches.second_delete == "not_found"):
            raise not_found(resource.name)
        if record["id"] not in table.deleted:
            table.deleted.add(record["id"])
            self._tell(Change(resource, "deleted", record, {}, by, self.clock()))
        return record

    def listed(self, record: Record) -> bool:
        """Whether a contact or onboarding shows in lists: not when its customer is deleted."""
        return record.get("customer_id") not in self.customers.deleted

    def complete(self, resource: Resource, values: Record) -> Record:
        """Fill a record up with what the server decides and with defaults, in the order of the resource's fields."""
        table = self.tables[resource.name]
        number = values.get("display_id") or table.next_number()
        at = values.get("created_at") or self._unused_moment(table)
        server: Record = {
            "object": resource.name,
            "id": values.get("id") or cuid(resource.name, number),
            "display_id": number,
            "created_at": at,
            "updated_at": values.get("updated_at") or at,
        }
        if resource is ONBOARDING:
            customer = self.get(CUSTOMER, values["customer_id"])
            values = moves.defaults(values, customer=customer, started=at, last=self.switches.phases[-1])
        elif resource is CUSTOMER:
            values = {"status": "onboarding", "slug": slug(values["name"]) or f"customer-{number}"} | values
        else:
            values = {"is_primary": self._first_contact(values["customer_id"]), "labels": []} | values
        record = values | server
        return {each.name: record.get(each.name) for each in resource.fields}

    def note(self, onboarding_id: str, entry: timeline.Entry) -> None:
        """Write one line into an onboarding's timeline."""
        self.timelines.setdefault(onboarding_id, []).append(entry)

    def _tell(self, change: Change) -> None:
        if change.resource is ONBOARDING:
            for entry in timeline.entries(change, phases=self.switches.phases):
                self.note(change.record["id"], entry)
            if "phase" in change.before:
                move = timeline.Transition(
                    change.before["phase"], change.record["phase"], change.actor.name, stamp(change.at)
                )
                self.transitions.setdefault(change.record["id"], []).append(move)
        for listener in self.on_change:
            listener(change)

    def _unused_moment(self, table: Table) -> str:
        # A clock that stands still must not make ties: lists would lose rows at a page's edge.
        now, newest = self.clock(), table.newest()
        if stamp(now) <= newest:
            now = datetime.fromisoformat(newest) + timedelta(milliseconds=1)
        return stamp(now)

    def _refuse_taken(self, resource: Resource, record: Record) -> None:
        unique = {"customer": "slug", "contact": "email"}.get(resource.name)
        if unique is None:
            return
        table = self.tables[resource.name]
        for other in table.rows.values():
            if other[unique] == record[unique] and other["id"] != record["id"] and other["id"] not in table.deleted:
                raise taken(unique, record[unique])

    def _first_contact(self, customer_id: str) -> bool:
        living = self.contacts.newest_first()
        return self.switches.first_contact_primary and all(other["customer_id"] != customer_id for other in living)

    def _settle_primary(self, resource: Resource, record: Record) -> None:
        # One primary per customer: the newest claim wins.
        if resource is CONTACT and record["is_primary"]:
            for other in self.contacts.rows.values():
                if other["customer_id"] == record["customer_id"] and other is not record:
                    other["is_primary"] = False


def slug(name: str) -> str:
    """Derive a customer's slug from its name; empty when no letter or digit of ASCII is left."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:300].strip("-")


def shown(record: Record, resource: Resource, *, switches: Switches) -> dict[str, Any]:
    """What the API answers for a record."""
    answer = dict(record)
    if resource is ONBOARDING and not switches.names:
        del answer["name"]
    return answer
