"""Connections on which the head of a request never ends are closed, and hold up nobody meanwhile."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession, web

from bot import bodies

IDLE = 0.5


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """What `app` opens for Slack and Pivotal, with less patience."""

    async def receive(request: web.Request) -> web.Response:
        await bodies.read(request, most=100, within=5)
        await asyncio.sleep(float(request.query.get("takes", 0)))
        return web.Response(text="taken")

    application = web.Application()
    application.router.add_post("/slack/events", receive)
    runner = bodies.server(application, idle=IDLE)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield runner.addresses[0][1]
    await runner.cleanup()


async def trickles(port: int) -> str:
    """Send a head that never ends, line by line; says how it ended."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST /slack/events HTTP/1.1\r\nHost: bot.example\r\n")
    closed = asyncio.create_task(reader.read())
    try:
        async with asyncio.timeout(20):
            while not closed.done():
                writer.write(b"X-More: and more\r\n")
                await asyncio.wait({closed}, timeout=IDLE / 10)
        return "closed" if closed.result() == b"" else "answered"
    except (TimeoutError, ConnectionError) as error:
        closed.cancel()
        return "closed" if isinstance(error, ConnectionError) else "still open"
    finally:
        writer.close()


async def test_a_head_that_never_ends_is_cut_off_and_others_are_served_meanwhile(port):
    slow = [asyncio.create_task(trickles(port)) for _ in range(20)]

    async with ClientSession() as session, session.post(f"http://127.0.0.1:{port}/slack/events", data=b"x") as answer:
        assert await answer.text() == "taken"

    assert set(await asyncio.gather(*slow)) == {"closed"}


async def test_who_waits_for_an_answer_is_not_cut_off(port):
    address = f"http://127.0.0.1:{port}/slack/events?takes={3 * IDLE}"

    async with ClientSession() as session, session.post(address, data=b"x") as answer:
        assert await answer.text() == "taken"
