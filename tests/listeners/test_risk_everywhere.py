"""One function says what needs attention: digest, list, Home and card agree, whatever the thresholds are set to."""

import re

import pytest

from bot.sandbox.slack.world import CARA

pytestmark = pytest.mark.parametrize("mode", ["socket"])


@pytest.fixture(params=["", "close_days=30, close_phases=0, no_target_days=0, no_owner_days=0"], ids=["usual", "set"])
def settings(settings, request):
    return settings.model_copy(update={"bot_risk": request.param})


@pytest.fixture
def expected(settings):
    """How many need attention, and whether Aurora Foods, which launches in nine days, is among them."""
    return (10, True) if settings.bot_risk else (2, False)


def number(text, pattern):
    found = re.search(pattern, text)
    assert found, text
    return int(found[1])


async def test_digest_list_and_home_count_the_same(ask, slack, pivotal, clock, expected):
    pivotal.edit(103, by="Dana (web app)", state="at_risk")
    clock.passes(minutes=20)

    digest = await ask("digest preview at-risk", by=CARA)
    listed = await ask("at-risk", by=CARA)
    await slack.opens_home(by=CARA)

    assert number(digest, r"(\d+) need attention") == expected[0]
    assert number(listed, r"(\d+) onboardings") == expected[0]
    assert number(slack.home_text(CARA), r"\*Need attention in the team\*  ·  (\d+)") == expected[0]


async def test_the_card_says_why_if_the_list_has_it(ask, expected):
    listed, card = await ask("at-risk", by=CARA), await ask("aurora", by=CARA)

    assert ("Aurora Foods" in listed, "Why: launches in 9 days" in card) == (expected[1], expected[1])
