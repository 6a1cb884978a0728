"""Cards in channels: who may have one posted, what is written down of it, and which copies are known."""

import pytest

from bot.domain.errors import Busy, Forbidden
from bot.domain.phases import Phases
from bot.domain.records import BEGUN, Actor
from bot.pivotal import AsyncPivotalApi
from bot.pivotal.errors import PivotalError
from bot.sandbox.pivotal import Fault
from bot.services.cards import MOST, PostedCards, Share
from bot.services.onboardings import Onboardings
from bot.services.portfolio import Portfolio
from bot.store import Store

DEVON = Actor("U0DEV0001", "T0HOME001", "Devon Park")
GUS = Actor("U0GUEST01", "T0HOME001", "Gus Moreau", guest=True)
ERIN = Actor("U0ERIN001", "T0OTHER01", "Erin Walsh", home=False)


@pytest.fixture
async def store(clock, database_url):
    opened = await Store.open(database_url, clock=clock)
    yield opened
    await opened.close()


@pytest.fixture
async def cards(pivotal, store, clock):
    pivotal.has_onboarding(89, customer="Aurora Foods", phase="review")
    async with AsyncPivotalApi(pivotal.live_key, base_url=pivotal.url) as api:
        phases = Phases()
        portfolio = Portfolio(api, store, clock=clock, phases=phases)
        onboardings = Onboardings(api, portfolio, phases=phases, web="https://my.pivotal.app")
        yield PostedCards(store, onboardings, portfolio, clock=clock)


@pytest.fixture
def share(cards, pivotal):
    """`await share(by=…)`: has the card of #89 posted in C1; gives what was posted."""
    posts = []

    async def at_once():
        """Slack is not slow."""

    async def shares(by=DEVON, seen=None, while_posting=at_once):
        async def post(standing):
            posts.append(standing)
            ts = f"{len(posts)}.0"
            await while_posting()
            return ts

        wish = Share(pivotal.onboarding(89)["id"], "C1", by=by, source="command in C1", reference="ABC123", seen=seen)
        await cards.share(wish, guard=anywhere, post=post)

    shares.posts = posts
    return shares


async def anywhere():
    """A place where customers read nothing."""


@pytest.mark.parametrize("who", [GUS, ERIN])
async def test_whoever_may_not_share_is_refused_here_and_it_is_written_down(share, store, who):
    with pytest.raises(Forbidden):
        await share(by=who)

    (entry,) = await store.audit.list()
    assert (entry.name, entry.action, entry.outcome, entry.after) == (who.name, "share", "refused", "")
    assert "answers only full members" in entry.reason
    assert share.posts == []


async def test_what_was_posted_is_written_down_and_known(share, store, cards, pivotal):
    await share()

    (entry,) = await store.audit.list()
    assert (entry.title, entry.outcome, entry.after) == ("Aurora Foods", "done", "card in C1")
    assert [card.ts for card in await cards.of(pivotal.onboarding(89)["id"])] == ["1.0"]


async def test_second_share_at_once_is_refused_and_written_down(share, store):
    await share()

    with pytest.raises(Busy):
        await share()

    assert [entry.outcome for entry in await store.audit.list()] == ["refused", "done"]
    assert len(share.posts) == 1


async def test_second_share_while_slack_lets_the_first_wait_is_refused(share, store, clock):
    async def minutes_later():
        clock.passes(minutes=4)
        with pytest.raises(Busy, match="Devon Park has just shared"):
            await share(by=DEVON)

    await share(while_posting=minutes_later)
    clock.passes(seconds=9)
    with pytest.raises(Busy):
        await share()

    assert len(share.posts) == 1


async def test_once_it_is_posted_it_may_be_shared_again_ten_seconds_later(share, clock):
    await share()
    clock.passes(seconds=10)
    await share()

    assert len(share.posts) == 2


async def test_a_bot_killed_while_it_posts_leaves_a_share_that_was_begun(share, store):
    async def dies():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await share(while_posting=dies)

    (entry,) = await store.audit.list()
    assert (entry.title, entry.action, entry.outcome, entry.after) == ("Aurora Foods", "share", BEGUN, "card in C1")


async def test_one_draws_a_copy_at_a_time_and_who_was_killed_meanwhile_holds_up_nobody_for_long(cards, clock):
    async with cards.drawing("C1", "1.0") as first, cards.drawing("C1", "1.0") as second:
        clock.passes(minutes=3)
        async with cards.drawing("C1", "1.0") as after_its_death:
            pass
    async with cards.drawing("C1", "1.0") as after_the_end:
        pass

    assert (first, second, after_its_death, after_the_end) == (True, False, True, True)


async def test_what_was_just_read_is_not_read_again(share, cards, pivotal):
    await share()
    before, (seen,) = len(pivotal.requests), share.posts

    with pytest.raises(Busy):
        await share(seen=seen)

    assert len(pivotal.requests) == before


async def test_with_pivotal_away_nothing_is_posted_and_the_try_is_written_down(share, store, pivotal):
    pivotal.fails(Fault.revoked_key, times=9)

    with pytest.raises(PivotalError):
        await share()

    (entry,) = await store.audit.list()
    assert (entry.outcome, entry.reason) == ("failed", "This API key has been revoked.")
    assert share.posts == []


async def test_the_newest_twenty_copies_are_known(share, cards, pivotal, clock):
    for _ in range(MOST + 2):
        await share()
        clock.passes(seconds=11)

    known = await cards.of(pivotal.onboarding(89)["id"])
    clock.passes(days=31)

    assert [known[0].ts, known[-1].ts, len(known)] == ["22.0", "3.0", MOST]
    assert await cards.of(pivotal.onboarding(89)["id"]) == ()
