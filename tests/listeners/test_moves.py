"""Moving an onboarding, through the real Bolt app: written once, on fresh knowledge, with a name attached."""

import pytest

from bot.sandbox.slack.world import ANA, ONBOARDING

pytestmark = pytest.mark.usefixtures("bot")


@pytest.fixture
def pivotal(pivotal):
    pivotal.has_onboarding(89, customer="Aurora Foods", phase="review", csm_id="user_csm_001")
    return pivotal


async def test_second_click_changes_nothing(slack, pivotal):
    await slack.types("/onboarding aurora", by=ANA, channel=ONBOARDING)

    await slack.clicks("Advance to Program buildout", by=ANA, times=2)

    assert pivotal.phase_of(89) == "program_buildout"
    assert pivotal.transitions(89) == ["program_buildout"]
