"""What the door for Pivotal's events takes in, what it turns away, and what becomes of it."""

import asyncio
import json
from datetime import timedelta

import pytest

from bot.pivotal import AsyncPivotalApi
from bot.sandbox.pivotal import Fault, signing
from bot.services.events import GATHER, REMEMBER

SECRET = "whsec_" + "c2FuZGJveC1zZWNyZXQtb2YtdGhlLXRlc3Rz"
OTHER = "whsec_" + "YW5vdGhlci1zZWNyZXQtYWx0b2dldGhlci1ub3c="


def body(number=89, kind="onboarding.phase_changed", event="evt_1", **more):
    record = {"id": "onb_elsewhere", "display_id": number, "phase": "review"}
    return json.dumps({"id": event, "type": kind, "data": {"object": record}, "livemode": True, **more}).encode()


def reads(pivotal, number=89):
    return [one for one in pivotal.requests if one.method == "GET" and one.path == f"/onboardings/{number}"]


async def idle(door):
    return await door.store.inbox.waiting() == 0


async def test_a_phase_changed_in_pivotal_is_known_at_once_and_without_a_walk(pivotal, receiver, until):
    pivotal.has_onboarding(89, customer="Aurora", phase="review")
    async with receiver() as door:
        await door.portfolio.snapshot(timedelta())
        walks = len([one for one in pivotal.requests if one.path == "/onboardings"])
        pivotal.webhooks.add(door.url, secret=SECRET)

        pivotal.edit(89, phase="program_buildout")
        await until(lambda: door.sights)

        (change,) = door.sights[0].changes
        assert (change.field, change.before, change.after, change.source) == (
            "phase",
            "review",
            "program_buildout",
            "webhook",
        )
        assert door.portfolio.known("89").onboarding.phase == "program_buildout"
        assert len([one for one in pivotal.requests if one.path == "/onboardings"]) == walks


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"secret": OTHER}, "wrong secret"),
        ({"off": -301}, "stale"),
        ({"off": 301}, "future"),
        ({"svix-signature": "v1,AAAA"}, "forged"),
        ({"svix-timestamp": "soon"}, "no time"),
        ({"svix-id": "msg_other"}, "another id"),
    ],
)
async def test_what_is_not_genuine_is_turned_away_unread(pivotal, receiver, options, said, capfd):
    pivotal.has_onboarding(89)
    async with receiver() as door:
        status = await door.post(body(), **options)

        assert status == 401, said
        assert await door.store.inbox.last_received(door.clock()) is None
        assert reads(pivotal) == []
        assert "".join(capfd.readouterr()).count("webhook refused") == 1


async def test_a_tampered_delivery_is_turned_away(pivotal, receiver):
    async with receiver() as door:
        genuine = body()
        at = int(door.clock().timestamp())
        signed = signing.headers(genuine, secrets=[SECRET], message_id="msg_1", timestamp=at)

        assert await door.post(body(number=90), **signed) == 401


async def test_more_than_a_delivery_ever_has_is_turned_away_and_the_door_stays_open(pivotal, receiver):
    pivotal.has_onboarding(89)
    async with receiver() as door:
        assert await door.post(body(padding="x" * 300_000)) == 413

        assert await door.post(body()) == 204


async def test_a_genuine_delivery_no_event_can_be_read_from_is_turned_away(receiver):
    async with receiver() as door:
        assert await door.post(b'{"no": "event"}') == 401


async def test_while_a_secret_is_replaced_both_are_good(pivotal, receiver):
    async with receiver(secrets=(OTHER, SECRET)) as door:
        assert await door.post(body(), secret=SECRET) == 204
        assert await door.post(body(event="evt_2"), secret=OTHER) == 204


async def test_a_copy_of_an_event_does_nothing_for_seven_days(pivotal, receiver, until, clock):
    pivotal.has_onboarding(89)
    async with receiver() as door:
        await door.post(body())
        await until(lambda: idle(door))
        clock.passes(days=REMEMBER.days - 1)

        assert await door.post(body()) == 204
        await door.events.work_off()

        assert len(reads(pivotal)) == 1


async def test_fifty_events_for_one_record_cost_two_readings(pivotal, receiver, until, clock):
    pivotal.has_onboarding(89)
    async with receiver() as door:
        await door.post(body(event="evt_0"))
        await until(lambda: reads(pivotal))

        for first in range(1, 50, 7):
            clock.passes(seconds=GATHER.total_seconds() / 10)
            await asyncio.gather(*(door.post(body(event=f"evt_{n}")) for n in range(first, first + 7)))
            await door.events.work_off()
        clock.passes(seconds=GATHER.total_seconds())
        await until(lambda: idle(door))

        assert len(reads(pivotal)) == 2


@pytest.mark.parametrize("kind", ["task.completed", "contact.created", "webhook.ping", "invoice.paid"])
async def test_what_is_of_no_use_here_is_acknowledged_and_counted(pivotal, receiver, kind):
    async with receiver() as door:
        data = {"object": {"id": "x_1"}}

        assert await door.post(body(kind=kind, data=data)) == 204

        assert sum(door.events.counted.values()) == 1
        assert await idle(door)


async def test_events_of_a_test_key_are_ignored_with_a_live_key(pivotal, receiver):
    pivotal.has_onboarding(89)
    async with receiver() as door:
        assert await door.post(body(livemode=False)) == 204
        await door.events.work_off()

        assert reads(pivotal) == []


async def test_events_of_a_test_key_count_with_a_test_key(pivotal, receiver, until):
    pivotal.has_onboarding(89)
    async with receiver(key=pivotal.test_key) as door:
        await door.post(body(livemode=False))

        await until(lambda: reads(pivotal))


async def test_while_pivotal_is_down_events_wait_longer_and_longer_and_none_is_lost(pivotal, receiver, clock):
    pivotal.has_onboarding(89, phase="review")
    async with receiver(desk=False) as door:
        await door.portfolio.snapshot(timedelta())
        pivotal.fails(Fault.error_500, times=3)
        pivotal.edit(89, phase="program_buildout")
        await door.post(body())

        waits = []
        for _ in range(3):
            waits.append(await door.events.work_off())
            clock.passes(seconds=waits[-1])
        await door.events.work_off()

        assert waits == [5, 10, 20]
        assert await idle(door)
        assert door.portfolio.known("89").onboarding.phase == "program_buildout"


async def test_what_waited_when_the_bot_stopped_is_done_when_it_is_back(pivotal, receiver, until):
    pivotal.has_onboarding(89, phase="review")
    async with receiver(desk=False) as door:
        await door.portfolio.snapshot(timedelta())
        pivotal.edit(89, phase="program_buildout")
        await door.post(body())

    async with receiver() as door:
        await until(lambda: door.portfolio.known("89").onboarding.phase == "program_buildout")


async def test_a_deleted_record_is_told_to_be_gone(pivotal, receiver, until):
    pivotal.has_onboarding(89, customer="Aurora")
    async with receiver() as door:
        await door.portfolio.snapshot(timedelta())
        pivotal.delete(89)

        await door.post(body())
        await until(lambda: door.sights)

        assert [standing.title for standing in door.sights[0].gone] == ["Aurora"]
        assert door.portfolio.known("89") is None


async def test_a_customer_renamed_in_pivotal_has_its_new_name(pivotal, receiver, until, clock):
    customer = pivotal.has_customer("Aurora", display_id=300)
    pivotal.has_onboarding(89, customer="Aurora")
    async with receiver() as door:
        await door.portfolio.snapshot(timedelta())
        pivotal.webhooks.add(door.url, secret=SECRET)

        async with AsyncPivotalApi(pivotal.live_key, base_url=pivotal.url, clock=clock) as api:
            await api.customers.update(customer["id"], name="Aurora Foods")

        await until(lambda: door.portfolio.known("89").title == "Aurora Foods")


async def test_webhooks_are_relied_on_for_a_day_after_a_delivery(receiver, clock):
    async with receiver() as door:
        assert not await door.events.lively()
        await door.post(body(kind="webhook.ping"))

        assert await door.events.lively()
        clock.passes(hours=25)
        assert not await door.events.lively()
