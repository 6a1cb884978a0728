"""The whole bot with Pivotal's webhooks on: what it no longer has to ask for, and what shows at once."""

import pytest

from bot import config
from bot.app import running
from bot.sandbox.slack.world import ANA, ONBOARDING

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
        slack.request_url, slack.settles = app.address, app.settled
        await app.settled()
        pivotal.webhooks.add(app.webhooks, secret=SECRET)
        yield app


def walks(pivotal):
    return len([one for one in pivotal.requests if one.method == "GET" and one.path == "/onboardings"])


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
    assert "Program buildout" in str(card.blocks)
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
