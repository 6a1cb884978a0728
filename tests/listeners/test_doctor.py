"""`/onboarding doctor`: an admin sees how the running bot is, and what to do about what is wrong; nobody else does."""

from datetime import timedelta

import pytest

from bot.sandbox.pivotal.faults import Fault
from bot.sandbox.slack.world import ANA, CARA, LAUNCHES, ONBOARDING


async def test_an_admin_is_told_how_everything_is(ask, mode):
    told = await ask("doctor", by=CARA)

    assert told.startswith("Checkup: 1 warn, 14 ok\n*Warn* · People: links\n")
    assert "clock: this computer’s clock agrees with Slack’s" in told
    assert "live key pivotal_sand… “onboarding-bot”" in told
    assert ("socket: connected since 07 Sep 06:30 UTC" if mode == "socket" else "by way of your own TLS") in told
    assert "since the start the bot made" in told


@pytest.mark.parametrize("mode", ["socket"])
async def test_only_admins_may_ask(ask):
    told = await ask("doctor", by=ANA)

    assert "You may not have this bot examined." in told
    assert "This bot’s admins can." in told
    assert "Checkup" not in told


@pytest.mark.parametrize("mode", ["socket"])
async def test_what_fails_comes_first_with_its_remedy_and_hides_nothing(ask, slack, pivotal):
    await ask("subscribe at-risk", by=CARA, channel=LAUNCHES)
    slack.archives(LAUNCHES)
    pivotal.fails(Fault.error_500, times=1, path="/me")

    told = await ask("doctor", by=CARA)

    assert told.startswith("Checkup: 2 fail, 1 warn, 12 ok\n*Fail* · Pivotal: key\n")
    assert (
        "*Fail* · Digests: At-risk onboardings, #launches\nThe channel is archived; next Mon 7 Sep 2026 09:00" in told
    )
    assert "→ Unarchive it, or end the digest in `/onboarding subscriptions`." in told
    assert "database: " in told


@pytest.mark.parametrize("mode", ["socket"])
async def test_a_channel_that_customers_read_is_told_with_the_reason(ask, slack):
    await ask("subscribe at-risk", by=CARA, channel=LAUNCHES)
    slack.adds_guest(LAUNCHES)

    told = await ask("doctor", by=CARA)

    assert "Nothing is posted in the channel, because it has guests in it" in told


class TestAnotherCommand:
    @pytest.fixture
    def settings(self, settings):
        return settings.model_copy(update={"bot_command": "/ob"})

    @pytest.mark.parametrize("mode", ["socket"])
    async def test_remedies_name_the_command_as_it_is_called_here(self, slack, bot):
        await slack.types("/ob doctor", by=CARA, channel=LAUNCHES)

        assert "→ Link them with `/ob people`" in slack.seen(CARA, LAUNCHES)


@pytest.mark.parametrize("mode", ["socket"])
class TestDigests:
    async def test_what_became_of_the_last_one_is_told(self, ask, slack):
        await ask("subscribe at-risk", by=CARA, channel=LAUNCHES)
        await slack.types("/onboarding digest now at-risk", by=CARA, channel=LAUNCHES)

        told = await ask("doctor", by=CARA)

        assert (
            "At-risk onboardings, #launches: next Mon 7 Sep 2026 09:00 (Europe/Stockholm); "
            "last Mon 7 Sep 08:30, on request: delivered"
        ) in told

    async def test_one_that_was_missed_is_a_warning(self, ask, clock, bot):
        await ask("subscribe at-risk dm", by=CARA)
        clock.passes(hours=7)
        await bot.digests.recover(clock(), older_than=timedelta())

        told = await ask("doctor", by=CARA)

        assert "*Warn* · Digests: At-risk onboardings, a direct message\n" in told
        assert "last Mon 7 Sep, skipped: I was not running at the hour set" in told

    async def test_a_pause_that_somebody_meant_is_none(self, ask, slack):
        await ask("subscribe at-risk", by=CARA, channel=LAUNCHES)
        await ask("subscriptions", by=CARA)
        await slack.clicks("Pause", by=CARA, channel=ONBOARDING)

        assert "At-risk onboardings, #launches: Paused by Cara Lindqvist; none came yet" in await ask("doctor", by=CARA)
