"""The way every API request goes: faults, key, rate window, idempotency, the operation, the envelope, the log."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from email.utils import format_datetime
from typing import Any

from aiohttp import web

from bot.sandbox.pivotal import openapi, refusals
from bot.sandbox.pivotal.faults import Fault, Faults, oddly
from bot.sandbox.pivotal.idempotency import Idempotency
from bot.sandbox.pivotal.keys import Key, KeyRing
from bot.sandbox.pivotal.operations import OPERATIONS, Call, Operation
from bot.sandbox.pivotal.refusals import Refusal
from bot.sandbox.pivotal.requests import Request, RequestLog
from bot.sandbox.pivotal.table import Record
from bot.sandbox.pivotal.world import World

BASE = "/api/v1"
PROXY_PAGE = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back; status 0 means that the connection is dropped instead."""

    status: int
    body: bytes
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Visit:
    """One request on its way through."""

    request: web.Request
    raw: bytes
    operation: Operation | None
    key: Key | None
    claim: tuple[str, str] | None = None
    """Endpoint and idempotency key, while this request holds them."""

    @property
    def path(self) -> str:
        """The path without the API's base."""
        return self.request.path.removeprefix(BASE)


class Door:
    """Answers API requests; the waits of slow answers go through `sleep`, which takes seconds."""

    def __init__(
        self, world: World, *, keys: KeyRing, faults: Faults, log: RequestLog, sleep: Callable[[float], Awaitable[None]]
    ) -> None:
        self._world, self._keys, self._faults, self._log, self._sleep = world, keys, faults, log, sleep
        self._idempotency = Idempotency()

    def routes(self) -> list[web.RouteDef]:
        """One route for each operation, the OpenAPI document, and an answer to everything else."""
        routes = [
            web.route(operation.method, BASE + operation.path, self._handler(operation)) for operation in OPERATIONS
        ]
        routes.append(web.get(f"{BASE}/openapi.json", self._document, allow_head=False))
        routes.append(web.route("*", BASE + "/{tail:.*}", self._handler(None)))
        return routes

    def _handler(self, operation: Operation | None) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            key = self._keys.known(request.headers.get("Authorization"))
            visit = Visit(request, await _body(request), operation, key)
            fault = self._faults.take(request.method, (visit.path, self._canonical(visit.path)))
            try:
                if fault and fault.kind == "late":
                    await self._sleep(fault.seconds)
                reply = self._struck(visit, fault) if fault and fault.before else self._answered(visit, fault)
                self._write_down(visit, reply)
                if fault and fault.kind == "slow":
                    await self._sleep(fault.seconds)
            finally:
                if visit.claim:
                    self._idempotency.end(*visit.claim)
            return self._sent(request, reply)

        return handle

    async def _document(self, request: web.Request) -> web.Response:
        document = openapi.document(self._world.switches, server=f"{request.scheme}://{request.host}{BASE}")
        return web.json_response(document)

    def _answered(self, visit: Visit, fault: Fault | None) -> Reply:
        headers: dict[str, str] = {}
        try:
            status, answer = self._work(visit)
        except Refusal as refusal:
            status, answer = refusal.status, refusal.body()
            if status == 405:
                headers["Allow"] = ", ".join(_methods(visit.path))
        standing = self._keys.standing(visit.key, now=self._world.clock())
        headers |= standing.headers()
        if status == 429:
            headers["Retry-After"] = str(standing.wait)
        if fault and fault.kind == "odd_values":
            answer = oddly(answer)
        reply = Reply(status, json.dumps(answer).encode(), headers=headers)
        return self._struck(visit, fault, reply=reply) if fault else reply

    def _work(self, visit: Visit) -> tuple[int, Record]:
        authorization = visit.request.headers.get("Authorization")
        if visit.operation is None or not visit.operation.open:
            visit.key = self._keys.identify(authorization)
            now = self._world.clock()
            if not self._keys.admit(visit.key, now=now):
                raise refusals.rate_limited(self._keys.standing(visit.key, now=now).wait)
        if visit.operation is None:
            allowed = _methods(visit.path)
            raise Refusal(405, "method_not_allowed", "No such method here.") if allowed else _no_route()
        kept = self._claimed(visit)
        if kept is not None:
            return 200 if self._world.switches.replay_status == "ok" else visit.operation.success, kept
        call = Call(self._world, visit.request.match_info, visit.request.query, visit.raw, visit.key)
        status, answer = visit.operation.answer(call)
        if visit.claim:
            self._idempotency.keep(*visit.claim, answer)
        return status, answer

    def _claimed(self, visit: Visit) -> Record | None:
        key = visit.request.headers.get("Idempotency-Key")
        if visit.request.method != "POST" or key is None:
            return None
        kept = self._idempotency.begin(visit.path, key, visit.raw, now=self._world.clock())
        if kept is None:
            visit.claim = (visit.path, key)
        return kept

    def _struck(self, visit: Visit, fault: Fault, *, reply: Reply | None = None) -> Reply:
        standing = self._keys.standing(visit.key, now=self._world.clock())
        match fault.kind:
            case "drop_before" | "drop_after":
                return Reply(0, b"")
            case "html_502":
                return Reply(502, PROXY_PAGE.encode(), "text/html")
            case "revoked_key":
                return _refused(refusals.key_revoked(), standing.headers())
            case "forbidden":
                return _refused(refusals.forbidden(), standing.headers())
            case "error_500":
                return _refused(refusals.internal(), standing.headers())
            case "rate_limited":
                reset = int(self._world.clock().timestamp() + fault.seconds)
                full = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(reset)}
                wait = {"Retry-After": str(int(fault.seconds))}
                return _refused(refusals.rate_limited(int(fault.seconds)), standing.headers() | full | wait)
            case "broken_body" if reply:
                return Reply(reply.status, reply.body[: len(reply.body) // 2], headers=reply.headers)
        return reply or Reply(0, b"")

    def _sent(self, request: web.Request, reply: Reply) -> web.Response:
        if reply.status == 0 and request.transport:
            request.transport.close()
        headers = {"Date": format_datetime(self._world.clock(), usegmt=True), **reply.headers}
        return web.Response(status=reply.status or 500, body=reply.body, content_type=reply.kind, headers=headers)

    def _write_down(self, visit: Visit, reply: Reply) -> None:
        request = visit.request
        self._log.add(
            Request(
                at=self._world.clock(),
                method=request.method,
                path=visit.path,
                query=dict(request.query),
                status=reply.status,
                key=visit.key.name if visit.key else None,
                user_agent=request.headers.get("User-Agent", ""),
                body=_parsed(visit.raw),
                idempotency_key=request.headers.get("Idempotency-Key"),
            )
        )

    def _canonical(self, path: str) -> str:
        """The same path with a display id in the place of an id, so that a test may name either."""
        parts = path.split("/")
        for table, plural in ((table, f"{name}s") for name, table in self._world.tables.items()):
            if len(parts) > 2 and parts[1] == plural and (record := table.find(parts[2])):
                parts[2] = str(record["display_id"])
        return "/".join(parts)


async def _body(request: web.Request) -> bytes:
    try:
        return await request.read()
    except web.HTTPRequestEntityTooLarge:
        return b""
    except (asyncio.IncompleteReadError, ConnectionError):
        return b""


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw) if raw else None
    except (ValueError, RecursionError):
        return None


def _refused(refusal: Refusal, headers: dict[str, str]) -> Reply:
    return Reply(refusal.status, json.dumps(refusal.body()).encode(), headers=headers)


def _no_route() -> Refusal:
    return Refusal(404, "route_not_found", "There is nothing at this path.")  # the code is ours


def _methods(path: str) -> list[str]:
    parts = path.split("/")
    return [
        operation.method
        for operation in OPERATIONS
        if len(pattern := operation.path.split("/")) == len(parts)
        and all(wanted in (part, "{id}") for wanted, part in zip(pattern, parts, strict=True))
    ]
