"""The local Pivotal: a server to start, records to put in, and a look at what came of it; for the demo and tests."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from bot.sandbox.pivotal import loading
from bot.sandbox.pivotal.door import BASE, Door
from bot.sandbox.pivotal.faults import Fault, Faults
from bot.sandbox.pivotal.keys import KeyRing
from bot.sandbox.pivotal.kinds import stamp
from bot.sandbox.pivotal.requests import Request, RequestLog
from bot.sandbox.pivotal.resources import CUSTOMER, ONBOARDING
from bot.sandbox.pivotal.switches import PHASES, Switches
from bot.sandbox.pivotal.tab import Bell, Tab
from bot.sandbox.pivotal.table import Record
from bot.sandbox.pivotal.world import Actor, World, slug


def _now() -> datetime:
    return datetime.now(UTC)


class LocalPivotal:
    """A Pivotal workspace on this machine.

    `clock` answers aware UTC; rate windows, idempotency keys, time stamps and webhook retries go by it. `sleep` takes
    seconds and delays slow answers. `seed=True` loads the sample world, with its dates around `today`.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        clock: Callable[[], datetime] = _now,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        seed: bool = False,
        today: date | None = None,
    ) -> None:
        self.switches = Switches()
        self.world = World(clock, self.switches)
        self._bell, self._faults, self._keys = Bell(), Faults(), KeyRing()
        self._log = RequestLog(told=self._bell.ring)
        self.live_key = self.add_key("onboarding-bot")
        self.test_key = self.add_key("onboarding-bot test", test=True)
        self._host, self._port = host, port
        self._door = Door(self.world, keys=self._keys, faults=self._faults, log=self._log, sleep=sleep)
        self._runner: web.AppRunner | None = None
        self.world.on_change.append(lambda _: self._bell.ring())
        if seed:
            loading.sample_world(self.world, today=today or clock().date())

    async def __aenter__(self) -> Self:
        application = web.Application()
        application.add_routes(self._door.routes())
        tab = Tab(self.world, keys=self._keys, log=self._log, bell=self._bell)
        application.add_routes(tab.routes())
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bell.close()
        if self._runner:
            await self._runner.cleanup()

    # Where it is, and who may enter

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"http://{self._host}:{self._port}"

    @property
    def url(self) -> str:
        """The base URL of the API."""
        return self.origin + BASE

    def add_key(self, name: str, *, test: bool = False) -> str:
        """Make a key and answer it: `pivotal_sandbox…` or `pivotal_test_sandbox…`, the same on every start."""
        return self._keys.add(name, test=test).secret

    def revoke(self, key: str) -> None:
        """Take a key back: its next request fails."""
        self._keys.revoke(key)

    @property
    def rate_limit(self) -> int:
        """Requests a minute for each live key. Setting it sets that of test keys too."""
        return self._keys.limit

    @rate_limit.setter
    def rate_limit(self, limit: int) -> None:
        self._keys.limit = self._keys.test_limit = limit

    def fails(self, fault: Fault, *, times: int = 1, method: str | None = None, path: str | None = None) -> None:
        """Let the next so many requests fail: of a method, and of a path like `/onboardings/89` or `/customers*`."""
        self._faults.plan(fault, times=times, method=method, path=path)

    def works_again(self) -> None:
        """Forget the faults that are still to come."""
        self._faults.clear()

    # What is in it

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
        return str(self._any(reference)["phase"])

    def state_of(self, reference: str | int) -> str:
        """The state an onboarding is in."""
        return str(self._any(reference)["state"])

    def transitions(self, reference: str | int) -> list[str]:
        """The phases entered since the onboarding was put in."""
        return [move.to_phase for move in self.world.transitions.get(self._any(reference)["id"], [])]

    def timeline(self, reference: str | int) -> list[dict[str, Any]]:
        """The lines of the timeline, oldest first: at, actor, event, before, after."""
        return [line.row() for line in self.world.timelines.get(self._any(reference)["id"], [])]

    def edit(self, reference: str | int, *, by: str = "Dana (web app)", **fields: Any) -> Record:
        """Change an onboarding as a person in the web app does. Any value is taken."""
        return dict(self.world.update(ONBOARDING, reference, _stored(fields), by=Actor(by)))

    def delete(self, reference: str | int, *, by: str = "Dana (web app)") -> None:
        """Delete an onboarding as a person in the web app does."""
        self.world.delete(ONBOARDING, reference, by=Actor(by))

    # What was asked of it

    @property
    def requests(self) -> list[Request]:
        """Every API request so far, oldest first."""
        return list(self._log)

    def patches(self, reference: str | int) -> list[Request]:
        """The PATCH requests for an onboarding, whatever became of them."""
        record = self._any(reference)
        paths = {f"/onboardings/{record['id']}", f"/onboardings/{record['display_id']}"}
        return [request for request in self._log if request.method == "PATCH" and request.path in paths]

    def _any(self, reference: str | int) -> Record:
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


def _variants(name: str) -> Any:
    yield name
    yield from (f"{name}-{number}" for number in range(2, 1_000_000))
