"""What the bot is compared with, as somebody writes it who knows Bolt, aiohttp and Slack's documentation.

Each is served by aiohttp's AppRunner, as the bot is, in a process of its own: `python -m tests.benchmarks.subjects`.
"""

import asyncio
import hashlib
import hmac
import os
import sys
import time
from collections.abc import Callable
from urllib.parse import parse_qsl

from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

COMMAND = "/onboarding"
PATH = "/slack/events"


def echo(*, before_response: bool) -> AsyncApp:
    """Bolt's own first example of a command: https://docs.slack.dev/tools/bolt-python/concepts/commands/."""
    token, base_url = os.environ["SLACK_BOT_TOKEN"], os.environ["SLACK_API_URL"]
    app = AsyncApp(
        signing_secret=os.environ.get("SLACK_SIGNING_SECRET"),
        client=AsyncWebClient(token=token, base_url=base_url),
        process_before_response=before_response,
    )

    @app.command(COMMAND)
    async def repeat(ack: AsyncAck, respond: AsyncRespond, command: dict[str, str]) -> None:
        await ack()
        await respond(command["text"])

    return app


def bare() -> web.Application:
    """No framework: check Slack's signature, read the form, acknowledge."""
    secret = os.environ["SLACK_SIGNING_SECRET"].encode()

    async def receive(request: web.Request) -> web.Response:
        raw = await request.read()
        stamp = request.headers["X-Slack-Request-Timestamp"]
        signed = hmac.new(secret, b"v0:" + stamp.encode() + b":" + raw, hashlib.sha256).hexdigest()
        genuine = hmac.compare_digest(f"v0={signed}", request.headers["X-Slack-Signature"])
        if not genuine or abs(time.time() - int(stamp)) > 300:
            return web.Response(status=401)
        dict(parse_qsl(raw.decode(), keep_blank_values=True))
        return web.Response()

    application = web.Application()
    application.router.add_post(PATH, receive)
    return application


SERVED: dict[str, Callable[[], web.Application]] = {
    "bare": bare,
    "echo": lambda: echo(before_response=False).web_app(PATH),
    "echo-before": lambda: echo(before_response=True).web_app(PATH),
}
SOCKET = "socket"


async def serve(application: web.Application) -> None:
    """Serve it on a free port, and say where."""
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"listening on http://127.0.0.1:{runner.addresses[0][1]}{PATH}", flush=True)  # noqa: T201 - who started it reads it
    await asyncio.Event().wait()


async def connect() -> None:
    """Be a Socket Mode bot with the same command, as Bolt's guide has it, and say when it is connected."""
    await AsyncSocketModeHandler(echo(before_response=False), os.environ["SLACK_APP_TOKEN"]).connect_async()
    print("connected to Slack", flush=True)  # noqa: T201 - likewise
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(connect() if sys.argv[1] == SOCKET else serve(SERVED[sys.argv[1]]()))
