"""The buttons that change a state, and those that ask first."""

import pytest

from bot.sandbox.slack.world import ANA, ONBOARDING

pytestmark = pytest.mark.parametrize("mode", ["socket"])
ADVANCE = "Advance to Program buildout"


async def test_pause_offers_resume_and_no_advance(ask, slack, pivotal):
    seen = await ask("pause aurora foods")

    assert pivotal.state_of(89) == "paused"
    assert "You paused it" in seen
    assert "Resume" in seen
    assert "Advance to" not in seen


async def test_resume_brings_advance_back(ask, slack, pivotal):
    await ask("paused ltd")

    await slack.clicks("Resume", by=ANA, channel=ONBOARDING)

    assert pivotal.state_of(109) == "active"
    assert ADVANCE in slack.seen(ANA, ONBOARDING)


async def test_resume_of_what_waits_too_asks_first_and_clears_both(ask, slack, pivotal):
    pivotal.switches.waiting = "independent"
    pivotal.edit(89, state="paused", waiting_on_customer=True)
    await ask("aurora")
    card = slack.last(by=ANA, channel=ONBOARDING)
    resume = next(b for b in card.blocks if b["type"] == "actions")["elements"][0]

    await slack.clicks("Resume", by=ANA, channel=ONBOARDING, confirm=False)
    untouched = pivotal.patches(89)
    await slack.clicks("Resume", by=ANA, channel=ONBOARDING)

    assert "SLA clock runs again" in resume["confirm"]["text"]["text"]
    assert untouched == []
    assert pivotal.onboarding(89)["state"] == "active"
    assert pivotal.onboarding(89)["waiting_on_customer"] is False


async def test_waiting_written_before_a_pause_is_cleared_where_pivotal_keeps_the_two_apart(ask, slack, pivotal):
    pivotal.switches.waiting = "independent"
    pivotal.edit(89, state="waiting", waiting_on_customer=True)

    await ask("pause #89")
    await slack.clicks("Pause", by=ANA, channel=ONBOARDING)

    assert pivotal.onboarding(89)["state"] == "paused"
    assert pivotal.onboarding(89)["waiting_on_customer"] is False


async def test_state_by_its_name(ask, slack, pivotal):
    await ask("state aurora foods at risk legal is stuck")
    marked = pivotal.state_of(89)
    await ask("state #89 waiting")
    await slack.clicks("Waiting on customer", by=ANA, channel=ONBOARDING)

    assert marked == "at_risk"
    assert pivotal.onboarding(89)["waiting_on_customer"] is True


async def test_a_state_there_is_not_is_said_and_nothing_is_written(ask, pivotal):
    assert "“sleepy” is not a state I can set" in await ask("state #89 sleepy")
    assert pivotal.patches(89) == []


async def test_a_launch_is_retracted_by_a_pause_with_a_reason(slack, pivotal, bot):
    pivotal.edit(104, phase="launch")
    await slack.types("/onboarding pause #104 go-live was called off", by=ANA, channel=ONBOARDING)
    form = str(slack.modal(ANA))

    await slack.submits({}, by=ANA)

    assert "This retracts the launch" in form
    assert "go-live was called off" in form
    assert pivotal.state_of(104) == "paused"
    assert (await bot.store.audit.list(limit=1))[0].reason == "go-live was called off"
