"""Outgoing webhooks, received by a server of the test's own."""

import asyncio
import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from aiohttp import web

from bot.sandbox.pivotal import signing
from bot.sandbox.pivotal.events import TYPES


@dataclass
class Receiver:
    url: str = ""
    status: int = 200
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request: web.Request) -> web.Response:
        self.received.append((dict(request.headers), await request.read()))
        self.arrived.set()
        return web.Response(status=self.status)

    @property
    def bodies(self) -> list[dict]:
        return [json.loads(body) for _, body in self.received]

    @property
    def types(self) -> list[str]:
        return [body["type"] for body in self.bodies]

    def ids(self, header: str) -> list[str]:
        return [headers[header] for headers, _ in self.received]


@pytest.fixture
async def receiver():
    receiver = Receiver()
    application = web.Application()
    application.router.add_post("/hooks", receiver.take)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hooks"
    yield receiver
    await runner.cleanup()


def test_the_signature_is_the_published_example_s():
    signature = signing.sign(
        b'{"test": 2432232314}',
        secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp=1614265330,
    )

    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


async def test_a_phase_move_is_told_in_a_full_signed_envelope(pivotal, api, clock, receiver):
    endpoint = pivotal.webhooks.add(receiver.url)
    made = pivotal.has_onboarding(89, phase="review", target_launch_date="2026-09-18", csm_id="user_csm_001")
    pivotal.has_user("user_csm_001", email="ana.ruiz@larkspur.example")

    await api.patch("/onboardings/89", {"phase": "program_buildout"})
    await pivotal.webhooks.settle()

    headers, raw = receiver.received[0]
    body = json.loads(raw)
    assert {name: body[name] for name in body if name != "data"} == {
        "id": pivotal.webhooks.events[0].id,
        "type": "onboarding.phase_changed",
        "created_at": "2026-09-09T08:00:00.000Z",
        "org_id": "org_larkspur",
        "livemode": True,
        "api_version": "v1",
    }
    assert body["data"]["previous_attributes"] == {"phase": "review"}
    told = body["data"]["object"]
    assert (told["id"], told["phase"], told["target_launch_date"]) == (made["id"], "program_buildout", "2026-09-18")
    assert told["owner_email"] == "ana.ruiz@larkspur.example"
    key = base64.b64decode(endpoint.secret.removeprefix("whsec_"))
    signed = f"{headers['svix-id']}.{int(clock().timestamp())}.".encode() + raw
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["svix-signature"] == f"v1,{expected}"


@pytest.mark.parametrize(
    ("start", "changes", "types"),
    [
        ({"phase": "internal_qa"}, {"phase": "launch"}, ["onboarding.phase_changed", "onboarding.launched"]),
        ({"phase": "launch"}, {"phase": "completed"}, ["onboarding.phase_changed", "onboarding.completed"]),
        ({}, {"state": "at_risk"}, ["onboarding.state_changed", "onboarding.at_risk"]),
        ({"state": "at_risk"}, {"state": "active"}, ["onboarding.state_changed", "onboarding.back_on_track"]),
        ({}, {"target_launch_date": "2026-09-18T00:00:00Z", "csm_id": "user_csm_002", "notes": "x", "name": "y"}, []),
        ({"phase": "review"}, {"phase": "review"}, []),
    ],
)
async def test_one_change_makes_the_events_that_fit_it(pivotal, api, receiver, start, changes, types):
    pivotal.webhooks.add(receiver.url)
    pivotal.has_onboarding(89, **start)

    await api.patch("/onboardings/89", changes)
    await pivotal.webhooks.settle()

    assert sorted(receiver.types) == sorted(types)


async def test_a_deleted_onboarding_makes_no_event(pivotal, api, receiver):
    pivotal.webhooks.add(receiver.url)
    pivotal.has_onboarding(89)

    await api.delete("/onboardings/89")
    await pivotal.webhooks.settle()

    assert receiver.types == []


async def test_all_fifteen_types_occur(pivotal, api, receiver):
    pivotal.rate_limit = 600
    pivotal.webhooks.add(receiver.url)

    customer = (await api.post("/customers", {"name": "Globex"})).json
    await api.post(f"/customers/{customer['id']}/contacts", {"name": "Ada", "email": "ada@globex.example"})
    onboarding = (await api.post("/onboardings", {"customer_id": customer["id"]})).json
    for status in ("at_risk", "churned", "archived"):
        await api.patch(f"/customers/{customer['id']}", {"status": status})
    for change in ({"state": "at_risk"}, {"state": "active"}, {"phase": "launch"}, {"phase": "completed"}):
        await api.patch(f"/onboardings/{onboarding['id']}", change)
    pivotal.health_drops(customer["id"], to=61)
    pivotal.completes_task(onboarding["id"], "Kick-off call")
    await pivotal.webhooks.settle()

    assert set(receiver.types) == set(TYPES)


async def test_a_small_fall_of_health_is_no_event(pivotal, receiver):
    pivotal.webhooks.add(receiver.url)
    customer = pivotal.has_customer("Globex")

    pivotal.health_drops(customer["id"], to=71)
    await pivotal.webhooks.settle()

    assert receiver.types == []


async def test_events_of_a_test_key_reach_test_endpoints_only(pivotal, api, receiver):
    pivotal.webhooks.add(receiver.url + "?live")
    pivotal.webhooks.add(receiver.url + "?test", test_mode=True)
    pivotal.has_onboarding(89, phase="review")

    await api.patch("/onboardings/89", {"phase": "program_design"}, key=pivotal.test_key)
    await pivotal.webhooks.settle()

    assert [delivery.endpoint for delivery in pivotal.webhooks.deliveries] == [receiver.url + "?test"]
    assert receiver.bodies[0]["livemode"] is False


async def test_an_endpoint_gets_the_types_it_picked(pivotal, receiver):
    pivotal.webhooks.add(receiver.url, types=frozenset({"onboarding.launched"}))
    pivotal.has_onboarding(89)

    pivotal.edit(89, phase="launch")
    await pivotal.webhooks.settle()

    assert receiver.types == ["onboarding.launched"]


async def test_a_failed_delivery_is_tried_eight_times_within_a_day(pivotal, clock, receiver):
    receiver.status = 500
    pivotal.webhooks.add(receiver.url)
    pivotal.has_onboarding(89)
    start = clock()
    pivotal.edit(89, phase="review")

    for _ in range(26 * 60):
        await pivotal.webhooks.settle()
        clock.passes(minutes=1)

    seconds = [round((delivery.at - start).total_seconds()) for delivery in pivotal.webhooks.deliveries]
    waits = [0, 5, 300, 1_800, 7_200, 18_000, 36_000]
    assert len(seconds) == 8
    for attempt, (earlier, later) in enumerate(pairwise(seconds[:-1]), start=1):
        assert waits[attempt] <= later - earlier < waits[attempt] + 60
    assert 86_400 <= seconds[-1] < 86_460
    assert len(set(receiver.ids("svix-id"))) == len({body["id"] for body in receiver.bodies}) == 1
    assert len(set(receiver.ids("svix-timestamp"))) == 8


async def test_a_delivery_that_arrives_is_not_sent_again(pivotal, clock, receiver):
    receiver.status = 503
    pivotal.webhooks.add(receiver.url)
    pivotal.has_onboarding(89)
    pivotal.edit(89, phase="review")
    await pivotal.webhooks.settle()

    receiver.status = 204
    clock.passes(seconds=5)
    await pivotal.webhooks.settle()

    assert [delivery.status for delivery in pivotal.webhooks.deliveries] == [503, 204]
    assert pivotal.webhooks.waiting == 0


async def test_an_endpoint_nobody_listens_at_is_a_failed_attempt(pivotal):
    pivotal.webhooks.add("http://127.0.0.1:9/hooks")
    pivotal.has_onboarding(89)

    pivotal.edit(89, phase="review")
    await pivotal.webhooks.settle()

    assert [delivery.status for delivery in pivotal.webhooks.deliveries] == [None]
    assert pivotal.webhooks.waiting == 1


async def test_the_time_scale_shrinks_the_waits(pivotal, clock, receiver):
    receiver.status = 500
    pivotal.webhooks.time_scale = 0.001
    pivotal.webhooks.add(receiver.url)
    pivotal.has_onboarding(89)
    pivotal.edit(89, phase="review")
    await pivotal.webhooks.settle()

    clock.passes(milliseconds=5)
    await pivotal.webhooks.settle()

    assert len(receiver.received) == 2


async def test_after_a_hundred_failures_in_a_row_an_endpoint_is_disabled(pivotal, receiver):
    receiver.status = 500
    endpoint = pivotal.webhooks.add(receiver.url)
    for number in range(120):
        pivotal.webhooks.emit("onboarding.created", {"id": str(number)})

    await pivotal.webhooks.settle()

    assert endpoint.disabled
    assert len(receiver.received) == 100


async def test_copies_share_the_message_and_the_event(pivotal, receiver):
    pivotal.webhooks.duplicates = 2
    pivotal.webhooks.add(receiver.url)
    pivotal.has_onboarding(89)

    pivotal.edit(89, phase="review")
    await pivotal.webhooks.settle()

    assert len(receiver.received) == 3
    assert len(set(receiver.ids("svix-id"))) == len({body["id"] for body in receiver.bodies}) == 1


async def test_a_replay_is_a_new_delivery_of_the_same_event(pivotal, receiver):
    pivotal.webhooks.add(receiver.url)
    pivotal.has_onboarding(89)
    pivotal.edit(89, phase="review")
    await pivotal.webhooks.settle()

    pivotal.webhooks.replay(pivotal.webhooks.events[0].id)
    await pivotal.webhooks.settle()

    assert receiver.bodies[0] == receiver.bodies[1]
    assert len(set(receiver.ids("svix-id"))) == 2


async def test_held_events_arrive_in_another_order(pivotal, receiver):
    pivotal.webhooks.parallel = 1
    pivotal.webhooks.add(receiver.url)
    pivotal.has_onboarding(89)
    pivotal.webhooks.hold()
    for phase in ("program_design", "review", "program_buildout"):
        pivotal.edit(89, phase=phase)
    await pivotal.webhooks.settle()
    before = list(receiver.received)

    pivotal.webhooks.release()
    await pivotal.webhooks.settle()

    phases = [body["data"]["object"]["phase"] for body in receiver.bodies]
    assert (before, phases) == ([], ["program_buildout", "review", "program_design"])


async def test_a_rotated_secret_signs_along_for_a_day(pivotal, clock, receiver):
    endpoint = pivotal.webhooks.add(receiver.url)
    pivotal.webhooks.rotate(endpoint)

    pivotal.webhooks.emit("onboarding.created", {})
    await pivotal.webhooks.settle()
    clock.passes(hours=24)
    pivotal.webhooks.emit("onboarding.created", {})
    await pivotal.webhooks.settle()

    assert [len(signatures.split(" ")) for signatures in receiver.ids("svix-signature")] == [2, 1]


async def test_a_dashboard_test_event_is_not_live_and_names_no_real_record(pivotal, receiver):
    endpoint = pivotal.webhooks.add(receiver.url)

    pivotal.webhooks.test_event(endpoint, "onboarding.launched")
    await pivotal.webhooks.settle()

    body = receiver.bodies[0]
    assert (body["livemode"], pivotal.onboarding(body["data"]["object"]["id"])) == (False, None)


async def test_unknown_types_can_be_sent(pivotal, receiver):
    pivotal.webhooks.add(receiver.url)

    pivotal.webhooks.emit("onboarding.teleported", {"id": "x"})
    await pivotal.webhooks.settle()

    assert receiver.types == ["onboarding.teleported"]


async def test_the_envelope_can_be_the_product_page_s(pivotal, receiver):
    pivotal.switches.webhook_envelope = "bare"
    pivotal.switches.webhook_object = "sample"
    pivotal.switches.events_per_change = "first"
    pivotal.switches.ping_on_add = True
    pivotal.webhooks.add(receiver.url)
    pivotal.has_onboarding(89)

    pivotal.edit(89, phase="launch")
    await pivotal.webhooks.settle()

    assert receiver.types == ["webhook.ping", "onboarding.phase_changed"]
    assert set(receiver.bodies[1]) == {"id", "type", "created_at", "data"}
    assert set(receiver.bodies[1]["data"]) == {
        "id",
        "customer_id",
        "display_id",
        "name",
        "phase",
        "state",
        "target_launch_date",
        "owner_email",
    }


async def test_events_leave_by_themselves(pivotal, receiver):
    pivotal.webhooks.add(receiver.url)
    pivotal.has_onboarding(89)

    pivotal.edit(89, phase="review")
    await asyncio.wait_for(receiver.arrived.wait(), 20)

    assert receiver.types == ["onboarding.phase_changed"]
