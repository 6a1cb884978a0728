"""A digest that did not come is asked about in private, and posted once however often that is pressed."""

from datetime import time

import pytest

from bot.domain.errors import Forbidden
from bot.domain.records import DeliveryStatus, Said, Subscription
from bot.sandbox.slack.world import ANA, BEN, DEVON, LAUNCHES, ONBOARDING, TEAM
from bot.services.subscriptions import Wish

pytestmark = pytest.mark.parametrize("mode", ["socket"])

DAY = "2026-09-07"
HOME = "D0ANA0001"


@pytest.fixture
def pivotal(pivotal):
    pivotal.has_onboarding(90, customer="Initech", phase="review", state="at_risk", csm_id="user_csm_001")
    return pivotal


@pytest.fixture
async def subscription(bot, slack, clock) -> Subscription:
    """Ana's digest for #onboarding, every day at eight in Berlin, subscribed the day before."""
    clock.passes(days=-1)
    ana = await bot.door.actors.actor(ANA, team=TEAM)
    made = await bot.services.subscriptions.subscribe(
        ONBOARDING, Wish("at-risk", "daily", time(8), "Europe/Berlin"), by=ana
    )
    clock.passes(days=1)
    return made


@pytest.fixture
async def uncertain(bot, subscription, clock):
    """A process was killed while its post was on its way; Ana has been asked."""
    claim = await bot.services.ledger.claim(subscription, DAY, now=clock())
    await bot.services.ledger.prepare(claim, said=Said())
    await bot.digests.recover(clock())
    return subscription


def digests(slack):
    return [one for one in slack.messages(ONBOARDING) if one.text.startswith("At-risk") and not one.ephemeral_to]


def asked(slack):
    (message,) = slack.messages(HOME, ANA)
    return message


async def fate(bot, subscription, slot=DAY):
    row = await bot.services.ledger.get(subscription.id, slot)
    return row.status


async def test_post_now_posts_it_and_says_so_in_place_of_the_question(uncertain, slack, bot):
    await slack.clicks("Post now", by=ANA, message=asked(slack))

    assert len(digests(slack)) == 1
    assert await fate(bot, uncertain) is DeliveryStatus.DONE
    assert "is posted now, because Ana Ruiz asked for it" in asked(slack).seen
    assert "Post now" not in asked(slack).seen
    assert "because Ana Ruiz asked for it by hand" in slack.seen(BEN, ONBOARDING)


async def test_pressed_ten_times_it_is_posted_once(uncertain, slack, bot):
    await slack.clicks("Post now", by=ANA, message=asked(slack), times=10)

    assert len(digests(slack)) == 1
    assert await fate(bot, uncertain) is DeliveryStatus.DONE


async def test_it_arrived_settles_it_and_posts_nothing(uncertain, slack, bot):
    await slack.clicks("It arrived", by=ANA, message=asked(slack))

    assert digests(slack) == []
    assert await fate(bot, uncertain) is DeliveryStatus.DONE
    assert "arrived, as Ana Ruiz says" in asked(slack).seen


async def test_once_a_newer_one_is_there_an_older_one_is_no_longer_posted(uncertain, slack, bot, clock):
    clock.passes(days=1)
    await bot.digests.run_due(clock())

    await slack.clicks("Post now", by=ANA, message=asked(slack))

    assert len(digests(slack)) == 1
    assert "A newer digest is there: Tue 8 Sep" in slack.seen(ANA, HOME)
    assert await fate(bot, uncertain) is DeliveryStatus.UNCERTAIN


async def test_what_was_skipped_can_be_posted_and_its_subscription_may_be_gone(subscription, slack, bot, clock):
    clock.passes(hours=8)
    await bot.digests.recover(clock())
    await bot.services.subscriptions.delete(subscription.id, by=await bot.door.actors.actor(ANA, team=TEAM))

    await slack.clicks("Post now", by=ANA, message=asked(slack))

    assert digests(slack) == []
    assert "no longer subscribed" in slack.seen(ANA, HOME)


async def test_when_it_cannot_be_posted_now_either_the_buttons_stay(uncertain, slack, bot):
    slack.becomes_external(ONBOARDING)

    await slack.clicks("Post now", by=ANA, message=asked_first(slack))

    assert digests(slack) == []
    assert "shared with another organisation" in slack.seen(ANA, HOME)
    assert "Post now" in asked_first(slack).seen
    assert await fate(bot, uncertain) is DeliveryStatus.UNCERTAIN


async def test_somebody_elses_digest_is_not_for_everybody_to_post(uncertain, bot, slack):
    devon = await bot.door.actors.actor(DEVON, team=TEAM)

    with pytest.raises(Forbidden, match="post a digest now"):
        await bot.digests.post_slot(uncertain.id, DAY, by=devon)

    assert digests(slack) == []


def asked_first(slack):
    return slack.messages(HOME, ANA)[0]


class TestOpenDigests:
    @pytest.fixture
    async def posted(self, bot, subscription, clock, slack):
        await bot.digests.run_due(clock())
        return subscription

    async def test_what_is_done_about_a_row_is_noted_on_it_without_a_ping(self, posted, slack, bot, clock):
        before = len(slack.messages(ONBOARDING))
        clock.passes(minutes=10)

        await slack.types("/onboarding clear #90", by=ANA, channel=ONBOARDING)
        await bot.settled()

        (digest,) = digests(slack)
        assert "✓ Ana Ruiz cleared at risk · 08:40" in digest.seen
        assert "Initech" in digest.seen
        assert len([one for one in slack.messages(ONBOARDING) if not one.ephemeral_to]) == before

    async def test_a_burst_of_changes_is_noted_by_as_many_words_and_few_edits(self, posted, slack, bot, pivotal):
        for number in range(20):
            bot.door.tasks.spawn(bot.digests.note(pivotal.onboarding(90)["id"], done=f"did thing {number}", by="Ana"))
        await bot.settled()

        (digest,) = digests(slack)
        assert digest.seen.count("✓") == 1
        assert "✓ Ana did thing 19" in digest.seen
        assert len(slack.calls_of("chat.update")) <= 2

    async def test_a_newer_digest_makes_the_older_one_read_only(self, posted, slack, bot, clock):
        clock.passes(days=1)
        await bot.digests.run_due(clock())

        older, newer = digests(slack)
        assert "A newer digest: Tue 8 Sep" in older.seen
        assert "Initech" in older.seen
        assert pressable(older) == []
        assert pressable(newer) != []

    async def test_what_is_noted_later_goes_to_the_newer_one_only(self, posted, slack, bot, clock):
        clock.passes(days=1)
        await bot.digests.run_due(clock())

        await slack.types("/onboarding clear #90", by=ANA, channel=ONBOARDING)
        await bot.settled()

        older, newer = digests(slack)
        assert "✓" not in older.seen
        assert "✓ Ana Ruiz cleared at risk" in newer.seen

    async def test_a_snooze_is_noted_in_its_own_channel(self, posted, slack, bot):
        await slack.types("/onboarding snooze #90 3d waits for DNS", by=ANA, channel=LAUNCHES)
        assert "✓" not in digests(slack)[0].seen

        await slack.types("/onboarding snooze #90 3d waits for DNS", by=ANA, channel=ONBOARDING)

        assert "✓ Ana Ruiz snoozed it until 10 Sep" in digests(slack)[0].seen

    async def test_nothing_is_noted_where_customers_have_come_to_read(self, posted, slack, bot):
        slack.becomes_external(ONBOARDING)

        await slack.types("/onboarding clear #90", by=ANA, channel=ONBOARDING)
        await bot.settled()

        assert not any("✓" in one.seen for one in digests(slack))


def pressable(message):
    return [one for one in message.blocks if "accessory" in one or one["type"] == "actions"]
