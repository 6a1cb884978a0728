"""How the inbox is worked off when something is wrong: with one record, with Pivotal, or with nobody's haste."""

import asyncio
import json
from datetime import timedelta

import pytest

from bot.domain.errors import MemoryAway
from bot.domain.records import Event
from bot.sandbox.pivotal import Fault, signing
from bot.services.events import AT_ONCE, GATHER, MOST_ARRIVALS, REMEMBER

SECRET = "whsec_" + "c2FuZGJveC1zZWNyZXQtb2YtdGhlLXRlc3Rz"


def body(number=89, kind="onboarding.phase_changed", event="evt_1", **more):
    record = {"id": f"rec_{number}", "display_id": number}
    return json.dumps({"id": event, "type": kind, "data": {"object": record}, "livemode": True, **more}).encode()


def reads(pivotal, number=89):
    return [one for one in pivotal.requests if one.method == "GET" and one.path == f"/onboardings/{number}"]


async def idle(door):
    return await door.store.inbox.waiting() == 0


@pytest.mark.parametrize("kind", ["customer.updated", "customer.archived"])
async def test_a_customer_that_is_gone_is_asked_for_once(pivotal, receiver, kind):
    async with receiver(desk=False) as door:
        await door.post(body(300, kind=kind))

        await door.events.work_off()

        assert await idle(door)


async def test_an_archived_customer_keeps_its_name_and_its_onboardings(pivotal, receiver, until):
    pivotal.has_customer("Aurora", display_id=300, status="archived")
    pivotal.has_onboarding(89, customer="Aurora")
    async with receiver() as door:
        await door.portfolio.snapshot(timedelta())

        await door.post(body(300, kind="customer.archived"))
        await until(lambda: idle(door))

        assert door.portfolio.known("89").title == "Aurora"


@pytest.mark.parametrize("odd", ["../customers/1", "", "..", "no such", "x" * 500])
async def test_an_id_that_is_none_here_is_asked_for_once_at_most(pivotal, receiver, odd):
    async with receiver(desk=False) as door:
        await door.post(body(data={"object": {"id": odd, "display_id": None}}))

        await door.events.work_off()

        assert await idle(door)
        assert len(pivotal.requests) <= 1


async def test_what_could_not_be_read_while_a_clock_was_ahead_is_read_once_when_it_is_right(pivotal, receiver, clock):
    pivotal.has_onboarding(89, customer="Aurora", phase="review")
    async with receiver(desk=False) as door:
        await door.portfolio.snapshot(timedelta())
        clock.passes(days=365)
        pivotal.edit(89, phase="launch")
        pivotal.fails(Fault.error_500)
        await door.post(body())
        await door.events.work_off()

        clock.passes(days=-365)
        await door.events.work_off()

        assert door.portfolio.known("89").onboarding.phase == "launch"
        assert await idle(door)
        assert len(reads(pivotal)) == 2


async def test_webhooks_that_came_to_a_clock_that_was_ahead_are_not_relied_on_when_it_is_right(receiver, clock):
    async with receiver(desk=False) as door:
        clock.passes(days=365)
        await door.post(body())
        ahead = await door.events.lively()

        clock.passes(days=-365)

        assert (ahead, await door.events.lively()) == (True, False)


async def test_an_event_that_pivotal_wants_to_be_asked_about_in_a_day_is_looked_at_within_the_hour(
    pivotal, receiver, clock
):
    pivotal.has_onboarding(89, customer="Aurora")
    async with receiver(desk=False) as door:
        pivotal.fails(Fault.rate_limited(86400))
        await door.post(body())
        await door.events.work_off()

        clock.passes(hours=1)
        await door.events.work_off()

        assert await idle(door)


async def test_a_mistake_over_one_record_holds_up_no_other(pivotal, receiver, capfd):
    for number in range(89, 89 + AT_ONCE + 1):
        pivotal.has_onboarding(number, customer="Aurora", phase="review")
    async with receiver(desk=False) as door:
        await door.portfolio.snapshot(timedelta())
        for number in range(89, 89 + AT_ONCE + 1):
            pivotal.edit(number, phase="launch")
            await door.post(body(number, event=f"evt_{number}"))

        def trips(sight):
            if sight.changes[0].onboarding_id == door.portfolio.known("89").onboarding.id:
                raise LookupError("a mistake of ours")

        door.portfolio.watch(trips)
        wait = await door.events.work_off()

        assert [door.portfolio.known(str(number)).onboarding.phase for number in range(90, 94)] == ["launch"] * 4
        assert await door.store.inbox.waiting() == 1
        assert wait == 5
        assert "a mistake of ours" in "".join(capfd.readouterr())


async def test_a_memory_that_is_away_is_no_mistake_of_ours_and_what_was_due_stays_due(pivotal, receiver, clock, capfd):
    pivotal.has_onboarding(89, customer="Aurora", phase="review")
    async with receiver(desk=False) as door:
        await door.portfolio.snapshot(timedelta())
        pivotal.edit(89, phase="launch")
        await door.post(body())

        away = iter([MemoryAway("The database does not answer: connection refused")])

        def remembers(_sight):
            for error in away:
                raise error

        door.portfolio.watch(remembers)
        with pytest.raises(MemoryAway):
            await door.events.work_off()
        assert await door.store.inbox.waiting() == 1
        clock.passes(seconds=2 * GATHER.total_seconds())
        await door.events.work_off()

        assert await idle(door)
        assert door.portfolio.known("89").onboarding.phase == "launch"
        assert "Traceback" not in "".join(capfd.readouterr())


async def test_what_fails_for_a_week_is_given_up(pivotal, receiver, clock, capfd):
    async with receiver(desk=False) as door:
        await door.post(body())
        clock.passes(days=REMEMBER.days, seconds=-1)
        pivotal.fails(Fault.error_500, times=2)
        await door.events.work_off()
        assert await door.store.inbox.waiting() == 1

        clock.passes(minutes=10)
        await door.events.work_off()

        assert await idle(door)
        assert "event given up" in "".join(capfd.readouterr())


async def test_test_events_from_the_dashboard_are_no_sign_that_webhooks_are_on(receiver):
    async with receiver() as door:
        assert await door.post(body(livemode=False)) == 204

        assert not await door.events.lively()
        assert door.events.counted == {"onboarding.phase_changed": 1}


async def test_what_the_bot_is_changing_itself_is_read_when_that_is_done(pivotal, receiver, clock):
    pivotal.has_onboarding(89, customer="Aurora")
    busy = {pivotal.onboarding(89)["id"]}
    async with receiver(desk=False, busy=busy) as door:
        await door.portfolio.snapshot(timedelta())
        await door.post(body())

        wait = await door.events.work_off()
        assert (wait, reads(pivotal)) == (GATHER.total_seconds(), [])

        busy.clear()
        clock.passes(seconds=wait)
        await door.events.work_off()
        assert len(reads(pivotal)) == 1


async def test_a_burst_leaves_people_their_share_of_the_rate(pivotal, receiver, until):
    pivotal.rate_limit = 36
    for number in range(100, 100 + 30):
        pivotal.has_onboarding(number, customer="Aurora")
    async with receiver(desk=False) as door:
        await door.portfolio.snapshot(timedelta())
        for number in range(100, 100 + 30):
            await door.post(body(number, event=f"evt_{number}"))
        desk = asyncio.create_task(door.events.work_off())
        await until(lambda: len(pivotal.requests) == 36 - 36 // 4)

        assert await asyncio.wait_for(door.api.onboardings.get("100"), 20)

        desk.cancel()


async def test_an_onboarding_nobody_has_heard_of_is_listed_by_its_customers_name(pivotal, receiver, until):
    async with receiver() as door:
        await door.portfolio.snapshot(timedelta())
        pivotal.has_onboarding(90, customer="Globex")

        await door.post(body(90, kind="onboarding.created"))
        await until(lambda: idle(door))

        assert [one.title for one in door.portfolio.current.standings] == ["Globex"]
        assert [one for one in pivotal.requests if one.path == "/onboardings"][1:] == []


async def test_thousands_of_events_for_one_record_that_waited_are_one_reading(pivotal, receiver):
    pivotal.has_onboarding(89, customer="Aurora")
    async with receiver(desk=False) as door:
        now = door.clock()
        one = {"type": "onboarding.phase_changed", "record": "onboarding:89", "received_at": now, "due_at": now}
        await door.store.inbox.add(Event(id=f"evt_{number}", **one) for number in range(40_000))

        await door.events.work_off()

        assert await idle(door)
        assert len(reads(pivotal)) == 1


async def test_whoever_comes_when_too_many_wait_to_be_written_down_is_told_to_come_again(receiver, until):
    async with receiver(desk=False) as door:
        at = int(door.clock().timestamp())

        def delivered(number):
            genuine = body(event=f"evt_{number}")
            signed = signing.headers(genuine, secrets=[SECRET], message_id=f"msg_{number}", timestamp=at)
            return asyncio.create_task(door.events.receive(genuine, signed))

        async with door.store.database.writing():
            first = delivered("first")
            await asyncio.sleep(0.05)
            waiting = [delivered(number) for number in range(MOST_ARRIVALS)]
            await until(lambda: len(door.events._arrivals) == MOST_ARRIVALS)

            assert await door.post(body(event="evt_late")) == 503

        await asyncio.gather(first, *waiting)
        assert await door.store.inbox.waiting() == MOST_ARRIVALS + 1
