"""The web socket to Slack comes back, whatever ends it; nobody hammers Slack meanwhile."""

import asyncio
import json
from dataclasses import replace

import pytest
from aiohttp import ClientSession, web
from slack_sdk.web.async_client import AsyncWebClient
from structlog.testing import capture_logs

from bot.domain.errors import StartError
from bot.listeners.bolt import Identity, application
from bot.listeners.sockets import Patience, Socket
from bot.sandbox.slack.world import ANA, BOT, BOT_ID, ONBOARDING, TEAM
from tests.processes import until

SHORT = Patience(check=0.02, silence=45, connect=2, first=1, longest=8, answer=0.2)
NEVER_LOOKS = replace(SHORT, check=3600)
ENVELOPE = {"type": "interactive", "envelope_id": "E", "payload": {"type": "url_verification", "challenge": "c"}}
HELLO = json.dumps({"type": "hello", "num_connections": 1})
DISCONNECT = {"type": "disconnect", "reason": "refresh_requested"}


@pytest.fixture
def mode():
    return "socket"


class Seconds:
    """A monotonic clock that stands still until it is told to go on."""

    now = 0.0
    asked = 0

    def __call__(self):
        self.asked += 1
        return self.now


class Waits(list):
    """The pauses, in seconds, none of which is waited for."""

    async def __call__(self, seconds):
        self.append(seconds)
        await asyncio.sleep(0)


class Endpoint:
    """Slack's end of web sockets."""

    def __init__(self):
        self.address = ""
        self.refuses = 0
        """How many more ask in vain for an address."""
        self.shut = 0
        """How many more connect in vain."""
        self.silent = 0
        """How many more are let in and told nothing."""
        self.brief = 0
        """How many more are let in, and out again when they have been told everything."""
        self.says = []
        """What the next one is told after its hello."""
        self.asked = 0
        self.knocked = 0
        self.lines = []
        """Those let in."""
        self.hears = []
        """The number of a line, and what came on it."""

    async def connections_open(self, request):
        self.asked += 1
        if self._counts("refuses"):
            return web.json_response({"ok": False, "error": "internal_error"})
        return web.json_response({"ok": True, "url": f"{self.address}/socket".replace("http", "ws", 1)})

    async def socket(self, request):
        self.knocked += 1
        if self._counts("shut"):
            return web.Response(status=503)
        line = web.WebSocketResponse()
        await line.prepare(request)
        self.lines.append(request.transport)
        number = len(self.lines)
        if self._counts("silent"):
            await asyncio.Event().wait()
        await line.send_str(HELLO)
        said, self.says = self.says, []
        for envelope in said:
            await line.send_json(envelope)
        if self._counts("brief"):
            await line.close()
        async for message in line:
            self.hears.append((number, message.json()))
        return line

    def _counts(self, name):
        left = getattr(self, name)
        setattr(self, name, max(left - 1, 0))
        return left > 0


@pytest.fixture
async def endpoint():
    made = Endpoint()
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


def reasons(logged):
    return [one["why"] for one in logged if one["event"] == "socket to Slack is made anew"]


async def test_a_line_that_is_silent_is_made_anew(endpoint, socket, clock):
    seconds = Seconds()
    endpoint.silent = 1
    line = socket(f"{endpoint.address}/api/", monotonic=seconds)
    await line.open()
    clock.passes(minutes=1)
    seconds.now += 46

    with capture_logs() as logged:
        await until(lambda: len(endpoint.lines) == 2 and line.health.connected_since == clock())

    assert "socket to Slack is made anew" in [one["event"] for one in logged]
    assert reasons(logged) == ["silent"]


async def test_a_line_that_has_spoken_lately_is_left_alone(endpoint, socket):
    seconds = Seconds()
    line = socket(f"{endpoint.address}/api/", monotonic=seconds)
    await line.open()
    seconds.now += 44
    looked = seconds.asked

    await until(lambda: seconds.asked > looked + 20)

    assert len(endpoint.lines) == 1
    assert line.health.last_traffic is not None


async def test_a_line_that_breaks_off_without_a_word_is_made_anew(endpoint, socket):
    await socket(f"{endpoint.address}/api/").open()

    with capture_logs() as logged:
        endpoint.lines[0].abort()
        await until(lambda: len(endpoint.lines) == 2)

    assert reasons(logged) == ["session closed"]


@pytest.mark.parametrize("task", ["receive_messages", "process_messages"])
async def test_a_line_that_nobody_reads_is_made_anew(endpoint, socket, task):
    await socket(f"{endpoint.address}/api/").open()
    (reader,) = (one for one in asyncio.all_tasks() if one.get_coro().__name__ == task)

    with capture_logs() as logged:
        reader.cancel()
        await until(lambda: len(endpoint.lines) == 2)

    assert reasons(logged) == ["nobody reads"]


@pytest.mark.parametrize("how", ["brief", "asked"])
async def test_a_line_that_slack_ends_or_asks_to_end_is_followed_at_once_by_the_next(endpoint, socket, how):
    endpoint.brief, endpoint.says = (1, []) if how == "brief" else (0, [DISCONNECT])

    await socket(f"{endpoint.address}/api/", patience=NEVER_LOOKS).open()

    await until(lambda: len(endpoint.lines) == 2)


async def test_a_mistake_of_ours_does_not_end_the_watch(endpoint, socket):
    mistakes = [ZeroDivisionError]

    async def sleep(seconds):
        if mistakes:
            raise mistakes.pop()

    line = socket(f"{endpoint.address}/api/", sleep=sleep)
    await line.open()
    endpoint.shut = 1

    with capture_logs() as logged:
        endpoint.lines[0].abort()
        await until(lambda: len(endpoint.lines) == 2)

    assert [one["event"] for one in logged if one["log_level"] == "error"] == ["socket to Slack was not looked after"]


async def test_what_came_just_before_the_end_is_answered_on_the_next_line(endpoint, socket):
    endpoint.brief, endpoint.says = 1, [ENVELOPE]

    await socket(f"{endpoint.address}/api/").open()
    await until(lambda: endpoint.hears)

    assert [(line, heard["envelope_id"]) for line, heard in endpoint.hears] == [(2, "E")]


async def test_what_came_before_the_end_is_given_up_when_there_is_no_next_line_in_time(endpoint, socket):
    endpoint.brief, endpoint.says = 1, [ENVELOPE]
    never = asyncio.Event()

    with capture_logs() as logged:
        await socket(f"{endpoint.address}/api/", sleep=lambda seconds: never.wait()).open()
        endpoint.refuses = 1
        await until(lambda: "Slack could not be answered" in [one["event"] for one in logged])

    assert (endpoint.hears, endpoint.asked) == ([], 2)
    assert [one for one in logged if one["log_level"] == "error"] == []


async def test_while_slack_refuses_the_socket_it_asked_for_the_old_one_answers(endpoint, socket):
    endpoint.says = [DISCONNECT, ENVELOPE]
    waits, never = [], asyncio.Event()

    async def sleep(seconds):
        waits.append(seconds)
        await never.wait()

    await socket(f"{endpoint.address}/api/", sleep=sleep).open()
    endpoint.refuses = 1
    await until(lambda: endpoint.hears and waits)

    assert [(line, heard["envelope_id"]) for line, heard in endpoint.hears] == [(1, "E")]


async def test_a_body_that_slack_does_not_send_is_not_acknowledged_and_harms_nothing(endpoint, socket):
    press, event = (
        {"type": "block_actions", "actions": []},
        {"type": "event_callback", "event": {"type": "x", "user": 5}},
    )
    endpoint.says = [
        {"type": "interactive", "envelope_id": "E1", "payload": press},
        {"type": "events_api", "envelope_id": "E2", "payload": event},
        ENVELOPE,
    ]

    with capture_logs() as logged:
        await socket(f"{endpoint.address}/api/").open()
        await until(lambda: endpoint.hears)

    assert [heard["envelope_id"] for _, heard in endpoint.hears] == ["E"]
    assert [line["event"] for line in logged if line["log_level"] == "error"] == ["request not understood"] * 2


async def test_slack_that_does_not_let_it_in_is_asked_ever_more_rarely(slack, socket):
    waits = Waits()
    line = socket(slack.api_url, sleep=waits, chance=lambda: 0.5, monotonic=Seconds())
    await line.open()
    slack.fails("apps.connections.open", error="internal_error", times=6)

    with capture_logs() as logged:
        await slack.hangs_up()
        await until(lambda: slack.connections == 1)

    assert waits == [0.75, 1.5, 3.0, 6.0, 6.0, 6.0]
    assert len(slack.calls_of("apps.connections.open")) == 1 + 6 + 1
    assert [one["event"] for one in logged].count("Slack cannot be connected") == 6


async def test_slack_that_gives_an_address_and_lets_nobody_in_there_is_asked_ever_more_rarely(endpoint, socket):
    waits = Waits()
    await socket(f"{endpoint.address}/api/", sleep=waits, chance=lambda: 0.5, monotonic=Seconds()).open()
    endpoint.shut = 4

    endpoint.lines[0].abort()
    await until(lambda: len(endpoint.lines) == 2)

    assert waits == [0.75, 1.5, 3.0, 6.0]
    assert (endpoint.asked, endpoint.knocked) == (6, 6)


async def test_slack_that_lets_it_in_and_out_again_is_asked_ever_more_rarely(endpoint, socket):
    endpoint.brief = 5
    waits = Waits()

    await socket(f"{endpoint.address}/api/", sleep=waits, chance=lambda: 0.5, monotonic=Seconds()).open()
    await until(lambda: len(endpoint.lines) == 6)

    assert waits == [0.75, 1.5, 3.0, 6.0]
    assert endpoint.asked == 6


async def test_after_a_line_that_has_lasted_slack_is_asked_at_once_again(endpoint, socket):
    endpoint.brief = 2
    seconds, waits = Seconds(), Waits()
    await socket(f"{endpoint.address}/api/", sleep=waits, monotonic=seconds).open()
    await until(lambda: len(endpoint.lines) == 3)
    before = len(waits)
    seconds.now += 9

    endpoint.lines[-1].abort()
    await until(lambda: len(endpoint.lines) == 4)

    assert (before, len(waits)) == (1, 1)


async def test_a_socket_that_does_not_open_stops_the_start_at_the_first_try(endpoint, socket):
    endpoint.shut = 1

    with pytest.raises(StartError, match="web socket could not be reached"):
        await socket(f"{endpoint.address}/api/").open()

    assert endpoint.knocked == 1


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
