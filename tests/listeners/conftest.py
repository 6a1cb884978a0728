"""A small portfolio that has everything people stumble over, and a quick way to ask about it."""

from collections.abc import Awaitable, Callable
from datetime import date

import pytest

from bot.listeners.withdrawing import PAUSE
from bot.sandbox.slack.world import ANA, ONBOARDING

Ask = Callable[..., Awaitable[str]]
NASTY = "Nasty <!channel> & <https://evil.example|Sons>"


@pytest.fixture
def pivotal(pivotal):
    """Today is Mon 7 Sep 2026. Ana owns Aurora Foods as CSM, Ben as SE; the rest is Mara's, or nobody's."""
    pivotal.has_onboarding(
        89,
        customer="Aurora Foods",
        phase="review",
        csm_id="user_csm_001",
        se_id="user_se_001",
        target_launch_date=date(2026, 9, 16),
    )
    pivotal.has_onboarding(101, customer="Acme Corp", phase="program_design", csm_id="user_csm_001")
    pivotal.has_onboarding(102, customer="Acme Group", phase="review", csm_id="user_csm_002")
    pivotal.has_onboarding(103, customer="Globex", phase="review", csm_id="user_csm_001")
    pivotal.has_onboarding(104, customer="Globex", phase="internal_qa", csm_id="user_csm_001")
    clash = pivotal.has_customer("Initech", display_id=105)
    pivotal.has_onboarding(105, customer="Hooli", phase="review", designer_id="user_designer_001")
    pivotal.has_onboarding(106, customer_id=clash["id"], phase="review")
    pivotal.has_customer("Globex Channel", slack_channel_id="C0GLOBEX1", slug="globex-channel")
    pivotal.has_onboarding(107, customer="List & Co", phase="review")
    pivotal.has_onboarding(108, customer=NASTY, phase="review", csm_id="user_csm_001")
    pivotal.has_onboarding(109, customer="Paused Ltd", phase="review", state="paused", csm_id="user_csm_001")
    pivotal.has_onboarding(110, customer="Late Ltd", phase="review", target_launch_date=date(2026, 9, 1))
    return pivotal


@pytest.fixture
def ask(slack, bot) -> Ask:
    """`await ask("aurora")`: what Ana, or somebody else, reads in answer to a command in #onboarding."""

    async def asks(text: str, *, by: str = ANA, channel: str = ONBOARDING) -> str:
        before = len(slack.messages(channel, by))
        acknowledged = await slack.types(f"/onboarding {text}".strip(), by=by, channel=channel)
        assert acknowledged.ok, acknowledged
        assert len(slack.messages(channel, by)) == before + 1, "one question, one answer"
        return slack.seen(by, channel)

    return asks


@pytest.fixture
def shared(ask, slack):
    """`await shared()`: Ana has posted the card of Aurora Foods; gives it as it looks."""

    async def shares(channel=ONBOARDING):
        await ask("aurora", channel=channel)
        await slack.clicks("Share to channel", by=ANA, channel=channel)
        return next(message for message in reversed(slack.messages(channel)) if not message.ephemeral_to)

    return shares


@pytest.fixture
def as_posted(slack):
    """`as_posted(card)`: a posted card as it looks now."""

    def looks(card):
        return next(each for each in slack.messages(card.channel) if each.ts == card.ts)

    return looks


@pytest.fixture
def replies(slack):
    """`replies(card)`: the lines of its thread."""

    def lines(card):
        return [each.text for each in slack.messages(card.channel) if each.thread_ts == card.ts]

    return lines


@pytest.fixture
def audited(bot):
    """`await audited()`: who tried what and what came of it, newest first."""

    async def entries():
        return [(entry.name, entry.action, entry.outcome) for entry in await bot.store.audit.list()]

    return entries


@pytest.fixture
def looks_round(bot, clock):
    """`await looks_round()`: a round later; the bot may be in the midst of it, if it had begun it by itself."""

    async def look():
        clock.passes(minutes=11)
        while await bot.door.withdrawing.look_again() < PAUSE:
            await bot.settled()

    return look
