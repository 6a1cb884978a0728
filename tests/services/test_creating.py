"""Creating an onboarding: one for each form, on the idempotency keys that the form gives."""

from dataclasses import replace
from datetime import date

import pytest

from bot.domain.creation import NewCustomer, Repeated, Unfinished, Wish
from bot.domain.errors import Forbidden
from bot.domain.phases import Phases
from bot.domain.records import Actor
from bot.pivotal import AsyncPivotalApi
from bot.sandbox.pivotal import Fault
from bot.services.creating import Creating
from bot.services.portfolio import Portfolio
from bot.store import Store

ANA = Actor("U0ANA0001", "T0HOME001", "Ana Ruiz", pivotal_ids=frozenset({"user_csm_001"}))
WISH = Wish(customer=NewCustomer("Initrode", "Peter", "peter@initrode.example"), target=date(2026, 12, 1))


@pytest.fixture
async def store(database_url, clock):
    store = await Store.open(database_url, clock=clock)
    yield store
    await store.close()


@pytest.fixture
def told():
    return []


@pytest.fixture
async def creating(pivotal, store, clock, told):
    async with AsyncPivotalApi(pivotal.live_key, base_url=pivotal.url, clock=clock, retry=None) as api:
        portfolio = Portfolio(api, store, clock=clock, phases=Phases())
        yield Creating(api, store, portfolio, announce=told.append, clock=clock)
        await portfolio.close()


@pytest.fixture
def create(creating):
    async def created(wish=WISH, *, form="V1", made=None, by=ANA):
        return await creating.create(wish, form=form, made=made, by=by, source="form", reference="K7Q2M9")

    return created


def posts(pivotal):
    return [
        (request.path.rsplit("/", 1)[-1], request.status) for request in pivotal.requests if request.method == "POST"
    ]


async def test_three_steps_make_it(create, pivotal, told):
    standing = await create()

    assert posts(pivotal) == [("customers", 201), ("contacts", 201), ("onboardings", 201)]
    assert standing.title == "Initrode"
    assert standing.onboarding.target_launch_date == date(2026, 12, 1)
    assert [changed.standing for changed in told] == [standing]


async def test_the_same_form_again_creates_nothing(create, pivotal):
    await create()

    with pytest.raises(Repeated):
        await create()

    assert len(posts(pivotal)) == 3


async def test_another_form_creates_another(create, pivotal):
    await create()

    await create(replace(WISH, customer=NewCustomer("Initech", "Bill", "bill@initech.example")), form="V2")

    assert len(posts(pivotal)) == 6


async def test_what_was_made_is_known_to_whoever_tries_again(create, pivotal, store):
    pivotal.fails(Fault.error_500, method="POST", path="/onboardings")
    with pytest.raises(Unfinished) as unfinished:
        await create()

    await create(made=unfinished.value.made)

    assert (unfinished.value.step, unfinished.value.made.name, unfinished.value.made.contact) == (
        "onboarding",
        "Initrode",
        True,
    )
    assert posts(pivotal) == [("customers", 201), ("contacts", 201), ("onboardings", 500), ("onboardings", 201)]
    first, second = reversed(await store.audit.list())
    assert (first.outcome, first.after, second.outcome) == ("unknown", "Customer Initrode (#1) created", "done")


async def test_an_answer_that_was_lost_is_asked_for_with_the_same_key(create, pivotal):
    pivotal.fails(Fault.drop_after, method="POST", path="/onboardings")
    with pytest.raises(Unfinished) as unfinished:
        await create()

    standing = await create(made=unfinished.value.made)

    assert unfinished.value.trouble.maybe_applied
    assert pivotal.onboarding(standing.onboarding.display_id + 1) is None


async def test_who_may_not_is_refused_and_that_is_kept(create, pivotal, store):
    with pytest.raises(Forbidden):
        await create(by=replace(ANA, pivotal_ids=frozenset()))

    assert posts(pivotal) == []
    assert [entry.outcome for entry in await store.audit.list()] == ["refused"]
