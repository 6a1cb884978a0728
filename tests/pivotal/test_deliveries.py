"""What the local Pivotal delivers, received over HTTP: signed by code of its own, verified by ours."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from bot.pivotal import InvalidSignature, webhooks
from bot.pivotal.events import TYPES, OnboardingPhaseChanged, UnknownEvent
from bot.sandbox.pivotal import LocalPivotal


@asynccontextmanager
async def receiver():
    """A server that keeps every delivery: raw body and headers."""
    deliveries = asyncio.Queue()

    async def receive(request):
        deliveries.put_nowait((await request.read(), request.headers))
        return web.Response(status=204)

    application = web.Application()
    application.router.add_post("/hook", receive)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/hook", deliveries
    finally:
        await runner.cleanup()


async def received(deliveries):
    return await asyncio.wait_for(deliveries.get(), 10)


async def test_a_moved_onboarding_arrives_as_its_event(time):
    async with receiver() as (url, deliveries), LocalPivotal(clock=time) as pivotal:
        endpoint = pivotal.webhooks.add(url, types=frozenset({"onboarding.phase_changed"}))
        pivotal.has_onboarding(89, phase="review")

        pivotal.edit(89, phase="program_buildout")
        event = webhooks.parse(*await received(deliveries), endpoint.secret, now=time.now)

        assert isinstance(event, OnboardingPhaseChanged)
        assert (event.data.object.display_id, event.data.object.phase) == (89, "program_buildout")
        assert event.data.previous_attributes == {"phase": "review"}


@pytest.mark.parametrize("envelope", ["full", "bare"])
async def test_every_type_is_read_in_either_envelope(time, envelope):
    async with receiver() as (url, deliveries), LocalPivotal(clock=time) as pivotal:
        pivotal.switches.webhook_envelope = envelope
        endpoint = pivotal.webhooks.add(url)

        for kind in (*sorted(TYPES), "webhook.ping"):
            pivotal.webhooks.test_event(endpoint, kind)
            event = webhooks.parse(*await received(deliveries), endpoint.secret, now=time.now)
            assert event.type == kind
            assert isinstance(event, UnknownEvent) is (kind == "webhook.ping")


async def test_while_a_secret_rotates_either_verifies(time):
    async with receiver() as (url, deliveries), LocalPivotal(clock=time) as pivotal:
        endpoint = pivotal.webhooks.add(url)
        former = endpoint.secret
        secret = pivotal.webhooks.rotate(endpoint)

        pivotal.webhooks.test_event(endpoint, "task.completed")
        body, headers = await received(deliveries)

        assert webhooks.verify(body, headers, former, now=time.now) == webhooks.verify(
            body, headers, secret, now=time.now
        )
        with pytest.raises(InvalidSignature):
            webhooks.verify(body + b" ", headers, secret, now=time.now)
