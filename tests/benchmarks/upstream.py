"""What the measured bots talk to: a Slack and a Pivotal that answer from prepared bytes, as fast or as slowly as told.

The stand-ins of the sandbox check every request as the real ones do, which costs more than what is measured here.
"""

import asyncio
import json
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from bot.domain.phases import DEFAULT
from bot.listeners.manifest import manifest
from bot.sandbox.slack.world import ANA, BOT, BOT_ID, CARA, TEAM

PAGE = 100
OWNERS = 50
CLOSED = 8
"""Of so many onboardings all but one are completed. Of 1,000, 20 are in the phase `launch`."""
OF_A_CUSTOMER = 5
KEY = "pivotal_benchmark"
BOT_TOKEN, APP_TOKEN, SIGNING_SECRET = "xoxb-benchmark", "xapp-benchmark", "benchmark-signing-secret"

_CREATED = "2026-01-05T09:00:00.000Z"
_SCOPES = ",".join(manifest()["oauth_config"]["scopes"]["bot"])
_PATIENT = {"X-RateLimit-Limit": "1000000", "X-RateLimit-Remaining": "999999", "X-RateLimit-Reset": "4000000000"}


@asynccontextmanager
async def served(application: web.Application, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """Serve on a free port of this machine; gives the origin."""
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
        yield f"{'https' if tls else 'http'}://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


class Upstream:
    """Counts the requests that come, and the connections they come over."""

    def __init__(self, *, latency: float = 0.0) -> None:
        self.latency = latency
        self.asked: Counter[str] = Counter()
        self.connections: set[Any] = set()

    async def _arrived(self, request: web.Request, what: str) -> None:
        self.asked[what] += 1
        self.connections.add(request.transport.get_extra_info("peername") if request.transport else None)
        if self.latency:
            await asyncio.sleep(self.latency)


class QuickSlack(Upstream):
    """Slack's Web API and its response URLs. Ana and Cara are members; every channel is internal."""

    def __init__(self, *, latency: float = 0.0) -> None:
        super().__init__(latency=latency)
        self.origin = ""
        self._waiting: dict[str, asyncio.Future[bytes]] = {}
        self._ts = 0

    def application(self) -> web.Application:
        """What to serve."""
        application = web.Application()
        application.router.add_route("*", "/api/{method}", self._call)
        application.router.add_post("/answers/{key}", self._answered)
        return application

    @asynccontextmanager
    async def running(self, *, tls: ssl.SSLContext | None = None) -> AsyncIterator["QuickSlack"]:
        """Serve it."""
        async with served(self.application(), tls=tls) as self.origin:
            yield self

    def response_url(self, key: str) -> tuple[str, "asyncio.Future[bytes]"]:
        """An address for one answer, and what will hold its body once it has come."""
        future: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting[key] = future
        return f"{self.origin}/answers/{key}", future

    async def _answered(self, request: web.Request) -> web.Response:
        await self._arrived(request, "response_url")
        waiting, body = self._waiting.pop(request.match_info["key"], None), await request.read()
        if waiting is not None and not waiting.done():
            waiting.set_result(body)
        return web.Response(text="ok")

    async def _call(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        sent = {**request.query, **(await request.post())}
        await self._arrived(request, method)
        self._ts += 1
        answer = {"ok": True, **self._answer(method, sent)}
        return web.json_response(answer, headers={"X-OAuth-Scopes": _SCOPES})

    def _answer(self, method: str, sent: Mapping[str, Any]) -> dict[str, Any]:
        channel = str(sent.get("channel") or "")
        match method:
            case "auth.test":
                return {"team_id": TEAM, "user_id": BOT, "bot_id": BOT_ID, "url": self.origin, "team": "Larkspur"}
            case "users.info":
                return {"user": _user(str(sent["user"]))}
            case "conversations.info":
                shared = {"is_shared": False, "is_ext_shared": False, "is_pending_ext_shared": False}
                known = {"id": channel, "name": channel.lower(), "is_channel": True, "is_member": True}
                return {"channel": {**known, **shared}}
            case "conversations.members":
                return {"members": [BOT, ANA, CARA], "response_metadata": {"next_cursor": ""}}
            case "conversations.open":
                return {"channel": {"id": "D0BENCH01"}}
            case "chat.postMessage" | "chat.update":
                return {"channel": channel, "ts": f"1795000000.{self._ts:06d}", "message": {}}
        return {}


def _user(slack_id: str) -> dict[str, Any]:
    known = {"id": slack_id, "team_id": TEAM, "name": slack_id.lower(), "real_name": slack_id, "tz": "Europe/Berlin"}
    limits = {"is_restricted": False, "is_ultra_restricted": False}
    return {**known, **limits, "is_bot": slack_id == BOT, "profile": {"real_name": slack_id}}


class QuickPivotal(Upstream):
    """Pivotal's lists with `size` onboardings: every eighth is open, in one phase after the other."""

    def __init__(self, size: int, *, latency: float = 0.0) -> None:
        super().__init__(latency=latency)
        self.size = size
        self.customers = -(-size // OF_A_CUSTOMER)
        self.origin = ""
        self.numbers = {None: range(size), **{phase: _in(phase, size) for phase in DEFAULT}}

    @asynccontextmanager
    async def running(self) -> AsyncIterator["QuickPivotal"]:
        """Serve it."""
        application = web.Application()
        application.router.add_get("/api/v1/onboardings", self._onboardings)
        application.router.add_get("/api/v1/onboardings/{id}", self._one)
        application.router.add_get("/api/v1/customers", self._customers)
        application.router.add_get("/api/v1/me", self._me)
        application.router.add_get("/api/v1/asked", self._told)
        async with served(application) as self.origin:
            yield self

    @property
    def url(self) -> str:
        """The base URL of the API."""
        return f"{self.origin}/api/v1"

    def page(self, phase: str | None = None, start: int = 0) -> bytes:
        """One page of onboardings."""
        numbers = self.numbers[phase]
        return _page([onboarding(number) for number in numbers[start : start + PAGE]], start, len(numbers))

    async def _onboardings(self, request: web.Request) -> web.Response:
        await self._arrived(request, "onboardings")
        return _json(self.page(request.query.get("phase"), int(request.query.get("cursor", 0))))

    async def _customers(self, request: web.Request) -> web.Response:
        await self._arrived(request, "customers")
        start = int(request.query.get("cursor", 0))
        rows = [customer(number) for number in range(start, min(start + PAGE, self.customers))]
        return _json(_page(rows, start, self.customers))

    async def _one(self, request: web.Request) -> web.Response:
        await self._arrived(request, "onboarding")
        return _json(json.dumps(onboarding(int(request.match_info["id"].removeprefix("onb_")))).encode())

    async def _told(self, _request: web.Request) -> web.Response:
        """How many pages of lists were asked for so far."""
        return web.Response(text=str(self.asked["onboardings"] + self.asked["customers"]))

    async def _me(self, request: web.Request) -> web.Response:
        await self._arrived(request, "me")
        return _json(json.dumps({"object": "me", "api_key": {"id": "key_1", "name": "bench", "scopes": []}}).encode())


def _json(body: bytes) -> web.Response:
    return web.Response(body=body, content_type="application/json", headers=_PATIENT)


def _page(rows: list[dict[str, Any]], start: int, total: int) -> bytes:
    more = start + PAGE < total
    cursor = str(start + PAGE) if more else None
    return json.dumps({"object": "list", "data": rows, "has_more": more, "next_cursor": cursor}).encode()


def phase(number: int) -> str:
    """The phase of an onboarding."""
    return DEFAULT[-1] if number % CLOSED else DEFAULT[number // CLOSED % (len(DEFAULT) - 1)]


def _in(wanted: str, size: int) -> tuple[int, ...]:
    return tuple(number for number in range(size) if phase(number) == wanted)


def onboarding(number: int) -> dict[str, Any]:
    """One onboarding, as Pivotal's lists have it."""
    done = phase(number) == DEFAULT[-1]
    return {
        "object": "onboarding",
        "id": f"onb_{number:021d}",
        "display_id": number,
        "customer_id": f"cus_{number // OF_A_CUSTOMER:021d}",
        "template_id": "tpl_standard",
        "phase": phase(number),
        "state": "completed" if done else ("active", "at_risk", "waiting_on_customer")[number // CLOSED % 3],
        "started_at": _CREATED,
        "completed_at": _CREATED if done else None,
        "target_launch_date": f"2027-{number % 12 + 1:02d}-{number % 28 + 1:02d}",
        "csm_id": f"user_csm_{number // CLOSED % OWNERS:03d}",
        "se_id": f"user_se_{number % OWNERS:03d}",
        "designer_id": None,
        "product_ops_id": None,
        "notes": "Kick-off went well; the menu comes by Friday, photographs follow.",
        "waiting_on_customer": False,
        "name": f"Onboarding {number}",
        "created_at": f"2026-01-05T09:{number // 60_000 % 60:02d}:{number // 1_000 % 60:02d}.{number % 1_000:03d}Z",
        "updated_at": f"2026-02-05T09:{number // 60_000 % 60:02d}:{number // 1_000 % 60:02d}.{number % 1_000:03d}Z",
    }


def customer(number: int) -> dict[str, Any]:
    """One customer, likewise."""
    named = {"name": f"Customer {number}", "slug": f"customer-{number}", "domain": f"customer{number}.example"}
    rest = {"plan": "growth", "mrr": 490, "monthly_orders": 12, "slack_channel_id": None}
    return {
        "object": "customer",
        "id": f"cus_{number:021d}",
        "display_id": number,
        "status": "onboarding",
        **named,
        **rest,
        "created_at": _CREATED,
        "updated_at": _CREATED,
    }
