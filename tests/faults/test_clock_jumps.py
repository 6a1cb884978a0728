"""A machine whose clock is wrong, and then put right: nothing comes twice, nobody is locked out, lists are true."""

from datetime import timedelta

import pytest

from bot.app import running
from bot.sandbox.pivotal import Fault
from bot.sandbox.slack import LocalSlack
from bot.sandbox.slack.world import ANA, BEN, CARA, ONBOARDING
from bot.services.sweeping import Sweeping
from tests.processes import until

A_LEASE = 61
"""Seconds after which the lock of one who died is free."""
ADVANCE = "Advance to Program buildout"
AT_WORK = "Ana Ruiz is changing this onboarding at this moment."

DOUBTED = "nothing is swept: the clock is far beyond the last sweep"


@pytest.fixture
def sweeps(bot, settings, clock):
    """The nightly sweep looks whether it is due, as it does every few seconds."""
    sweeping = Sweeping(
        bot.store, bot.services.portfolio, keep=timedelta(days=400), zone=settings.bot_timezone, clock=clock
    )
    return sweeping.sweep_if_due


async def test_clock_jumps_back_after_a_digest_and_none_comes_twice(slack, bot, ask, clock):
    await ask("subscribe at-risk daily 09:00", by=CARA)
    clock.passes(minutes=30)
    await bot.digests.run_due(clock())

    clock.passes(hours=-2)
    for _ in range(30):
        clock.passes(minutes=5)
        await bot.digests.run_due(clock())

    assert len(slack.calls_of("chat.postMessage")) == 1
    (row,) = await bot.store.deliveries.recent((await bot.services.subscriptions.all())[0].id)
    assert (row.slot, row.status) == ("2026-09-07", "done")


async def test_clock_jumps_forward_past_a_digest_and_its_subscriber_is_told(slack, bot, ask, clock):
    await ask("subscribe at-risk daily 09:00", by=CARA)

    clock.passes(hours=6)
    await bot.digests.recover(clock())

    (told,) = [one.text for one in slack.messages("D0CARA001", CARA) if one.user != CARA]
    assert "was not posted on Mon 7 Sep: I was not running at the hour set." in told
    clock.passes(hours=18, minutes=30)
    await bot.digests.run_due(clock())
    assert slack.calls_of("chat.postMessage")[-1].args["text"].startswith("At-risk onboardings — Tue 8 Sep")


async def test_clock_jumps_back_and_what_a_dead_process_held_is_free(bot, press, ask, clock, pivotal):
    await ask("aurora")
    clock.passes(hours=3)
    held = await bot.store.claims.lease(
        f"write:T0HOME001:{next(iter(pivotal.world.onboardings.newest_first()))['id']}",
        holder="Ben Okafor",
        now=clock(),
        ttl=timedelta(seconds=60),
    )
    locked_out = await press()
    clock.passes(hours=-3)

    assert held.holder == "Ben Okafor"
    assert "Ben Okafor is changing this onboarding at this moment." in locked_out
    assert "You advanced" in await press()
    assert pivotal.transitions(89) == ["program_buildout"]


async def test_clock_jumps_back_and_lists_show_what_is_true_at_the_price_of_one_walk(slack, ask, clock, pivotal):
    clock.passes(hours=3)
    before = await ask("list")
    clock.passes(hours=-3)
    pivotal.has_onboarding(90, customer="Birch Ltd", phase="review")

    after = await ask("list")
    requests = len(pivotal.requests)
    again = await ask("list")

    assert "Birch Ltd" not in before
    assert "Birch Ltd" in after
    assert "Birch Ltd" in again
    assert len(pivotal.requests) == requests


async def test_clock_is_put_right_by_less_than_an_hour_and_lists_show_at_once_what_was_changed_since(
    press, ask, clock, pivotal
):
    clock.passes(minutes=40)
    await press()
    await ask("list")
    clock.passes(minutes=-40)
    pivotal.edit(89, phase="launch")

    listed = await ask("list")
    requests = len(pivotal.requests)
    again = await ask("list")

    assert "Launch (6 of 7)" in listed
    assert "Launch (6 of 7)" in again
    assert len(pivotal.requests) == requests


async def test_clock_jumps_a_year_ahead_for_some_nights_and_nothing_is_swept(
    bot, sweeps, press, ask, clock, log, outcomes
):
    await press()
    await sweeps()

    clock.passes(days=401)
    await ask("subscribe at-risk", by=CARA)
    for _ in range(3):
        await sweeps()
        clock.passes(days=1)
    warned, kept = log.lines(DOUBTED), await outcomes()
    clock.passes(days=-403)
    await sweeps()

    assert kept == ["done", "done"]
    assert "2027-10-13" in warned[0]["clock"]
    assert warned[0]["remedy"].startswith("set the clock right")
    assert len(log.lines(DOUBTED)) == len(warned)
    assert await bot.store.claims.seen("swept:2026-09-08", now=clock())


async def test_clock_that_was_never_swept_by_is_held_against_what_is_stored(bot, sweeps, press, clock, outcomes):
    await press()
    await sweeps()
    await bot.store.claims.forget("sweep:last")
    clock.passes(days=401)

    await sweeps()

    assert await outcomes() == ["done"]


async def test_a_bot_that_was_switched_off_for_a_year_sweeps_after_a_week(sweeps, press, clock, outcomes):
    await press()
    await sweeps()
    clock.passes(days=401)

    kept = []
    for _ in range(8):
        await sweeps()
        kept.append(await outcomes())
        clock.passes(days=1)

    assert kept == [["done"]] * 7 + [[]]


class TestAtWork:
    """A change is under way in Pivotal when a clock jumps past the end of its lock."""

    @pytest.fixture
    def pressed(self, slack, bot, ask, pivotal, gate):
        """Ana's press is with Pivotal, which does it once the gate opens; Ben has his card."""

        async def presses():
            await ask("aurora")
            await ask("aurora", by=BEN)
            slack.settles = None
            gate.shuts()
            pivotal.fails(Fault.late(5), method="PATCH")
            await slack.clicks(ADVANCE, by=ANA, channel=ONBOARDING)
            await until(lambda: gate.waits)

        return presses

    @pytest.fixture
    def bens(self, slack):
        """What Ben reads after a press of his own, while Ana's is still under way."""

        async def presses() -> str:
            assert (await slack.clicks(ADVANCE, by=BEN, channel=ONBOARDING)).ok
            await until(lambda: len(slack.messages(ONBOARDING, BEN)) == 2, within=10)
            return slack.messages(ONBOARDING, BEN)[-1].seen

        return presses

    async def test_clock_jumps_ahead_during_a_change_and_it_is_made_once(
        self, bot, clock, pressed, bens, gate, pivotal, outcomes
    ):
        await pressed()
        clock.passes(seconds=A_LEASE)

        told = await bens()
        gate.opens()
        await bot.settled()

        assert AT_WORK in told
        assert len(pivotal.patches(89)) == 1
        assert sorted(await outcomes()) == ["done", "refused"]

    class TestTwoClocks:
        """Two replicas on one PostgreSQL, of which one is ahead."""

        @pytest.fixture
        def mode(self):
            return "http"

        @pytest.fixture
        def database_url(self, postgres):
            return postgres()

        async def test_clock_of_one_replica_is_a_year_ahead_and_the_databases_says_what_is_old(
            self, bot, settings, clock, press, outcomes
        ):
            await press()

            async with running(settings, clock=lambda: clock() + timedelta(days=401)) as ahead:
                await until(lambda: ahead.store.claims.seen("swept:2027-10-13", now=clock()))

            assert await outcomes() == ["done"]

        async def test_clock_of_another_replica_is_ahead_and_a_change_is_made_once(
            self, slack, bot, settings, clock, pressed, bens, gate, pivotal, outcomes
        ):
            async with running(settings, clock=lambda: clock() + timedelta(seconds=A_LEASE)) as ahead:
                await pressed()
                slack.request_url = ahead.address

                told = await bens()
                gate.opens()
                await bot.settled()
                await ahead.settled()

            assert AT_WORK in told
            assert len(pivotal.patches(89)) == 1
            assert sorted(await outcomes()) == ["done", "refused"]


class TestHttp:
    """Slack signs with the right time, and the bot's own clock goes wrong."""

    @pytest.fixture
    def mode(self):
        return "http"

    @pytest.fixture
    def right(self, clock):
        """The right time: by how much the bot's clock is behind."""
        return {"ahead": timedelta()}

    @pytest.fixture
    async def slack(self, clock, right, pivotal, installed):
        async with LocalSlack(
            installed, clock=lambda: clock() + right["ahead"], pivotal_origin=pivotal.origin
        ) as local:
            yield local

    async def test_clock_jumps_away_from_slacks_and_requests_are_refused_until_it_is_right(
        self, slack, right, ask, pivotal, log
    ):
        right["ahead"] = timedelta(minutes=6)
        refused = await slack.types("/onboarding advance #89", by=ANA, channel=ONBOARDING)
        right["ahead"] = timedelta()

        assert (refused.ok, refused.error) == (False, "dispatch_failed")
        assert log.why("request refused") == "its time is 360 s from ours: is the clock right?"
        assert pivotal.patches(89) == []
        assert "Aurora Foods" in await ask("#89")


async def test_clock_jumps_a_month_ahead_and_no_digest_is_left_out_once_it_is_right(slack, bot, ask, clock):
    await ask("subscribe at-risk daily 09:00", by=CARA)
    clock.passes(days=30)
    await bot.digests.recover(clock())
    clock.passes(days=-30, hours=1)
    (subscription,) = await bot.services.subscriptions.all()

    told = await bot.services.ledger.following(subscription, now=clock())
    for _ in range(3):
        await bot.digests.run_due(clock())
        await bot.digests.recover(clock())
        clock.passes(days=1)

    titles = [call.args["text"].split(" · ")[0] for call in slack.calls_of("chat.postMessage")]
    days = [title.removeprefix("At-risk onboardings — ") for title in titles if title.startswith("At-risk")]
    assert days == ["Mon 7 Sep", "Tue 8 Sep", "Wed 9 Sep"]
    assert told.key == "2026-09-08"
