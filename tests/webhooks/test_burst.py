"""The whole bot in a burst of deliveries: each is answered, people are too, and nothing piles up."""

import asyncio
import json

import pytest
from aiohttp import ClientSession

from bot import config
from bot.app import running
from bot.sandbox.pivotal import signing
from bot.sandbox.slack import LocalSlack
from bot.sandbox.slack.world import ANA, BEN, ONBOARDING
from bot.services.events import AT_ONCE, GATHER
from tests.hostile.shapes import ENDLESS

SECRET = "whsec_" + "c2FuZGJveC1zZWNyZXQtb2YtdGhlLXRlc3Rz"
RECORDS = range(100, 120)
TOGETHER = 100
"""Deliveries under way at the same time."""
PHASES = ("review", "program_buildout")


@pytest.fixture
def mode():
    return "http"


@pytest.fixture
async def slack(clock, installed):
    """A Slack that waits: on a busy machine the burst may take longer than the three seconds it gives."""
    async with LocalSlack(installed, clock=clock, ack_timeout=60) as local:
        yield local


@pytest.fixture
def settings(settings):
    values = {name: getattr(settings, name) for name in config.Settings.model_fields}
    return config.load(env_file=None, **values | {"pivotal_webhook_secret": SECRET})


@pytest.fixture
async def bot(slack, settings, pivotal, clock):
    for number in RECORDS:
        pivotal.has_onboarding(number, customer="Aurora", phase=PHASES[0], csm_id="user_csm_001")
    async with running(settings, clock=clock) as app:
        slack.request_url, slack.settles = app.address, app.settled
        await app.settled()
        pivotal.webhooks.parallel, pivotal.webhooks.patience = TOGETHER, 60.0
        pivotal.webhooks.add(app.webhooks, secret=SECRET)
        yield app


class Watch:
    """Looks again and again at how much the bot keeps in memory."""

    def __init__(self, bot):
        self._bot = bot
        self.arrivals = self.tasks = 0

    async def __aenter__(self):
        self._task = asyncio.create_task(self._look())
        return self

    async def __aexit__(self, *_):
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _look(self):
        while True:
            self.arrivals = max(self.arrivals, len(self._bot.services.events._arrivals))
            self.tasks = max(self.tasks, len(self._bot.door.tasks))
            await asyncio.sleep(0)


@pytest.mark.parametrize("deliveries", [500, pytest.param(5_000, marks=pytest.mark.soak)])
async def test_every_delivery_of_a_burst_is_answered_at_once_and_so_is_everybody(
    slack, pivotal, bot, clock, until, deliveries
):
    await slack.types("/onboarding list", by=BEN, channel=ONBOARDING)
    asked_before = len(pivotal.requests)
    told = pivotal.webhooks.deliveries

    async with Watch(bot) as watch:
        for number in range(deliveries):
            record = RECORDS[number % len(RECORDS)]
            pivotal.edit(record, phase=PHASES[1 - PHASES.index(pivotal.phase_of(record))])
        acknowledged = []
        while len(told) < deliveries:
            acknowledged.append(await slack.types("/onboarding list", by=ANA, channel=ONBOARDING))
            assert "Aurora" in slack.seen(ANA, ONBOARDING)
        clock.passes(seconds=GATHER.total_seconds())
        await until(lambda: _idle(bot))

    assert [one.status for one in told] == [204] * deliveries
    assert {one.attempt for one in told} == {1}
    assert acknowledged
    assert all(one.ok for one in acknowledged)
    assert watch.arrivals <= TOGETHER
    assert watch.tasks <= 2 * len(RECORDS) + AT_ONCE
    reads = [one for one in pivotal.requests[asked_before:] if one.path.startswith("/onboardings/")]
    assert len(reads) <= 2 * len(RECORDS)
    for number in RECORDS:
        assert bot.services.portfolio.known(str(number)).onboarding.phase == pivotal.phase_of(number)


@pytest.mark.parametrize(
    "odd",
    [
        {"id": ENDLESS},
        {"data": {"object": {"id": ENDLESS}}},
        {"data": {"object": {"id": "onb_100", "display_id": 7**4_000}}},
    ],
    ids=["event", "record", "number"],
)
async def test_one_delivery_that_cannot_be_kept_is_refused_and_spoils_none_of_the_others(bot, clock, odd):
    async with ClientSession() as session:

        async def deliver(number):
            about = {"id": f"evt_{number}", "type": "onboarding.phase_changed", "data": {"object": {"id": "onb_100"}}}
            body = json.dumps(about | (odd if number == 5 else {})).encode()
            stamp = int(clock().timestamp())
            signed = signing.headers(body, secrets=[SECRET], message_id=f"msg_{number}", timestamp=stamp)
            async with session.post(bot.webhooks, data=body, headers=signed) as answer:
                return answer.status

        statuses = await asyncio.gather(*map(deliver, range(12)))

    assert statuses == [401 if number == 5 else 204 for number in range(12)]


async def _idle(bot):
    return await bot.store.inbox.waiting() == 0
