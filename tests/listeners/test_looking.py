"""What only shows somebody something: it waits for no writer, and leaves nothing behind that others would find."""

import asyncio

import pytest

from bot.domain.gates import GATES, looks
from bot.sandbox.slack.world import ANA, ONBOARDING

VERBS = sorted(name for name in GATES if looks(name) and ":" not in name)


@pytest.fixture
def mode():
    return "http"


async def test_a_list_waits_for_nobody_who_writes(bot, slack, ask):
    async with bot.store.database.writing():
        async with asyncio.timeout(bot.store.database.queue / 2):
            answer = await ask("list phase:review")

    assert "Aurora Foods" in answer


async def test_whatever_may_be_answered_twice_posts_nothing_and_is_in_nobodys_log(ask, slack, audited):
    for verb in VERBS:
        await ask(f"{verb} #89" if verb in ("show", "details") else verb)

    assert [one.text for one in slack.messages(ONBOARDING) if one.ephemeral_to != ANA] == []
    assert await audited() == []
