"""A rolling deploy: one replica after the other is asked to stop, and nobody notices."""

import asyncio

import pytest

from bot.sandbox.pivotal import Fault
from bot.sandbox.slack.world import ANA, CARA, ONBOARDING
from tests.processes import until


@pytest.mark.parametrize("mode", ["socket", "http"])
async def test_replicas_are_replaced_one_by_one_and_every_command_is_taken(mode, fleet, slack, pivotal, store):
    pivotal.has_onboarding(89, customer="Aurora Foods", phase="review", csm_id="user_csm_001")
    await fleet.start(2)
    outcomes, over = [], asyncio.Event()

    async def people() -> None:
        while not over.is_set():
            outcomes.append(await slack.types("/onboarding #89", by=ANA, channel=ONBOARDING))
            await asyncio.sleep(0.2)

    talking = asyncio.create_task(people())
    leaving = list(fleet.replicas)
    for replica in leaving:
        await fleet.start()
        assert await fleet.stop(replica) == 0
    over.set()
    await talking

    late = [one for one in outcomes if not one.ok]
    # An envelope may cross the goodbye on a web socket: Slack cannot be told in time.
    assert len(late) <= (len(leaving) if mode == "socket" else 0), late
    await until(
        lambda: len([m for m in slack.messages(ONBOARDING, ANA) if m.ephemeral_to]) == len(outcomes) - len(late)
    )
    assert not fleet.tracebacks, fleet.tracebacks[0]


@pytest.mark.parametrize("mode", ["socket"])
async def test_a_change_under_way_is_finished_and_told_before_the_replica_is_gone(mode, fleet, slack, pivotal, store):
    pivotal.has_onboarding(89, customer="Aurora Foods", phase="review", csm_id="user_csm_001")
    await fleet.start()
    await slack.types("/onboarding #89", by=CARA, channel=ONBOARDING)
    await slack.sees("Aurora Foods", by=CARA, channel=ONBOARDING)
    pivotal.fails(Fault.slow(2), method="PATCH")

    await slack.clicks("Advance to Program buildout", by=CARA, channel=ONBOARDING)
    await until(lambda: pivotal.patches(89))
    code = await fleet.stop(fleet.replicas[0])

    assert code == 0
    assert pivotal.transitions(89) == ["program_buildout"]
    assert [(entry.action, entry.outcome) for entry in await store.audit.list()] == [("advance", "done")]
    assert "You advanced Review → Program buildout" in slack.seen(CARA, ONBOARDING)
    onboarding = pivotal.onboarding(89)["id"]
    assert not await store.claims.seen(f"write:T0HOME001:{onboarding}", now=store.clock())
