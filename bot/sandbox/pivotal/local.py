"""The local Pivotal: a server to start, records to put in, and a look at what came of it; for the demo and tests."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from types import TracebackType
from typing import Self

from aiohttp import web

from bot.sandbox.pivotal import loading
from bot.sandbox.pivotal.door import BASE, Door
from bot.sandbox.pivotal.faults import Fault, Faults
from bot.sandbox.pivotal.keys import KeyRing
from bot.sandbox.pivotal.requests import Request, RequestLog
from bot.sandbox.pivotal.switches import Switches
from bot.sandbox.pivotal.tab import Bell, Tab
from bot.sandbox.pivotal.workspace import Workspace
from bot.sandbox.pivotal.world import World


def _now() -> datetime:
    return datetime.now(UTC)


class LocalPivotal(Workspace):
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
        super().__init__(World(clock, self.switches))
        self._bell, self._faults, self._keys = Bell(), Faults(), KeyRing()
        self._log = RequestLog(told=self._bell.ring)
        self.live_key = self.add_key("onboarding-bot")
        self.test_key = self.add_key("onboarding-bot test", test=True)
        self._host, self._port = host, port
        self._door = Door(self.world, keys=self._keys, faults=self._faults, log=self._log, sleep=sleep)
        self._tab = Tab(self.world, keys=self._keys, log=self._log, bell=self._bell)
        self._runner: web.AppRunner | None = None
        self.world.on_change.append(lambda _: self._bell.ring())
        if seed:
            loading.sample_world(self.world, today=today or clock().date())

    async def __aenter__(self) -> Self:
        application = web.Application()
        application.add_routes(self._door.routes())
        application.add_routes(self._tab.routes())
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()
        self._port = self._runner.addresses[0][1]
        await self.webhooks.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bell.close()
        await self.webhooks.stop()
        if self._runner:
            await self._runner.cleanup()

    # Where it is, and who may enter

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"http://{self._host}:{self._port}"

    def shown_on(self, page: str) -> None:
        """Say at which address the page with the tab is, so that links to a customer lead there."""
        self._tab.page = page

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

    # What was asked of it

    @property
    def requests(self) -> list[Request]:
        """Every API request so far, oldest first."""
        return list(self._log)

    def patches(self, reference: str | int) -> list[Request]:
        """The PATCH requests for an onboarding, whatever became of them."""
        record = self._known(reference)
        paths = {f"/onboardings/{record['id']}", f"/onboardings/{record['display_id']}"}
        return [request for request in self._log if request.method == "PATCH" and request.path in paths]
