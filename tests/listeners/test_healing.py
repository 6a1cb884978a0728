"""Posted cards that could not follow their onboarding: a minute later they are right all the same."""

import asyncio
from datetime import timedelta

import pytest

from bot.app import running
from bot.domain.phases import Phases
from bot.domain.records import Card
from bot.listeners.healing import Healing
from bot.pivotal import AsyncPivotalApi
from bot.sandbox.slack.world import ANA, ONBOARDING
from bot.services.cards import PostedCards
from bot.services.portfolio import Portfolio
from bot.store import Store

pytestmark = pytest.mark.parametrize("mode", ["socket"])


@pytest.fixture
def until():
    """`await until(lambda: …)`: waits for what the bot does by itself, at its next look."""

    async def waits(condition):
        async with asyncio.timeout(20):
            while True:
                if condition():
                    return
                await asyncio.sleep(0.05)

    return waits


@pytest.fixture
def posted(bot, clock):
    """The posted cards, as the bot's own look sees them."""
    return PostedCards(bot.store, bot.services.onboardings, bot.services.portfolio, clock=clock)


@pytest.fixture
def updates(slack):
    """`updates()`: how many posted messages the bot tried to change so far."""
    return lambda: len(slack.calls_of("chat.update"))


async def test_a_card_that_slack_would_not_take_is_right_after_the_next_look(
    shared, posted, bot, slack, pivotal, clock, as_posted, updates, until
):
    card = await shared()
    slack.fails("chat.update", error="ratelimited", retry_after=3600)
    pivotal.edit(89, phase="internal_qa")
    await bot.services.onboardings.read("89")
    await bot.settled()
    refused = as_posted(card).seen

    clock.passes(minutes=1)
    await until(lambda: "Internal QA (5 of 7)" in as_posted(card).seen)

    assert "(3 of 7)" in refused
    await bot.settled()
    assert updates() == 2
    assert await posted.behind() == {}


async def test_a_change_noted_by_a_bot_that_did_not_live_to_draw_it_is_drawn_at_the_next_start(
    slack, settings, pivotal, clock, database_url, as_posted, until
):
    async with running(settings, clock=clock) as first:
        slack.settles = first.settled
        await slack.types("/onboarding share #89", by=ANA, channel=ONBOARDING)
        await first.settled()
        card = next(one for one in slack.messages(ONBOARDING) if not one.ephemeral_to)
    store = await Store.open(database_url, clock=clock)
    async with AsyncPivotalApi(pivotal.live_key, base_url=pivotal.url, clock=clock) as api:
        portfolio = Portfolio(api, store, clock=clock, phases=Phases())
        await portfolio.load()
        pivotal.edit(89, phase="internal_qa")
        await portfolio.put(await api.onboardings.get("89"), source="webhook")
    await store.close()
    untold = as_posted(card).seen

    async with running(settings, clock=clock):
        await until(lambda: "Internal QA (5 of 7)" in as_posted(card).seen)

    assert "(3 of 7)" in untold


async def test_the_card_of_an_onboarding_forgotten_meanwhile_becomes_a_tombstone_once(
    shared, bot, slack, pivotal, clock, as_posted, until
):
    card = await shared()
    slack.fails("chat.update", error="ratelimited", retry_after=3600)
    pivotal.delete(89)
    await bot.services.portfolio.remove("89")
    await bot.settled()
    refused = as_posted(card).seen

    clock.passes(minutes=1)
    await until(lambda: "no longer" in as_posted(card).seen)

    assert "no longer" not in refused
    await bot.settled()
    assert [drawn for _, drawn in await bot.store.cards.drawn(since=clock() - timedelta(days=1))] == ["gone"]


async def test_what_slack_refuses_again_and_again_is_tried_less_and_less_often(bot, posted, pivotal, clock):
    onboarding_id = (await bot.services.onboardings.read("89")).onboarding.id
    begun, tried = clock(), []

    def redraw(key, behind):
        tried.append((key, clock() - begun))

    healing = Healing(posted, bot.services.onboardings, redraw, clock=clock)
    await bot.store.cards.add(Card(onboarding_id, ONBOARDING, "1.0", clock(), "Ana"), drawn="otherwise")

    for _ in range(64):
        await healing.look_if_due()
        clock.passes(minutes=1)

    assert tried == [(onboarding_id, timedelta(minutes=minute)) for minute in (0, 1, 3, 7, 15, 31, 63)]


async def test_a_clock_that_was_weeks_ahead_is_put_right_and_cards_are_drawn_again_at_once(bot, posted, clock):
    onboarding_id = (await bot.services.onboardings.read("89")).onboarding.id
    tried = []
    healing = Healing(posted, bot.services.onboardings, lambda key, behind: tried.append(key), clock=clock)
    await bot.store.cards.add(Card(onboarding_id, ONBOARDING, "1.0", clock(), "Ana"), drawn="otherwise")
    clock.passes(days=20)
    await healing.look_if_due()

    clock.passes(days=-20)
    await healing.look_if_due()

    assert tried == [onboarding_id] * 2
