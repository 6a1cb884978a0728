"""The Web API and the response URLs over HTTP: reads what slack-sdk sends, checks the token, logs, answers.

See https://docs.slack.dev/apis/web-api/.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from aiohttp import web

from bot.sandbox.slack import answers, uploads
from bot.sandbox.slack.connections import Connections
from bot.sandbox.slack.faults import Fault, Faults
from bot.sandbox.slack.methods import METHODS
from bot.sandbox.slack.refusals import Refusal
from bot.sandbox.slack.wire import Json
from bot.sandbox.slack.workspace import Workspace

CONNECT = "apps.connections.open"
RESPONSE_URL = "response_url"
UPLOAD = "upload"
PROXY = "upstream connect error or disconnect/reset before headers"
"""What a proxy says, in plain text, for a server behind it that it cannot reach."""


@dataclass(frozen=True)
class Call:
    """One call the app made. A body sent to a response URL is logged under the method `response_url`, a file's bytes
    sent to an upload address under `upload`.
    """

    method: str
    args: Json
    ok: bool
    error: str | None
    at: datetime


@dataclass(frozen=True)
class Tokens:
    """The secrets the app must show."""

    bot: str
    app: str


class WebApi:
    """The HTTP side of the workspace as an app sees it."""

    def __init__(self, workspace: Workspace, connections: Connections, faults: Faults, tokens: Tokens) -> None:
        self.workspace = workspace
        self.connections = connections
        self.faults = faults
        self.tokens = tokens
        self.calls: list[Call] = []

    def routes(self) -> list[web.RouteDef]:
        """What to serve."""
        return [
            web.get("/api/{method}", self.call),
            web.post("/api/{method}", self.call),
            web.get("/link/", self.connections.serve),
            web.post("/commands/{team}/{key}", self.response_url),
            web.post("/actions/{team}/{key}", self.response_url),
            web.post("/app/{team}/{key}", self.response_url),
            web.post(f"{uploads.PATH}{{key}}", self.upload),
        ]

    async def call(self, request: web.Request) -> web.StreamResponse:
        """One method call."""
        method = request.match_info["method"]
        args = await _arguments(request)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ").strip() or str(args.get("token", ""))
        args.pop("token", None)
        fault = self.faults.next(method)
        try:
            body = await self._run(method, args, token, fault)
        except Refusal as refusal:
            return self._answer(request, method, args, refusal.body(), fault, retry_after=refusal.retry_after)
        return self._answer(request, method, args, {"ok": True, **body}, fault)

    async def response_url(self, request: web.Request) -> web.StreamResponse:
        """A body sent to a response URL. The answers' codes are those seen in use: Slack documents only the limits."""
        fault = self.faults.next(RESPONSE_URL)
        args = await _arguments(request)
        try:
            await self._meet(fault)
            answers.to_response_url(self.workspace, request.match_info["key"], args)
        except Refusal as refusal:
            status = 404 if refusal.error in ("used_url", "expired_url") else 400
            return self._answer(request, RESPONSE_URL, args, refusal.body(), fault, status=status)
        return self._answer(request, RESPONSE_URL, args, {"ok": True}, fault)

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """A file's bytes, raw or as a form; anything but a 200 is a failure, which ones Slack does not document.

        See https://docs.slack.dev/reference/methods/files.getUploadURLExternal#usage-info.
        """
        fault = self.faults.next(UPLOAD)
        content = await _sent_file(request)
        args: Json = {"bytes": len(content)}
        try:
            await self._meet(fault)
            args["file"] = self.workspace.files.take(request.match_info["key"], content)
        except Refusal as refusal:
            status = 404 if refusal.error == "file_not_found" else 400
            return self._answer(request, UPLOAD, args, refusal.body(), fault, status=status)
        return self._answer(request, UPLOAD, args, {"ok": True}, fault)

    async def _run(self, method: str, args: Json, token: str, fault: Fault) -> Json:
        await self._meet(fault)
        if method not in METHODS and method != CONNECT:
            raise Refusal("unknown_method")
        if not token:
            raise Refusal("not_authed")
        if token not in (self.tokens.bot, self.tokens.app):
            raise Refusal("invalid_auth")
        if (token == self.tokens.app) != (method == CONNECT):
            raise Refusal("not_allowed_token_type")
        if method == CONNECT:
            host = self.workspace.url.removeprefix("http://")
            return {"url": f"ws://{host}/link/?ticket={self.connections.ticket()}"}
        scope = METHODS[method].scope
        if scope:
            self.workspace.require(scope)
        return METHODS[method].run(self.workspace, args)

    async def _meet(self, fault: Fault) -> None:
        if fault.slow:
            await self.faults.sleep(fault.slow)
        if fault.status:
            raise Refusal(PROXY)
        if fault.error:
            raise Refusal(fault.error, retry_after=fault.retry_after)

    def _answer(
        self,
        request: web.Request,
        method: str,
        args: Json,
        body: Json,
        fault: Fault,
        *,
        status: int = 200,
        retry_after: int | None = None,
    ) -> web.StreamResponse:
        self.calls.append(Call(method, args, bool(body["ok"]), body.get("error"), self.workspace.clock()))
        self.workspace.changed()
        if fault.drop and request.transport is not None:
            request.transport.abort()
        if fault.status:
            return web.Response(status=fault.status, text=PROXY)
        headers = {
            "Date": format_datetime(self.workspace.clock(), usegmt=True),
            "X-OAuth-Scopes": ",".join(sorted(self.workspace.app.scopes)),
        }
        if body.get("error") == "ratelimited":
            status = 429
            headers["Retry-After"] = str(retry_after or 1)
        return web.json_response(body, status=status, headers=headers)


# Fields that travel as JSON text inside a form.
_NESTED = ("blocks", "view", "attachments", "metadata", "unfurls", "files")


async def _sent_file(request: web.Request) -> bytes:
    if request.content_type != "multipart/form-data":
        return await request.read()
    for part in (await request.post()).values():
        if isinstance(part, web.FileField):
            return part.file.read()
    return b""


async def _arguments(request: web.Request) -> Json:
    """The call's arguments, from the address, a form or a JSON body; the body's win."""
    args: Json = dict(request.query)
    if request.content_type == "application/json":
        try:
            sent: Any = json.loads(await request.text() or "{}")
        except json.JSONDecodeError:
            sent = {}
        args |= sent if isinstance(sent, dict) else {}
    elif request.can_read_body:
        args |= dict(await request.post())
    for name in _NESTED:
        if isinstance(args.get(name), str) and args[name]:
            try:
                args[name] = json.loads(args[name])
            except json.JSONDecodeError:
                continue  # left as text, which the method then refuses by name
    return args
