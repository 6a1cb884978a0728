"""Finding what is meant: exact before a write, the longest name before a reason, and never a silent guess."""

from datetime import timedelta

import pytest

from bot.domain.errors import NotFound, UserError
from bot.domain.phases import Phases
from bot.pivotal import AsyncPivotalApi
from bot.sandbox.pivotal import LocalPivotal
from bot.services.onboardings import Choices, Onboardings
from bot.services.portfolio import Portfolio
from bot.store import Store


@pytest.fixture
async def pivotal(clock):
    async with LocalPivotal(clock=clock) as local:
        local.rate_limit = 10_000
        for number, customer in enumerate(
            ("Acme", "Acme Corp", "Acme Corp Nord", "'Tis Coffee", "7 Eleven", "Güneş Gıda", "Duo", "Duo"), 101
        ):
            local.has_onboarding(number, customer=customer, phase="review")
        yield local


@pytest.fixture
async def onboardings(pivotal, clock, database_url):
    store = await Store.open(database_url, clock=clock)
    async with AsyncPivotalApi(pivotal.live_key, base_url=pivotal.url) as api:
        portfolio = Portfolio(api, store, clock=clock, phases=Phases())
        await portfolio.snapshot(timedelta(0))
        yield Onboardings(api, portfolio, phases=Phases(), web="https://my.pivotal.app")
        await portfolio.close()
    await store.close()


@pytest.mark.parametrize(
    ("typed", "number", "reason"),
    [
        ("Acme", 101, ""),
        ("acme waits", 101, "waits"),
        ("Acme Corp is late", 102, "is late"),
        ("acme corp nord", 103, ""),
        ('"Acme" Corp is late', 101, "Corp is late"),
        ("‘Acme Corp’ Nord is late", 102, "Nord is late"),
        ("'Tis Coffee beans are late", 104, "beans are late"),
        ("7 Eleven is closed", 105, "is closed"),
        ("gunes gıda", 106, ""),
        ("#103 and why", 103, "and why"),
        ("103 103", 103, "103"),
        ("https://my.pivotal.app/onboardings/102 Acme", 102, "Acme"),
    ],
)
async def test_longest_name_is_taken_and_the_rest_is_the_reason(onboardings, typed, number, reason):
    found, said = await onboardings.find_before(typed)

    assert found.onboarding.display_id == number
    assert said == reason


@pytest.mark.parametrize("typed", ["duo", "acm", "acm is late", "eleven", "tis cofee"])
async def test_what_is_not_certain_is_offered(onboardings, typed):
    found, _ = await onboardings.find_before(typed)

    assert isinstance(found, Choices)


@pytest.mark.parametrize(
    ("typed", "error"), [("", UserError), ("  ", UserError), ("qqq", NotFound), ("#999", NotFound)]
)
async def test_what_is_not_there_is_said_to_be_missing(onboardings, typed, error):
    with pytest.raises(error):
        await onboardings.find_before(typed)
    with pytest.raises(error):
        await onboardings.find(typed)


async def test_customer_without_onboarding_is_said_to_have_none(onboardings, pivotal, clock):
    customer = pivotal.has_customer("Empty Inc", display_id=300)
    clock.passes(hours=7)

    for typed in ("empty inc", f"https://my.pivotal.app/customers/{customer['display_id']}"):
        with pytest.raises(NotFound, match="Empty Inc has no onboarding"):
            await onboardings.find(typed)


async def test_link_to_a_customer_that_is_gone(onboardings):
    with pytest.raises(NotFound, match="no such customer"):
        await onboardings.find("https://my.pivotal.app/customers/999-nobody")


async def test_a_look_up_walks_nothing_while_the_index_is_good(onboardings, pivotal, clock):
    clock.passes(hours=1)
    before = len(pivotal.requests)

    await onboardings.find("acme corp nord")

    assert [request.path for request in pivotal.requests[before:]] == [f"/onboardings/{pivotal.onboarding(103)['id']}"]


async def test_an_unknown_name_is_looked_for_afresh_once_in_two_minutes(onboardings, pivotal, clock):
    clock.passes(minutes=3)
    before = len(pivotal.requests)

    for _ in range(5):
        with pytest.raises(NotFound):
            await onboardings.find("qqq")

    assert len(pivotal.requests) - before <= 2
