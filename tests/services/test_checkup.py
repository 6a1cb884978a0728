"""The checks that take no Slack: side by side, each in its own time, and each with the remedy for what it finds."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.findings import Finding, Level, Part
from bot.domain.phases import DEFAULT, Phases
from bot.domain.records import Event, Person
from bot.pivotal import AsyncPivotalApi
from bot.sandbox.pivotal import LocalPivotal
from bot.sandbox.pivotal.faults import Fault
from bot.services.checkup import Check, computer, examine
from bot.services.memory_checks import MemoryChecks
from bot.services.pivotal_checks import PivotalChecks
from bot.services.portfolio import Portfolio
from bot.store import Store

FINE = Finding(Part.MEMORY, "fine", Level.OK, "as it should be")


async def fine():
    return (FINE,)


async def for_ever():
    await asyncio.Event().wait()


async def mistaken():
    raise KeyError("secret")


async def test_what_hangs_or_breaks_hides_nothing_and_says_no_secret():
    hangs, breaks = Check(Part.SLACK, "token", for_ever), Check(Part.COMPUTER, "packages", mistaken)

    found = await examine([hangs, Check(Part.MEMORY, "fine", fine), breaks], patience=0.05)

    assert [(one.part, one.level) for one in found] == [
        (Part.COMPUTER, Level.FAIL),
        (Part.MEMORY, Level.OK),
        (Part.SLACK, Level.FAIL),
    ]
    assert found[0].found == "this could not be checked (KeyError)"
    assert found[2].found == "there was no answer within 0.05 seconds"
    assert "secret" not in str(found)


async def test_they_are_made_side_by_side():
    together = asyncio.Barrier(3)

    async def waits():
        await together.wait()
        return (FINE,)

    found = await examine([Check(Part.MEMORY, str(number), waits) for number in range(3)], patience=20)

    assert found == (FINE, FINE, FINE)


async def test_the_packages_that_are_installed_here_will_do():
    found = await examine(computer())

    assert [one.level for one in found] == [Level.OK, Level.OK]
    assert "slack-bolt " in found[1].found


@pytest.fixture
async def store(database_url, clock):
    store = await Store.open(database_url, clock=clock)
    yield store
    await store.close()


@pytest.fixture
def remembered(store, database_url, clock):
    """`await remembered("links")`: what a check of the memory finds."""

    async def looks(name, *, webhooks=True):
        memory = MemoryChecks(database_url, store, phases=Phases(), webhooks=webhooks, clock=clock)
        found = await examine(memory.checks())
        return next(one for one in found if one.name == name)

    return looks


async def test_webhooks_that_are_not_set_up_are_no_trouble(remembered):
    assert (await remembered("webhooks", webhooks=False)).level is Level.OK


@pytest.mark.parametrize(
    ("hours", "level", "told"),
    [(1, Level.OK, "the last event came 60 min ago, 1 wait"), (25, Level.WARN, "the last event came 25 h ago")],
)
async def test_webhooks_are_judged_by_their_last_event(remembered, store, clock, hours, level, told):
    came = clock() - timedelta(hours=hours)
    await store.inbox.add([Event("evt_1", "onboarding.updated", "onboarding:89", came, came)])

    found = await remembered("webhooks")

    assert found.level is level
    assert told in found.found


async def test_webhooks_without_any_event_are_told_of(remembered):
    found = await remembered("webhooks")

    assert (found.level, found.found) == (Level.WARN, "no event has ever come")
    assert "Developer > Webhooks" in found.remedy


@pytest.fixture
async def walked(pivotal, store, clock):
    """An onboarding of user_csm_001, seen."""
    pivotal.has_onboarding(89, customer="Aurora Foods", phase="review", csm_id="user_csm_001")
    async with AsyncPivotalApi(pivotal.live_key, base_url=pivotal.url, clock=clock) as api:
        portfolio = Portfolio(api, store, clock=clock, phases=Phases())
        await portfolio.snapshot(timedelta())
        await portfolio.close()


async def test_owners_without_a_slack_user_are_counted(remembered, store, walked):
    nobody = await remembered("links")
    await store.people.link(Person("user_csm_001", slack_id="U0ANA0001", name="Ana", learned="claim", confirmed=False))
    claimed = await remembered("links")
    await store.people.link(Person("user_csm_001", slack_id="U0ANA0001", name="Ana"))

    assert nobody.found == "owners of open onboardings without a confirmed Slack user: 1"
    assert claimed.found.endswith(": 1, of whom 1 said who they are")
    assert (await remembered("links")).level is Level.OK


@pytest.fixture
def asked(pivotal, clock):
    """`await asked()`: what the checks of Pivotal find, by name."""

    async def asks(key=None, url=None, phases=DEFAULT):
        checks = PivotalChecks(key or pivotal.live_key, url or pivotal.url, phases=Phases(phases), clock=clock)
        return {one.name: one for one in await examine(checks.checks())}

    return asks


async def test_a_key_is_told_by_its_prefix_its_mode_and_whose_it_is(asked, pivotal):
    found = await asked(pivotal.test_key)

    assert found["key"].found == (
        "test key pivotal_test_sand… “onboarding-bot test” of Larkspur: Pivotal sends nothing to anybody"
    )
    assert {one.level for one in found.values()} == {Level.OK}


async def test_a_rate_that_is_nearly_used_up_is_told(asked, pivotal):
    pivotal.rate_limit = 4
    await asked()
    await asked()

    found = await asked()

    assert (found["rate"].level, found["rate"].found) == (Level.WARN, "1 of 4 requests left in this window")


async def test_a_rate_that_is_used_up_is_not_taken_for_a_bad_key(asked, pivotal):
    pivotal.rate_limit = 1
    await asked()

    found = await asked()

    assert found["key"].level is Level.WARN
    assert found["rate"].found == "0 of 1 requests left in this window"


async def test_a_pivotal_in_trouble_is_told_apart_from_a_bad_address(asked, pivotal):
    pivotal.fails(Fault.html_502, path="/me")

    found = await asked()

    assert found["key"].level is Level.FAIL
    assert found["key"].found == "Pivotal, or a proxy before it, answers with an error (502)"


async def test_a_phase_that_pivotal_does_not_have_is_blamed_on_its_setting(asked):
    found = (await asked(phases=("review", "kickof", "launch")))["contract"]

    assert (found.level, found.found) == (Level.FAIL, "BOT_PHASES names what is no phase in Pivotal: kickof")


class TestAnotherTime:
    @pytest.fixture
    async def pivotal(self):
        async with LocalPivotal(clock=lambda: datetime(2026, 9, 7, 6, 0, tzinfo=UTC)) as local:
            yield local

    async def test_a_clock_that_is_wrong_is_told(self, asked):
        found = (await asked())["clock"]

        assert found.level is Level.FAIL
        assert found.found == "this computer’s clock is 30 min ahead of Pivotal’s"
