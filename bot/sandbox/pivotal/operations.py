"""The 18 operations of the API: each reads a call, asks the workspace and answers a status with JSON.

Listed once in `OPERATIONS`; the server routes by this table and the OpenAPI document is written from it. After
https://docs.pivotal.app/api/reference/pivotal-api.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.sandbox.pivotal import validation
from bot.sandbox.pivotal.keys import Key
from bot.sandbox.pivotal.kinds import stamp
from bot.sandbox.pivotal.resources import CONTACT, CUSTOMER, ONBOARDING, Resource
from bot.sandbox.pivotal.table import Record
from bot.sandbox.pivotal.world import World, shown

Answer = tuple[int, Record]


@dataclass(frozen=True, slots=True)
class Call:
    """What an operation is given."""

    world: World
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    key: Key | None

    @property
    def caller(self) -> Key:
        """The key; every operation but `get-health` has one."""
        if self.key is None:
            raise PermissionError("This operation needs a key.")
        return self.key


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: its name in the docs, where it lives, and what answers it."""

    id: str
    method: str
    path: str
    summary: str
    tag: str
    answer: Callable[[Call], Answer]
    returns: str
    """The schema of a success."""
    success: int = 200
    takes: Resource | None = None
    """Whose fields the body holds."""
    lists: Resource | None = None
    filters: bool = True
    open: bool = False
    """Needs no key."""


def _health(call: Call) -> Answer:
    return 200, {"status": "ok", "timestamp": stamp(call.world.clock())}


def _me(call: Call) -> Answer:
    key = call.caller
    if call.world.switches.me == "test_mode_guide":
        mode = "test" if key.test else "live"
        return 200, {"object": "api_key_identity", "key_name": key.name, "key_prefix": key.prefix, "mode": mode}
    scopes = [f"{act}:{resource}" for resource in ("customers", "contacts", "onboardings") for act in ("read", "write")]
    about = {"id": key.id, "name": key.name, "prefix": key.prefix, "scopes": scopes, "rate_limit_tier": "standard"}
    return 200, {"object": "me", "api_key": about, "organization": dict(call.world.organization)}


def _list(resource: Resource, *, within: bool = False) -> Callable[[Call], Answer]:
    """Answer one page; `within` a customer, whose id is in the path."""

    def answer(call: Call) -> Answer:
        world, switches = call.world, call.world.switches
        filterable = Resource(resource.name, resource.plural, resource.fields) if within else resource
        wish = validation.page(call.query, filterable, switches=switches)
        filters = dict(wish.filters)
        if within:
            filters["customer_id"] = world.get(CUSTOMER, call.path["id"])["id"]
        elif "customer_id" in filters:
            customer = world.customers.living(filters["customer_id"])
            filters["customer_id"] = customer["id"] if customer else ""
        page = world.tables[resource.name].page(
            limit=wish.limit, before=wish.cursor, fits=lambda record: _fits(record, filters) and world.listed(record)
        )
        last = page.rows[-1]["created_at"] if page.rows else None
        return 200, {
            "object": "list",
            "data": [shown(row, resource, switches=switches) for row in page.rows],
            "has_more": page.more,
            "next_cursor": last if page.more or switches.cursor_on_last_page else None,
        }

    return answer


def _fits(record: Record, filters: Mapping[str, Any]) -> bool:
    for name, wanted in filters.items():
        if (name, wanted) == ("state", "waiting"):
            if not record["waiting_on_customer"]:
                return False
        elif record[name] != wanted:
            return False
    return True


def _get(resource: Resource) -> Callable[[Call], Answer]:
    def answer(call: Call) -> Answer:
        return 200, shown(call.world.get(resource, call.path["id"]), resource, switches=call.world.switches)

    return answer


def _create(resource: Resource, *, within: bool = False) -> Callable[[Call], Answer]:
    """Create a record; `within` a customer, whose id is in the path."""

    def answer(call: Call) -> Answer:
        world = call.world
        parent = world.get(CUSTOMER, call.path["id"]) if within else None
        values = validation.body(call.body, resource, creating=True, switches=world.switches)
        if parent:
            values["customer_id"] = parent["id"]
        record = world.create(resource, values, by=call.caller.actor)
        return 201, shown(record, resource, switches=world.switches)

    return answer


def _update(resource: Resource) -> Callable[[Call], Answer]:
    def answer(call: Call) -> Answer:
        world = call.world
        identity = world.get(resource, call.path["id"])["id"]
        values = validation.body(call.body, resource, creating=False, switches=world.switches)
        record = world.update(resource, identity, values, by=call.caller.actor)
        return 200, shown(record, resource, switches=world.switches)

    return answer


def _delete(resource: Resource) -> Callable[[Call], Answer]:
    def answer(call: Call) -> Answer:
        record = call.world.delete(resource, call.path["id"], by=call.caller.actor)
        return 200, {"object": "deleted", "id": record["id"], "display_id": record["display_id"], "deleted": True}

    return answer


def _one(resource: Resource) -> tuple[Operation, ...]:
    """The three operations on a single record, alike for every resource."""
    name, path, model = resource.name, f"/{resource.plural}/{{id}}", resource.name.capitalize()
    return (
        Operation(f"get-{name}", "GET", path, f"Get one {name}", resource.plural, _get(resource), model),
        Operation(
            f"update-{name}", "PATCH", path, f"Update a {name}", resource.plural, _update(resource), model,
            takes=resource,
        ),
        Operation(f"delete-{name}", "DELETE", path, f"Delete a {name}", resource.plural, _delete(resource), "Deleted"),
    )  # fmt: skip


def _all(resource: Resource) -> tuple[Operation, ...]:
    """List and create, at the top."""
    name, plural, model = resource.name, resource.plural, resource.name.capitalize()
    return (
        Operation(
            f"list-{plural}", "GET", f"/{plural}", f"List {plural}", plural, _list(resource), f"{model}List",
            lists=resource,
        ),
        Operation(
            f"create-{name}", "POST", f"/{plural}", f"Create a {name}", plural, _create(resource), model,
            success=201, takes=resource,
        ),
    )  # fmt: skip


OPERATIONS: tuple[Operation, ...] = (
    Operation("get-health", "GET", "/health", "Whether the API is up", "meta", _health, "Health", open=True),
    Operation("get-me", "GET", "/me", "Which key and workspace this is", "meta", _me, "Me"),
    *_all(CUSTOMER),
    *_one(CUSTOMER),
    Operation(
        "list-customer-contacts", "GET", "/customers/{id}/contacts", "List a customer's contacts", "contacts",
        _list(CONTACT, within=True), "ContactList", lists=CONTACT, filters=False,
    ),
    Operation(
        "create-customer-contact", "POST", "/customers/{id}/contacts", "Add a contact to a customer", "contacts",
        _create(CONTACT, within=True), "Contact", success=201, takes=CONTACT,
    ),
    *_one(CONTACT),
    *_all(ONBOARDING),
    Operation(
        "list-customer-onboardings", "GET", "/customers/{id}/onboardings", "List a customer's onboardings",
        "onboardings", _list(ONBOARDING, within=True), "OnboardingList", lists=ONBOARDING, filters=False,
    ),
    *_one(ONBOARDING),
)  # fmt: skip
