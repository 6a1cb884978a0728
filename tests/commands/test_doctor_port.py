"""Who is at the bot's port: nobody, a bot, or somebody else."""

import re
import socket

import pytest
from aiohttp import web

from bot.commands.doctor_port import figures, port
from bot.domain.findings import Level
from bot.sandbox.slack.world import ANA, ONBOARDING

HERE = "127.0.0.1"


@pytest.fixture
def free():
    with socket.socket() as probe:
        probe.bind((HERE, 0))
        return probe.getsockname()[1]


@pytest.fixture
async def neighbour():
    """The port of another program that answers everything with a page."""

    async def page(_):
        return web.Response(text="<html>", content_type="text/html")

    application = web.Application()
    application.router.add_get("/{path:.*}", page)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, HERE, 0).start()
    yield runner.addresses[0][1]
    await runner.cleanup()


async def test_a_free_port_is_all_right(free):
    (found,) = await port(HERE, free, needed=True)

    assert (found.level, found.found) == (Level.OK, f"{HERE}:{free} is free: no bot is running there")


@pytest.mark.parametrize(("needed", "level"), [(True, Level.FAIL), (False, Level.WARN)])
async def test_a_neighbours_port_stops_only_who_has_to_be_called_there(neighbour, needed, level):
    (found,) = await port(HERE, neighbour, needed=needed)

    assert found.level is level
    assert found.found.startswith(f"{HERE}:{neighbour} is taken by another program")
    assert "Set PORT" in found.remedy


@pytest.mark.parametrize("mode", ["http"])
@pytest.mark.parametrize("everywhere", [HERE, "0.0.0.0"])
async def test_a_running_bot_is_known_and_asked_how_it_is(bot, everywhere):
    number = int(bot.health.rsplit(":", 1)[1])

    (found,) = await port(everywhere, number, needed=True)

    assert (found.level, found.found) == (Level.OK, f"a bot is running at {everywhere}:{number}, and is ready")


@pytest.mark.parametrize("mode", ["socket"])
async def test_what_a_running_bot_lacks_is_told(bot):
    number = int(bot.health.rsplit(":", 1)[1])
    await bot.socket.close()

    (found,) = await port(HERE, number, needed=False)

    assert found.level is Level.WARN
    assert "but: slack not connected" in found.found


async def test_an_address_of_another_computer_cannot_be_listened_on():
    (found,) = await port("192.0.2.1", 3000, needed=True)

    assert (found.level, found.remedy) == (Level.FAIL, "Check HOST and PORT.")


async def test_nothing_is_told_of_metrics_that_are_off_or_can_be_shown(free):
    assert (await figures(None), await figures((HERE, free))) == ((), ())


async def test_a_neighbour_where_the_metrics_would_be_is_named_with_what_to_do(neighbour):
    (found,) = await figures((HERE, neighbour))

    assert (found.level, found.name) == (Level.WARN, "metrics")
    assert found.found.startswith(f"{HERE}:{neighbour} is taken by another program")
    assert found.remedy == "Set METRICS_ADDRESS to another one, or to off."


@pytest.mark.parametrize("mode", ["socket"])
async def test_a_running_bot_tells_how_often_it_asked_pivotal_and_for_whom(slack, pivotal, bot):
    before = len(pivotal.requests)
    pivotal.has_onboarding(89, customer="Aurora Foods", phase="review", csm_id="user_csm_001")
    await slack.types("/onboarding show #89", by=ANA, channel=ONBOARDING)

    (found,) = await figures((HERE, int(bot.metrics.split(":")[2].split("/")[0])))

    people, walks = map(int, re.findall(r"\d+", found.found))
    assert found.found == f"since its start the running bot made {people} for people, {walks} for walks"
    assert people >= len(pivotal.requests) - before > 0
    assert people + walks == len(pivotal.requests)
