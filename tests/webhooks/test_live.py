"""The whole bot with Pivotal's webhooks on: what it no longer has to ask for, and what shows at once."""

import pytest

from bot import config
from bot.app import running
from bot.domain.records import Person
from bot.listeners.followers import Followers
from bot.sandbox.slack.world import ANA, BEN, CARA, ONBOARDING
from bot.services.changes import LEASE
from bot.services.events import GATHER

SECRET = "whsec_" + "c2FuZGJveC1zZWNyZXQtb2YtdGhlLXRlc3Rz"


@pytest.fixture
def settings(settings):
    values = {name: getattr(settings, name) for name in config.Settings.model_fields}
    return config.load(env_file=None, **values | {"pivotal_webhook_secret": SECRET})


@pytest.fixture
async def bot(slack, settings, pivotal, clock):
    """The running bot, with Pivotal delivering to it."""
    pivotal.has_onboarding(89, customer="Aurora", phase="review", csm_id="user_csm_001")
    async with running(settings, clock=clock) as app:
        await app.store.people.link(Person("user_csm_001", slack_id=ANA, name="Ana Ruiz"))
        await app.services.people.load()
        slack.request_url, slack.settles = app.address, app.settled
        await app.settled()
        pivotal.webhooks.add(app.webhooks, secret=SECRET)
        yield app


def walks(pivotal):
    return len([one for one in pivotal.requests if one.method == "GET" and one.path == "/onboardings"])


@pytest.fixture
def told(bot, pivotal, clock, until):
    """Lets all that Pivotal has told be worked off."""

    async def idle():
        return await bot.store.inbox.waiting() == 0

    async def settle():
        await pivotal.webhooks.settle()
        clock.passes(seconds=GATHER.total_seconds())
        await until(idle)
        await bot.settled()

    return settle


def readings(pivotal):
    return len([one for one in pivotal.requests if one.method == "GET" and one.path.startswith("/onboardings/")])


def phase(bot):
    return bot.services.portfolio.known("89").onboarding.phase


async def test_with_webhooks_lists_need_no_walk_for_six_hours(slack, pivotal, bot, clock, until):
    pivotal.edit(89, phase="program_buildout")
    await until(lambda: phase(bot) == "program_buildout")
    before = walks(pivotal)

    clock.passes(hours=5)
    await slack.types("/onboarding list", by=ANA, channel=ONBOARDING)

    assert "Program buildout" in slack.seen(ANA, ONBOARDING)
    assert walks(pivotal) == before
    clock.passes(hours=2)
    await slack.types("/onboarding list", by=ANA, channel=ONBOARDING)
    assert walks(pivotal) > before


async def test_a_change_in_pivotals_own_app_shows_on_the_posted_card(slack, pivotal, bot, until):
    await slack.types("/onboarding share #89", by=ANA, channel=ONBOARDING)
    before = walks(pivotal)

    pivotal.edit(89, phase="program_buildout")
    await until(lambda: phase(bot) == "program_buildout")
    await bot.settled()

    card = next(one for one in slack.messages(ONBOARDING) if "Aurora" in one.text)
    assert "(4 of 7)" in str(card.blocks)
    assert walks(pivotal) == before


async def test_a_date_changed_there_shows_after_the_next_walk_and_not_before(slack, pivotal, bot, clock):
    pivotal.edit(89, target_launch_date="2026-12-24")
    await bot.settled()

    await slack.types("/onboarding list", by=ANA, channel=ONBOARDING)
    first = slack.seen(ANA, ONBOARDING)
    clock.passes(hours=7)
    await slack.types("/onboarding list", by=ANA, channel=ONBOARDING)

    assert "24 Dec" not in first
    assert "24 Dec" in slack.seen(ANA, ONBOARDING)


async def test_an_onboarding_deleted_there_leaves_a_tombstone(slack, pivotal, bot, clock):
    await slack.types("/onboarding share #89", by=ANA, channel=ONBOARDING)
    pivotal.delete(89)
    clock.passes(hours=7)

    await slack.types("/onboarding list", by=ANA, channel=ONBOARDING)
    await bot.settled()

    assert "no longer" in str([one.blocks for one in slack.messages(ONBOARDING)])


async def test_an_onboarding_deleted_there_is_a_tombstone_at_once_when_anything_is_told_of_it(
    slack, pivotal, bot, told
):
    await slack.types("/onboarding share #89", by=ANA, channel=ONBOARDING)
    pivotal.webhooks.hold()
    pivotal.edit(89, phase="program_buildout")
    pivotal.delete(89)
    before = walks(pivotal)

    pivotal.webhooks.release()
    await told()

    assert "no longer" in str([one.blocks for one in slack.messages(ONBOARDING)])
    assert walks(pivotal) == before


async def test_fifty_events_for_one_onboarding_in_two_seconds_are_two_readings(slack, pivotal, bot, clock, told):
    await slack.types("/onboarding share #89", by=ANA, channel=ONBOARDING)
    before, drawn = readings(pivotal), len(slack.calls_of("chat.update"))

    for number in range(50):
        pivotal.edit(89, phase=("program_buildout", "review")[number % 2])
        if number % 10 == 9:
            await pivotal.webhooks.settle()
            await bot.services.events.work_off()
        clock.passes(milliseconds=30)
    await told()

    assert readings(pivotal) - before <= 2
    assert len(slack.calls_of("chat.update")) - drawn <= 2


async def test_an_onboarding_created_there_is_listed_without_a_walk(slack, pivotal, bot, clock, told):
    before = walks(pivotal)
    pivotal.has_onboarding(90, customer="Globex", phase="review")
    pivotal.edit(90, phase="program_buildout")
    await told()

    clock.passes(hours=1)
    await slack.types("/onboarding list", by=ANA, channel=ONBOARDING)

    assert "Globex" in slack.seen(ANA, ONBOARDING)
    assert walks(pivotal) == before


async def test_the_log_tells_what_was_done_here_and_what_pivotal_told(slack, pivotal, bot, clock, told):
    pivotal.edit(89, phase="program_buildout")
    await told()
    clock.passes(minutes=5)
    await slack.types("/onboarding flag #89 no answer", by=ANA, channel=ONBOARDING)
    await told()

    await slack.types("/onboarding log #89", by=BEN, channel=ONBOARDING)

    seen = slack.seen(BEN, ONBOARDING)
    assert "Phase  ·  Review → Program buildout" in seen
    assert "outside this bot  ·  told by Pivotal" in seen
    assert "Ana Ruiz" in seen
    assert "no answer" in seen
    assert seen.count("outside this bot  ·") == 1


async def test_what_somebody_does_here_is_not_taken_for_a_change_made_elsewhere(slack, pivotal, bot, clock, told):
    for person in (ANA, CARA):
        await slack.types("/onboarding follow #89", by=person, channel=ONBOARDING)

    await slack.types("/onboarding flag #89 no answer", by=ANA, channel=ONBOARDING)
    await told()

    observed = await bot.store.observations.of(bot.services.portfolio.known("89").onboarding.id)
    assert [one.source for one in observed] == ["us"]
    (anas,), (caras,) = [await bot.services.following.of(person) for person in (ANA, CARA)]
    assert bot.services.following.news(anas) == {}
    assert list(bot.services.following.news(caras)) == ["state"]


async def test_a_follower_is_told_of_what_pivotal_told(slack, pivotal, bot, clock, told):
    clock.passes(hours=7, minutes=30)
    await slack.types("/onboarding follow #89", by=BEN, channel=ONBOARDING)
    conversation = bot.door._conversation
    followers = Followers(
        conversation._cards._delivery,
        bot.services,
        who=lambda slack_id: conversation._actors.actor(slack_id, team=None),
        clock=clock,
    )

    pivotal.edit(89, phase="program_buildout")
    await told()
    clock.passes(seconds=31)
    await followers.tell_due()

    (message,) = slack.messages("D0BEN0001")
    assert "Phase Review → Program buildout" in message.text


async def test_a_snooze_wakes_when_pivotal_tells_of_a_change(slack, pivotal, bot, clock, told):
    await slack.types("/onboarding subscribe at-risk", by=ANA, channel=ONBOARDING)
    await slack.types("/onboarding snooze #89 3d their DNS", by=ANA, channel=ONBOARDING)

    pivotal.edit(89, state="at_risk")
    await told()
    await slack.types("/onboarding snoozed", by=ANA, channel=ONBOARDING)

    assert "Nothing is snoozed" in slack.seen(ANA, ONBOARDING)


async def test_a_digest_walks_once_and_has_what_was_told_and_what_was_not(slack, pivotal, bot, clock, told):
    await slack.types("/onboarding subscribe at-risk 09:00 mon-sun", by=ANA, channel=ONBOARDING)
    pivotal.edit(89, state="at_risk")
    await told()
    clock.passes(days=1, hours=1)
    pivotal.edit(89, target_launch_date="2026-09-01")
    before = walks(pivotal)

    await bot.digests.run_due(clock())
    await bot.settled()

    digest = next(one.seen for one in slack.messages(ONBOARDING) if "At-risk onboardings" in one.seen)
    assert "marked at risk in Pivotal" in digest
    assert "target date passed" in digest
    assert "at least 1 d in phase" in digest
    assert walks(pivotal) == before + 1


async def test_a_phase_the_bot_did_not_see_begin_has_lasted_at_least_since_it_was_met(slack, pivotal, bot, clock, told):
    clock.passes(days=12)
    await slack.types("/onboarding aurora", by=ANA, channel=ONBOARDING)
    first = slack.seen(ANA, ONBOARDING)
    pivotal.edit(89, phase="program_buildout")
    await told()
    clock.passes(days=3)

    await slack.types("/onboarding aurora", by=ANA, channel=ONBOARDING)

    assert "at least 12 days in phase" in first
    assert "  ·  3 days in phase" in slack.seen(ANA, ONBOARDING)


async def test_a_card_opened_during_a_write_shows_it_and_leaves_the_noting_to_whoever_writes(
    slack, pivotal, bot, clock
):
    onboarding_id = (await bot.services.onboardings.read("89")).onboarding.id
    await bot.store.claims.lease(f"write:T0HOME001:{onboarding_id}", holder="Ana Ruiz", now=clock(), ttl=LEASE)
    pivotal.webhooks.hold()
    pivotal.edit(89, state="at_risk")

    await slack.types("/onboarding #89", by=BEN, channel=ONBOARDING)
    shown, during = slack.seen(BEN, ONBOARDING), await bot.store.observations.of(onboarding_id)
    clock.passes(seconds=LEASE.total_seconds() + 1)
    await slack.types("/onboarding #89", by=BEN, channel=ONBOARDING)

    assert "At risk" in shown
    assert during == []
    assert [one.source for one in await bot.store.observations.of(onboarding_id)] == ["poll"]
