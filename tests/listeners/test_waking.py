"""What is snoozed wakes by itself when somebody changes the onboarding through the bot."""

from datetime import date

import pytest

from bot.sandbox.slack.world import ANA, LAUNCHES, ONBOARDING

pytestmark = pytest.mark.parametrize("mode", ["socket"])


async def test_a_change_through_the_bot_wakes_it_in_every_channel(ask, bot, slack):
    await ask("aurora")
    ana = await bot.door.actors.actor(ANA, team=None)
    standing = bot.services.portfolio.known("89")
    for channel in (ONBOARDING, LAUNCHES):
        await bot.services.snoozing.snooze(
            standing, channel=channel, until=date(2026, 9, 15), reason="waits for DNS", by=ana
        )

    await slack.clicks("Advance to Program buildout", by=ANA, channel=ONBOARDING)
    await bot.settled()

    assert await bot.store.snoozes.all() == ()
