"""What was taken back, or could not be at once, does not stay in a channel that customers read."""

import asyncio

import pytest

from bot.sandbox.pivotal import Fault, LocalPivotal
from bot.sandbox.slack import LocalSlack
from bot.sandbox.slack.world import ANA, ONBOARDING
from tests.processes import until

REMOVED = "Removed: this channel can now be read from outside"


@pytest.fixture
def mode():
    return "http"


class Held:
    """The sleep of a Slack, or a Pivotal, that is slow until it `goes_on`; `waits`: somebody has asked it."""

    def __init__(self):
        self.waits, self.goes_on = asyncio.Event(), asyncio.Event()

    async def __call__(self, seconds):
        self.waits.set()
        await self.goes_on.wait()


@pytest.fixture
def held():
    return Held()


@pytest.fixture
async def pivotal(clock, held):
    async with LocalPivotal(clock=clock, sleep=held) as local:
        local.rate_limit = 10_000
        local.has_onboarding(89, customer="Aurora Foods", phase="review", csm_id="user_csm_001")
        yield local


@pytest.fixture
async def slack(clock, pivotal, installed, held):
    async with LocalSlack(installed, clock=clock, pivotal_origin=pivotal.origin, ack_timeout=30.0, sleep=held) as local:
        yield local


class TestAChangeUnderWayWhenTheChannelIsShared:
    @pytest.fixture
    def presses(self, shared, as_posted, slack, bot, held):
        """`await presses()`: a card is taken back while somebody's press of it is held up; gives it in the end."""

        async def press():
            card = await shared()
            pressed = asyncio.create_task(slack.clicks("Advance to Program buildout", by=ANA, message=card))
            await held.waits.wait()
            slack.becomes_external(ONBOARDING)
            await until(lambda: as_posted(card).seen == REMOVED)
            held.goes_on.set()
            await pressed
            await bot.settled()
            return as_posted(card)

        return press

    async def test_does_not_stay_there(self, presses, slack):
        slack.slows("chat.update", seconds=1.0)

        card = await presses()

        assert any("Program buildout" in str(call.args) for call in slack.calls_of("chat.update"))
        assert card.seen == REMOVED

    async def test_is_not_even_begun_where_it_was_asked_ahead_who_reads_it(self, presses, slack, pivotal):
        pivotal.fails(Fault.slow(1.0), method="PATCH")

        card = await presses()

        assert pivotal.phase_of(89) == "program_buildout"
        assert not any("Program buildout" in str(call.args) for call in slack.calls_of("chat.update"))
        assert card.seen == REMOVED


class TestWhatSlackRefusesToHaveTakenBack:
    @pytest.fixture
    async def cards(self, shared, slack, clock):
        """Two cards in a channel that another organisation was invited to, which nobody tells the bot."""
        older = await shared()
        clock.passes(minutes=1)
        newer = await shared()
        slack.invites_external(ONBOARDING)
        return older, newer

    @pytest.mark.parametrize("code", ["restricted_action", "nobody_knows_this"])
    async def test_is_tried_again_in_every_round_until_it_does_not(self, cards, as_posted, slack, looks_round, code):
        slack.fails("chat.update", error=code, times=9)
        for _ in range(2):
            await looks_round()
        meanwhile = [as_posted(card).seen for card in cards]
        slack.works_again()

        await looks_round()

        assert REMOVED not in meanwhile
        await until(lambda: [as_posted(card).seen for card in cards] == [REMOVED, REMOVED])

    async def test_goes_once_the_channel_is_no_longer_archived(self, cards, as_posted, slack, looks_round):
        slack.archives(ONBOARDING)
        await looks_round()
        await until(lambda: slack.calls_of("chat.update"))
        slack.workspace.change_channel(ONBOARDING, archived=False)

        await looks_round()

        await until(lambda: [as_posted(card).seen for card in cards] == [REMOVED, REMOVED])
        assert [call.error for call in slack.calls_of("chat.update")] == ["is_inactive", None, None]

    async def test_keeps_no_other_message_there(self, cards, as_posted, slack, looks_round):
        older, newer = cards
        slack.fails("chat.update", error="nobody_knows_this", times=1)

        await looks_round()

        await until(lambda: as_posted(older).seen == REMOVED)
        assert "Aurora Foods" in as_posted(newer).seen

    @pytest.mark.parametrize("code", ["edit_window_closed", "cant_update_message"])
    async def test_because_it_can_be_changed_no_more_is_deleted(self, cards, slack, looks_round, code):
        slack.fails("chat.update", error=code, times=2)

        await looks_round()

        await until(lambda: [one for one in slack.messages(ONBOARDING) if not one.ephemeral_to] == [])

    async def test_because_it_is_another_bots_by_now_is_not_tried_again(self, cards, slack, looks_round):
        slack.fails("chat.update", error="cant_update_message", times=9)
        slack.fails("chat.delete", error="cant_delete_message", times=9)

        for _ in range(3):
            await looks_round()
            await until(lambda: len(slack.calls_of("chat.delete")) >= len(cards))

        assert len(slack.calls_of("chat.delete")) == len(cards)

    async def test_because_somebody_has_deleted_it_is_not_tried_again(self, cards, slack, looks_round):
        for card in cards:
            slack.workspace.delete(card)

        for _ in range(2):
            await looks_round()
            await until(lambda: len(slack.calls_of("chat.update")) >= 2)

        assert [call.error for call in slack.calls_of("chat.update")] == ["message_not_found", "message_not_found"]
