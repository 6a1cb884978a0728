"""What machines are told of the bot's health: alive, ready, and which part is not right; nothing secret."""

import asyncio
import socket

import pytest
from aiohttp import ClientSession
from structlog.testing import capture_logs

from bot import config
from bot.app import running
from bot.health import ALIVE, READY, Health, Part, Pivotal
from bot.pivotal import AsyncPivotalApi
from bot.pivotal.hooks import Hooks
from bot.sandbox.pivotal import Fault
from bot.sandbox.slack.world import ANA, ONBOARDING
from tests.processes import until

GIVEN = {"slack_bot_token": "xoxb-1", "slack_app_token": "xapp-1", "pivotal_api_key": "pivotal_1"}


@pytest.fixture
async def session():
    async with ClientSession() as session:
        yield session


@pytest.fixture
def asked(bot, session, clock):
    """`await asked()`: the status of /readyz a moment later, and what it says of each part."""

    async def asks():
        clock.passes(seconds=2)
        async with session.get(bot.health + READY) as answer:
            told = await answer.json()
        return answer.status, {name: part["said"] for name, part in told["parts"].items()}

    return asks


def of_me(pivotal):
    return [request for request in pivotal.requests if request.path.endswith("/me")]


async def test_all_parts_are_told_while_the_bot_is_ready(asked, mode):
    line = {"socket": "connected", "http": "calls us"}[mode]

    assert await asked() == (200, {"database": "answers", "slack": line, "pivotal": "answered lately"})


async def test_an_address_that_was_not_told_otherwise_is_this_machines_own(bot):
    assert bot.health.startswith("http://127.0.0.1:")
    assert bot.metrics.startswith("http://127.0.0.1:")


@pytest.mark.parametrize("mode", ["socket"])
async def test_a_line_that_is_closed_makes_it_wait(bot, asked, session):
    await bot.socket.close()

    status, parts = await asked()
    async with session.get(bot.health + ALIVE) as alive:
        assert alive.status == 200
    assert (status, parts["slack"]) == (503, "not connected")


@pytest.mark.parametrize("mode", ["socket"])
async def test_a_line_on_which_nothing_comes_makes_it_wait(asked, clock):
    clock.passes(minutes=2)

    status, parts = await asked()

    assert (status, parts["slack"]) == (503, "connected, but silent")


async def test_one_part_that_is_not_right_makes_it_wait_whoever_asks(clock):
    looks = []

    async def memory():
        looks.append(clock())
        return Part(False, "does not answer")

    health = Health({"database": memory}, closing=lambda: False, clock=clock)
    told = await asyncio.gather(*(health.ready("database") for _ in range(20)))

    assert (told, len(looks)) == ([0.0] * 20, 1)


@pytest.mark.parametrize("mode", ["http"])
async def test_pivotal_is_asked_only_when_it_was_not_heard_of_lately(asked, pivotal, clock):
    before = len(of_me(pivotal))
    await asked()
    assert len(of_me(pivotal)) == before

    clock.passes(minutes=6)
    first = await asked()
    second = await asked()

    assert (first[0], second[0]) == (200, 200)
    assert len(of_me(pivotal)) == before + 1


@pytest.mark.parametrize("mode", ["http"])
async def test_a_key_that_is_refused_makes_it_wait(asked, slack, pivotal):
    pivotal.revoke(pivotal.live_key)
    await slack.types("/onboarding show #1", by=ANA, channel=ONBOARDING)

    status, parts = await asked()

    assert (status, parts["pivotal"]) == (503, "the key is refused")


async def test_a_pivotal_that_is_away_is_asked_rarely(pivotal, clock):
    heard = Pivotal(clock=clock)
    hooks = Hooks(after=(heard.noted,))
    async with AsyncPivotalApi(pivotal.live_key, base_url=pivotal.url, retry=None, hooks=hooks, clock=clock) as api:
        pivotal.fails(Fault.html_502, times=9)

        first, second = await heard.check(api.me), await heard.check(api.me)
        tries = len(pivotal.requests)
        clock.passes(seconds=31)
        await heard.check(api.me)

    assert (first, first.ok, first.said) == (second, False, "does not answer")
    assert (tries, len(pivotal.requests)) == (1, 2)


async def test_asked_to_stop_it_is_ready_no_more_while_it_finishes_its_work(slack, settings, clock, session):
    over, leave = asyncio.Event(), asyncio.Event()

    async def life():
        async with running(settings, clock=clock) as bot:
            started.set_result(bot)
            bot.door.tasks.spawn(over.wait())
            await leave.wait()

    started = asyncio.get_running_loop().create_future()
    living = asyncio.create_task(life())
    bot = await started

    async def status():
        async with session.get(bot.health + READY) as answer:
            return answer.status, (await answer.json())["status"]

    ready = await status()
    leave.set()
    await until(lambda: status_is(status, (503, "stopping")))
    over.set()
    await living
    assert ready == (200, "ready")


async def status_is(status, wanted):
    return await status() == wanted


@pytest.fixture
def taken():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.mark.parametrize("mode", ["socket"])
async def test_a_port_that_is_taken_does_not_stop_a_bot_that_nobody_calls(slack, settings, clock, taken):
    with capture_logs() as logs:
        async with running(settings.model_copy(update={"port": taken}), clock=clock) as bot:
            slack.settles = bot.settled
            assert (await slack.types("/onboarding whoami", by=ANA, channel=ONBOARDING)).ok

    assert bot.health is None
    assert [line["address"] for line in logs if line["event"] == "health is not shown"] == [f"127.0.0.1:{taken}"]


@pytest.mark.parametrize("mode", ["http"])
async def test_metrics_whose_port_is_taken_do_not_stop_the_bot(settings, clock, session, taken):
    address = f"127.0.0.1:{taken}"
    with capture_logs() as logs:
        async with (
            running(settings.model_copy(update={"metrics_address": address}), clock=clock) as bot,
            session.get(bot.health + READY) as answer,
        ):
            assert answer.status == 200

    assert bot.metrics is None
    (line,) = [line for line in logs if line["event"] == "metrics are not shown"]
    assert (line["address"], line["remedy"]) == (address, "set METRICS_ADDRESS to another address, or to off")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("127.0.0.1:9464", ("127.0.0.1", 9464)),
        ("[::1]:9464", ("::1", 9464)),
        ("metrics.internal:0", ("metrics.internal", 0)),
        ("OFF", None),
    ],
)
def test_the_address_of_the_metrics_is_a_host_and_a_port_or_off(said, meant):
    assert config.load(env_file=None, **GIVEN, metrics_address=said).metrics == meant


@pytest.mark.parametrize("said", ["9464", "127.0.0.1:99999", "http://127.0.0.1:9464", "127.0.0.1:", ":9464"])
def test_another_address_of_the_metrics_is_refused(said):
    with pytest.raises(config.ConfigurationError, match="METRICS_ADDRESS must be an address and a port like"):
        config.load(env_file=None, **GIVEN, metrics_address=said)


@pytest.mark.parametrize("mode", ["http"])
async def test_what_is_told_has_no_secret_and_no_address(bot, session, slack, pivotal):
    async with session.get(bot.health + READY) as answer:
        told = await answer.text()

    hidden = (slack.bot_token, slack.signing_secret, pivotal.live_key, "pivotal_", "127.0.0.1", "bot.db")
    assert [one for one in hidden if one in told] == []
