"""What is in the local Pivotal's workspace: records to put in, to change as people do, and to look at afterwards."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from bot.sandbox.pivotal import events, loading
from bot.sandbox.pivotal.kinds import stamp
from bot.sandbox.pivotal.resources import CONTACT, CUSTOMER, ONBOARDING
from bot.sandbox.pivotal.switches import PHASES
from bot.sandbox.pivotal.table import Record
from bot.sandbox.pivotal.webhooks import Webhooks
from bot.sandbox.pivotal.world import Actor, World, slug


class Workspace:
    """The records, without the server in front of them. Onboardings go by display id or id everywhere."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.webhooks = Webhooks(world)

    def has_customer(self, name: str, **fields: Any) -> Record:
        """Put a customer in; `id`, `display_id`, `slug` and the rest come by themselves unless given."""
        values = {"name": name} | _stored(fields)
        wanted = values.setdefault("slug", slug(name) or f"customer-{self.world.customers.next_number()}")
        taken = {customer["slug"] for customer in self.world.customers.rows.values()}
        values["slug"] = next(each for each in _variants(wanted) if each not in taken)
        record = self.world.complete(CUSTOMER, values)
        self.world.customers.add(record)
        return dict(record)

    def has_onboarding(self, display_id: int | None = None, *, customer: str = "Aurora Foods", **fields: Any) -> Record:
        """Put an onboarding in, and its customer if there is none of that name. Any phase or state is taken."""
        values = _stored(fields)
        if display_id is not None:
            values["display_id"] = display_id
        values.setdefault("customer_id", self._customer_called(customer))
        record = self.world.complete(ONBOARDING, values)
        self.world.onboardings.add(record)
        return dict(record)

    def has_many(
        self,
        count: int,
        *,
        customers: int = 20,
        phases: tuple[str, ...] = PHASES[:-1],
        states: tuple[str, ...] = ("active",),
    ) -> None:
        """Put so many onboardings in, older than all others, spread evenly over customers, phases and states."""
        loading.many(self.world, count, customers=customers, phases=phases, states=states)

    def has_contact(self, customer: str | int, email: str, **fields: Any) -> Record:
        """Put a contact in, of the customer with this display id or id."""
        owner = self.world.get(CUSTOMER, customer)["id"]
        values = {"name": email.partition("@")[0], "email": email, "customer_id": owner} | _stored(fields)
        record = self.world.complete(CONTACT, values)
        self.world.contacts.add(record)
        return dict(record)

    def has_user(self, user_id: str, *, email: str) -> None:
        """Let webhooks name the address of a Pivotal user; the API has no users."""
        self.world.emails[user_id] = email

    def onboarding(self, reference: str | int) -> Record | None:
        """The present record, by display id or id; None when it is deleted or never was."""
        record = self.world.onboardings.living(reference)
        return dict(record) if record else None

    def customer(self, reference: str | int) -> Record | None:
        """The present customer, by display id or id; None when it is deleted or never was."""
        record = self.world.customers.living(reference)
        return dict(record) if record else None

    def phase_of(self, reference: str | int) -> str:
        """The phase an onboarding is in."""
        return str(self._known(reference)["phase"])

    def state_of(self, reference: str | int) -> str:
        """The state an onboarding is in."""
        return str(self._known(reference)["state"])

    def transitions(self, reference: str | int) -> list[str]:
        """The phases entered since the onboarding was put in."""
        return [move.to_phase for move in self.world.transitions.get(self._known(reference)["id"], [])]

    def timeline(self, reference: str | int) -> list[dict[str, Any]]:
        """The lines of the timeline, oldest first: at, actor, event, before, after."""
        return [line.row() for line in self.world.timelines.get(self._known(reference)["id"], [])]

    def edit(self, reference: str | int, *, by: str = "Dana (web app)", **fields: Any) -> Record:
        """Change an onboarding as a person in the web app does. Any value is taken."""
        return dict(self.world.update(ONBOARDING, reference, _stored(fields), by=Actor(by)))

    def delete(self, reference: str | int, *, by: str = "Dana (web app)") -> None:
        """Delete an onboarding as a person in the web app does."""
        self.world.delete(ONBOARDING, reference, by=Actor(by))

    def completes_task(self, reference: str | int, title: str, *, by: str = "user_csm_001") -> None:
        """Somebody completes a task of an onboarding, of which only the webhook tells."""
        record, number = self._known(reference), len(self.webhooks.events) + 1
        email = self.world.emails.get(by)
        self.webhooks.emit(
            "task.completed", events.task(self.world, record, number=number, title=title, by=by, assignee=email)
        )

    def health_drops(self, reference: str | int, *, to: int) -> None:
        """A customer's health score falls; a fall of 10 points or more makes an event. Scores start at 80."""
        customer = self.world.get(CUSTOMER, reference)
        before = self.world.health.get(customer["id"], (80, None))[0]
        self.world.health[customer["id"]] = (to, before)
        if before - to >= 10:
            told = events.payload(self.world, CUSTOMER, customer)
            self.webhooks.emit("customer.health_score_dropped", told, previous={"health_score": before})

    def _known(self, reference: str | int) -> Record:
        record = self.world.onboardings.find(reference)
        if record is None:
            raise LookupError(f"There is no onboarding {reference}.")
        return record

    def _customer_called(self, name: str) -> str:
        found = (customer for customer in self.world.customers.newest_first() if customer["name"] == name)
        return str((next(found, None) or self.has_customer(name))["id"])


def _stored(fields: dict[str, Any]) -> dict[str, Any]:
    """Write dates and instants as the API keeps them; a date is its midnight in UTC."""
    values = {}
    for name, value in fields.items():
        bare = name == "target_launch_date" and isinstance(value, str) and len(value) == len("2026-09-18")
        if isinstance(value, datetime):
            values[name] = stamp(value)
        elif bare or isinstance(value, date):
            values[name] = f"{value}T00:00:00.000Z"
        else:
            values[name] = value
    return values


def _variants(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name}-{number}" for number in range(2, 1_000_000))
