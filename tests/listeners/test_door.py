"""The way in and out: acknowledged at once, whatever Pivotal does; answered privately; nothing reaches Bolt."""

import asyncio

import pytest

from bot.listeners.manifest import METHODS
from bot.sandbox.pivotal import Fault, LocalPivotal
from bot.sandbox.slack.world import ANA, BEN, CARA, LAUNCHES, ONBOARDING


class TestAcknowledgement:
    """Pivotal hangs until it is let go; Slack has its acknowledgement before."""

    @pytest.fixture
    def gate(self):
        return asyncio.Event()

    @pytest.fixture
    async def pivotal(self, clock, gate):
        async def hangs(seconds):
            await gate.wait()

        async with LocalPivotal(clock=clock, sleep=hangs) as local:
            local.has_onboarding(89, customer="Aurora Foods", phase="review", csm_id="user_csm_001")
            yield local
            gate.set()

    async def test_command_is_acknowledged_though_pivotal_hangs(self, slack, pivotal, bot, gate):
        pivotal.fails(Fault.slow(60))
        slack.settles = None

        acknowledged = await slack.types("/onboarding #89", by=ANA, channel=ONBOARDING)
        before = slack.messages(ONBOARDING, ANA)
        gate.set()
        await bot.settled()

        assert acknowledged.ok
        assert before == []
        assert "*Aurora Foods*" in slack.seen(ANA, ONBOARDING)

    async def test_press_is_acknowledged_though_pivotal_hangs(self, slack, pivotal, ask, bot, gate):
        await ask("#89")
        pivotal.fails(Fault.slow(60))
        slack.settles = None

        acknowledged = await slack.clicks("Advance to Program buildout", by=ANA, channel=ONBOARDING)
        before = pivotal.phase_of(89)
        gate.set()
        await bot.settled()

        assert acknowledged.ok
        assert before == "review"
        assert pivotal.phase_of(89) == "program_buildout"

    async def test_many_questions_that_hang_hold_up_nobody(self, slack, pivotal, bot, gate):
        pivotal.fails(Fault.slow(60), times=100)
        slack.settles = None

        everyone = [await slack.types("/onboarding #89", by=ANA, channel=ONBOARDING) for _ in range(21)]
        gate.set()
        await bot.settled()

        assert all(acknowledged.ok for acknowledged in everyone)
        assert len(slack.messages(ONBOARDING, ANA)) == 21


async def test_link_in_a_menu_is_acknowledged_and_says_nothing(ask, slack):
    await ask("aurora")
    before = slack.messages(ONBOARDING, ANA)

    acknowledged = await slack.clicks("Open customer in Pivotal", by=ANA, channel=ONBOARDING)

    assert acknowledged.ok
    assert slack.messages(ONBOARDING, ANA) == before


async def test_answer_that_comes_too_late_for_slack_disturbs_nobody(ask, slack, clock, pivotal, bot):
    await ask("aurora")
    pivotal.world.on_change.append(lambda _: clock.passes(minutes=31))

    await slack.clicks("Advance to Program buildout", by=ANA, channel=ONBOARDING)

    assert pivotal.transitions(89) == ["program_buildout"]
    assert [call.error for call in slack.calls_of("response_url")] == [None, "expired_url"]
    assert [entry.outcome for entry in await bot.store.audit.list()] == ["done"]
    assert "Program buildout (4 of 7)" in await ask("#89")


@pytest.mark.parametrize("mode", ["socket"])
async def test_bug_of_ours_gives_a_reference_and_no_details(ask, bot, slack):
    bot.services.portfolio._memory = None

    answer = await ask("list")

    assert "Something went wrong on our side." in answer
    assert "Reference" in answer
    assert "NoneType" not in answer


@pytest.mark.parametrize("mode", ["socket"])
async def test_button_of_another_version_says_what_to_do(ask, slack):
    await ask("aurora")
    card = slack.last(by=ANA, channel=ONBOARDING)
    actions = next(block for block in card.blocks if block["type"] == "actions")
    actions["elements"][0]["value"] = '{"v":0}'

    await slack.clicks("Advance to Program buildout", by=ANA, message=card)

    assert "This button is from an older version of the bot." in slack.seen(ANA, ONBOARDING)


@pytest.mark.parametrize("mode", ["socket"])
async def test_only_what_the_manifest_asks_for_is_called(ask, slack, bot):
    await ask("aurora")
    await slack.clicks("Share to channel", by=ANA, channel=ONBOARDING)
    started = len(slack.calls_of("auth.test"))
    await ask("subscribe at-risk", channel=LAUNCHES)
    await slack.clicks("Advance to Program buildout", by=BEN, channel=ONBOARDING)
    await slack.types("/ob digest now at-risk", by=CARA, channel=LAUNCHES)

    called = {call.method for call in slack.calls} - {"response_url"}
    assert called <= set(METHODS)
    assert [call for call in slack.calls if call.error == "missing_scope"] == []
    assert len(slack.calls_of("auth.test")) == started


@pytest.mark.parametrize("mode", ["socket"])
async def test_bot_comes_back_when_slack_asks_it_to_connect_anew(ask, slack):
    await slack.disconnects()
    await slack.connected()

    assert "Ana Ruiz" in await ask("whoami")
