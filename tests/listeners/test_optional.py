"""What needs a scope that was not granted is off, and says so where people look."""

import pytest

from bot.sandbox.slack.world import ANA, CARA, ONBOARDING

pytestmark = pytest.mark.parametrize("mode", ["socket"])


@pytest.fixture
def extras():
    return ("mentions", "unfurls")


@pytest.fixture
def installed(installed):
    """Whoever installed it left out one of the two scopes of link previews."""
    installed["oauth_config"]["scopes"]["bot"].remove("links:write")
    return installed


async def test_half_of_its_scopes_does_not_switch_a_feature_on(bot, slack):
    await slack.types("https://my.pivotal.app/onboardings/89", by=ANA, channel=ONBOARDING)

    assert [delivery.type for delivery in slack.deliveries] == ["link_shared"]
    assert slack.calls_of("chat.unfurl") == []


async def test_the_others_work_all_the_same(bot, slack):
    await slack.types("@Onboarding #89", by=ANA, channel=ONBOARDING)

    assert "Aurora Foods" in slack.messages(ONBOARDING)[-1].seen


async def test_home_and_settings_of_an_admin_say_what_is_off_and_how_to_have_it(bot, slack, ask):
    await slack.opens_home(by=CARA)
    settings = await ask("settings", by=CARA)

    off = "link previews, because the scope links:write is missing: see "
    off += "`onboarding-bot manifest --with mentions,unfurls`"
    assert f"Off: {off}" in slack.home_text(CARA)
    assert off in settings
    assert "answers to mentions" not in slack.home_text(CARA) + settings
