"""The web socket to Slack comes back, whatever ends it; nobody hammers Slack meanwhile."""

import asyncio
import json

import pytest
from aiohttp import ClientSession, web
from slack_sdk.web.async_client import AsyncWebClient
from structlog.testing import capture_logs

from bot.domain.errors import StartError
from bot.listeners.bolt import Identity, application
from bot.listeners.sockets import Patience, Socket
from bot.sandbox.slack.world import ANA, BOT, BOT_ID, ONBOARDING, TEAM
from tests.processes import until

SHORT = Patience(check=0.02, silence=45, connect=2, first=1, longest=8)
HELLO = json.dumps({"type": "hello", "num_connections": 1})


@pytest.fixture
def mode():
    return "socket"


class Seconds:
    """A monotonic clock that stands still until it is told to go on."""

    now = 0.0

    def __call__(self):
        return self.now


class Endpoint:
    """Slack's end of web sockets: the first `silent` ones take a connection and say nothing."""

    def __init__(self, silent):
        self.silent = silent
        self.opened = 0
        self.address = ""
        self.says = []
        self.hears = []

    async def connections_open(self, request):
        return web.json_response({"ok": True, "url": f"{self.address}/socket".replace("http", "ws", 1)})

    async def socket(self, request):
        self.opened += 1
        line = web.WebSocketResponse(autoping=True)
        await line.prepare(request)
        if self.opened <= self.silent:
            await asyncio.Event().wait()
        await line.send_str(HELLO)
        for envelope in self.says:
            await line.send_json(envelope)
        async for message in line:
            self.hears.append(message.json())
        return line


@pytest.fixture
async def endpoint():
    made = Endpoint(silent=1)
    app = web.Application()
    app.router.add_post("/api/apps.connections.open", made.connections_open)
    app.router.add_get("/socket", made.socket)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


@pytest.fixture
async def socket(clock):
    """`socket(api_url)`: a line of its own, with little patience."""
    async with ClientSession() as session:
        opened = []

        def line(api_url, *, token="xapp-sandbox-app", **options):
            client = AsyncWebClient(token="xoxb-x", base_url=api_url, session=session, retry_handlers=[])
            bolt = application(Identity(TEAM, BOT, BOT_ID, "xoxb-x"), signing_secret="", session=session)
            opened.append(Socket(bolt, token, client, clock=clock, **{"patience": SHORT, **options}))
            return opened[-1]

        yield line
        for one in opened:
            await one.close()


async def test_a_line_that_is_silent_is_made_anew(endpoint, socket, clock):
    seconds = Seconds()
    line = socket(f"{endpoint.address}/api/", monotonic=seconds)
    await line.open()
    clock.passes(minutes=1)
    seconds.now += 46

    with capture_logs() as logged:
        await until(lambda: endpoint.opened == 2 and line.health.connected_since == clock())

    assert "socket to Slack is made anew" in [one["event"] for one in logged]


async def test_a_line_that_has_spoken_lately_is_left_alone(endpoint, socket):
    looks = []

    async def sleep(seconds):
        looks.append(seconds)
        await asyncio.sleep(0)

    seconds = Seconds()
    line = socket(f"{endpoint.address}/api/", sleep=sleep, monotonic=seconds)
    await line.open()
    seconds.now += 44

    await until(lambda: len(looks) > 20)

    assert endpoint.opened == 1
    assert line.health.last_traffic is not None


async def test_a_body_that_slack_does_not_send_is_not_acknowledged_and_harms_nothing(endpoint, socket):
    endpoint.silent = 0
    press, event = (
        {"type": "block_actions", "actions": []},
        {"type": "event_callback", "event": {"type": "x", "user": 5}},
    )
    endpoint.says = [
        {"type": "interactive", "envelope_id": "E1", "payload": press},
        {"type": "events_api", "envelope_id": "E2", "payload": event},
        {"type": "interactive", "envelope_id": "E3", "payload": {"type": "url_verification", "challenge": "c"}},
    ]

    with capture_logs() as logged:
        await socket(f"{endpoint.address}/api/").open()
        await until(lambda: endpoint.hears)

    assert [one["envelope_id"] for one in endpoint.hears] == ["E3"]
    assert [line["event"] for line in logged if line["log_level"] == "error"] == ["request not understood"] * 2


async def test_slack_that_does_not_let_it_in_is_asked_ever_more_rarely(slack, socket):
    waits = []

    async def sleep(seconds):
        if seconds != SHORT.check:
            waits.append(seconds)
        await asyncio.sleep(0)

    seconds = Seconds()
    line = socket(slack.api_url, sleep=sleep, chance=lambda: 0.5, monotonic=seconds)
    await line.open()
    slack.fails("apps.connections.open", error="internal_error", times=6)

    def asked():
        calls = len(slack.calls_of("apps.connections.open"))
        seconds.now += 46 if calls == 1 else 0  # what Slack has said so far is long ago
        return calls

    await until(lambda: asked() == 8 and slack.connections == 1)

    assert waits == [0.75, 1.5, 3.0, 6.0, 6.0, 6.0]


async def test_a_token_that_slack_refuses_stops_the_start(slack, socket):
    line = socket(slack.api_url, token="xapp-another")

    with pytest.raises(StartError, match="app token"):
        await line.open()
    assert line.health.connected_since is None


async def test_after_slack_asked_for_it_commands_are_answered_on_a_new_connection(slack, bot, ask):
    await slack.disconnects()
    await until(lambda: slack.connections == 1)

    assert "Ana Ruiz" in await ask("whoami")
    assert bot.socket.health.connected_since is not None


async def test_a_line_that_slack_ends_comes_back(slack, bot, ask):
    await slack.hangs_up()
    await until(lambda: slack.connections == 1)

    assert (await slack.types("/onboarding whoami", by=ANA, channel=ONBOARDING)).ok


async def test_once_closed_there_is_no_connection_and_none_comes_back(slack, bot):
    await bot.socket.close()

    await until(lambda: slack.connections == 0)
    assert bot.socket.health.connected_since is None
