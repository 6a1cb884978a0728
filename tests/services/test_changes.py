"""The one path of writing, at its edges: slow answers, leases that end, and what is told to whoever watches."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.errors import Busy, OutcomeUnknown, UpstreamError
from bot.domain.moves import Expectation, Verb
from bot.domain.phases import Phases
from bot.domain.records import Actor
from bot.pivotal import AsyncPivotalApi, Timeout
from bot.pivotal.errors import AuthenticationFailed
from bot.sandbox.pivotal import Fault, LocalPivotal
from bot.services.changes import Changes, Ending, Request
from bot.services.people import People
from bot.services.portfolio import Portfolio
from bot.store import Store
from tests.processes import until

BRIEF = Timeout(connect=2, read=0.8, total=5)
"""Short enough to wait for, long enough for a busy machine to answer within."""
ADMIN = Actor("U0CARA001", "T0HOME001", "Cara Lindqvist", admin=True)
OTHER = Actor("U0ANA0001", "T0HOME001", "Ana Ruiz", admin=True)


@pytest.fixture
async def pivotal(clock):
    over = asyncio.Event()

    async def hangs(seconds):
        await over.wait()

    async with LocalPivotal(clock=clock, sleep=hangs) as local:
        local.rate_limit = 10_000
        local.has_onboarding(89, customer="Aurora Foods", phase="review")
        local.go_on = over
        yield local
        over.set()


@pytest.fixture
async def store(clock, database_url):
    opened = await Store.open(database_url, clock=clock)
    yield opened
    await opened.close()


@pytest.fixture
def build(pivotal, store, clock):
    """`build(api)`: the service over a client, with everything else real, and nothing waited for."""

    async def at_once(seconds):
        """The time until the second look passes."""

    def builds(api, sleep=at_once):
        phases = Phases()
        portfolio = Portfolio(api, store, clock=clock, phases=phases)
        return Changes(api, store, portfolio, People(store), phases=phases, team="T0HOME001", clock=clock, sleep=sleep)

    return builds


@pytest.fixture
async def changes(pivotal, build):
    async with AsyncPivotalApi(pivotal.live_key, base_url=pivotal.url, timeout=BRIEF) as api:
        yield build(api)


def request(pivotal, verb=Verb.ADVANCE, *, by=ADMIN, **fields):
    return Request(pivotal.onboarding(89)["id"], verb, by, source="button in C1", reference="ABC123", **fields)


async def anywhere():
    """A place that everybody may write from."""


async def test_slow_write_is_looked_up_not_repeated(changes, pivotal, store):
    pivotal.fails(Fault.slow(60), method="PATCH")

    outcome = await changes.make(request(pivotal), guard=anywhere)

    assert outcome.ending is Ending.DONE
    assert len(pivotal.patches(89)) == 1
    assert [entry.outcome for entry in await store.audit.list()] == ["done"]


async def test_write_that_is_made_after_the_first_look_counts(build, pivotal, store):
    waited = []

    async def made_meanwhile(seconds):
        waited.append(seconds)
        changed = asyncio.Event()
        pivotal.world.on_change.append(lambda _: changed.set())
        pivotal.go_on.set()
        await changed.wait()

    pivotal.fails(Fault.late(60), method="PATCH")
    async with AsyncPivotalApi(pivotal.live_key, base_url=pivotal.url, timeout=BRIEF) as api:
        outcome = await build(api, made_meanwhile).make(request(pivotal), guard=anywhere)

    assert outcome.ending is Ending.DONE
    assert waited == [5]
    assert pivotal.transitions(89) == ["program_buildout"]
    assert [entry.outcome for entry in await store.audit.list()] == ["done"]


async def test_write_that_is_not_made_at_the_second_look_is_unknown(changes, pivotal, store):
    pivotal.fails(Fault.late(60), method="PATCH")

    with pytest.raises(OutcomeUnknown, match="had not made the change when I looked"):
        await changes.make(request(pivotal), guard=anywhere)

    assert [entry.outcome for entry in await store.audit.list()] == ["unknown"]


async def test_slow_write_that_cannot_be_looked_up_is_unknown(changes, pivotal, store):
    pivotal.fails(Fault.slow(60), method="PATCH")
    pivotal.world.on_change.append(lambda _: pivotal.fails(Fault.revoked_key, method="GET"))

    with pytest.raises(OutcomeUnknown, match="not known whether"):
        await changes.make(request(pivotal), guard=anywhere)

    pivotal.works_again()
    assert len(pivotal.patches(89)) == 1
    assert [entry.outcome for entry in await store.audit.list()] == ["unknown"]


async def test_nothing_is_written_once_reading_took_half_the_lease(changes, pivotal, store, clock):
    async def slowly():
        clock.passes(seconds=31)

    with pytest.raises(UpstreamError, match="nothing was changed"):
        await changes.make(request(pivotal), guard=slowly)

    assert pivotal.patches(89) == []
    assert [entry.outcome for entry in await store.audit.list()] == ["failed"]


async def test_it_is_read_while_its_place_is_asked_about_and_written_only_after_that(changes, pivotal):
    async def looks():
        await until(lambda: any(one.method == "GET" for one in pivotal.requests))
        assert pivotal.patches(89) == []

    outcome = await changes.make(request(pivotal), guard=looks)

    assert outcome.ending is Ending.DONE
    assert len(pivotal.patches(89)) == 1


async def test_second_attempt_is_told_who_is_at_it(changes, pivotal, store):
    arrived, go_on = asyncio.Event(), asyncio.Event()

    async def held():
        arrived.set()
        await go_on.wait()

    first = asyncio.create_task(changes.make(request(pivotal), guard=held))
    await arrived.wait()
    with pytest.raises(Busy, match="Cara Lindqvist is changing this onboarding"):
        await changes.make(request(pivotal, by=OTHER), guard=anywhere)
    go_on.set()

    assert (await first).ending is Ending.DONE
    assert len(pivotal.patches(89)) == 1


async def test_lease_of_one_who_vanished_ends_after_a_minute(changes, pivotal, store, clock):
    key = f"write:T0HOME001:{pivotal.onboarding(89)['id']}"
    await store.claims.lease(key, holder="Crashed", now=clock(), ttl=timedelta(seconds=60))

    with pytest.raises(Busy):
        await changes.make(request(pivotal), guard=anywhere)
    clock.passes(seconds=61)

    assert (await changes.make(request(pivotal), guard=anywhere)).ending is Ending.DONE


@pytest.mark.parametrize("error", [RuntimeError("a bug"), asyncio.CancelledError()])
async def test_lease_is_given_back_whatever_happens(changes, pivotal, error):
    async def fails():
        raise error

    with pytest.raises(type(error)):
        await changes.make(request(pivotal), guard=fails)

    assert (await changes.make(request(pivotal), guard=anywhere)).ending is Ending.DONE


async def test_a_failed_read_is_audited_and_gives_the_lease_back(changes, pivotal, store):
    pivotal.fails(Fault.revoked_key, method="GET")

    with pytest.raises(AuthenticationFailed):
        await changes.make(request(pivotal), guard=anywhere)
    await changes.make(request(pivotal), guard=anywhere)

    assert [entry.outcome for entry in reversed(await store.audit.list())] == ["failed", "done"]


async def test_watchers_hear_of_what_is_new_and_not_of_questions(changes, pivotal):
    heard = []
    changes.watch(lambda changed: heard.append((changed.standing.onboarding.phase, changed.gone)))
    seen = Expectation("program_design", "active", False, None)

    await changes.make(request(pivotal, expecting=seen), guard=anywhere)
    await changes.make(request(pivotal), guard=anywhere)
    pivotal.edit(89, state="waiting", waiting_on_customer=True)
    await changes.make(request(pivotal, Verb.PAUSE), guard=anywhere)
    pivotal.delete(89)
    await changes.make(Request(pivotal.world.onboardings.find(89)["id"], Verb.PAUSE, ADMIN, "c", "R"), guard=anywhere)

    assert heard == [("review", False), ("program_buildout", False), ("program_buildout", True)]


async def test_audit_says_who_from_where_what_and_why(changes, pivotal, store):
    await changes.make(request(pivotal, Verb.FLAG, reason="legal"), guard=anywhere)

    (entry,) = await store.audit.list()
    assert (entry.name, entry.source, entry.action) == ("Cara Lindqvist", "button in C1", "flag")
    assert (entry.before, entry.after, entry.reason) == ("Active", "At risk", "legal")
    assert (entry.title, entry.reference) == ("Aurora Foods", "ABC123")
    assert entry.at == datetime(2026, 9, 7, 6, 30, tzinfo=UTC)


async def test_test_key_says_that_automations_are_suppressed(pivotal, build):
    pivotal.edit(89, phase="internal_qa")
    async with AsyncPivotalApi(pivotal.test_key, base_url=pivotal.url) as api:
        outcome = await build(api).make(request(pivotal), guard=anywhere)

    assert outcome.ending is Ending.ASKS
    assert "suppresses its launch automations" in outcome.move.asks[0]
    assert pivotal.patches(89) == []


@pytest.mark.parametrize("source", ["poll", "webhook"])
async def test_what_is_read_between_a_write_and_its_note_is_taken_for_nothing_done_elsewhere(
    pivotal, store, clock, source
):
    written = asyncio.Event()
    pivotal.world.on_change.append(lambda _: written.set())
    pivotal.fails(Fault.slow(60), method="PATCH")
    async with AsyncPivotalApi(pivotal.live_key, base_url=pivotal.url, timeout=BRIEF) as api:
        portfolio = Portfolio(api, store, clock=clock, phases=Phases())
        changes = Changes(api, store, portfolio, People(store), phases=Phases(), team="T0HOME001", clock=clock)
        portfolio.defer_to(changes.under_way)
        change = asyncio.create_task(changes.make(request(pivotal), guard=anywhere))
        await written.wait()

        read = await api.onboardings.get("89")
        taken_in = await portfolio.see(read, source=source)
        await change

        assert read.phase == "program_buildout"
        assert not taken_in
        assert [one.source for one in await store.observations.of(read.id)] == ["us"]
        assert await portfolio.see(read, source=source)
