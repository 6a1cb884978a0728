"""Ways to say which onboarding is meant, and what is shown when Pivotal cannot be asked."""

import pytest

from bot.sandbox.pivotal import Fault
from bot.sandbox.slack.world import ANA, CARA, GLOBEX_ONBOARDING, ONBOARDING

pytestmark = pytest.mark.parametrize("mode", ["socket"])


@pytest.fixture
def pasted(pivotal):
    """A link to the page of onboarding 89, as Slack hands it on."""
    return f"<{pivotal.origin}/onboardings/89|Aurora Foods>"


@pytest.mark.parametrize("verb", ["", "show", "advance"])
@pytest.mark.parametrize("typed", ["{verb} {link}", "{link} {verb}"])
async def test_a_pasted_link_is_as_good_as_a_name(ask, pasted, verb, typed):
    assert "Aurora Foods" in await ask(typed.format(verb=verb, link=pasted).strip())


@pytest.mark.parametrize("verb", ["pause", "flag", "waiting", "log", "resume"])
async def test_a_verb_with_more_to_say_takes_a_link_too(ask, pasted, verb):
    assert "No customer is called" not in await ask(f"{verb} {pasted} legal is stuck")


@pytest.mark.parametrize("typed", ["acme corp advance", "#101 ADVANCE", "“Acme Corp” next"])
async def test_the_verb_may_come_last(ask, typed):
    assert "Move Acme Corp (onboarding #101) from Program design to Review?" in await ask(typed)


async def test_a_verb_that_comes_last_never_runs_on_part_of_a_name(ask, pivotal):
    answer = await ask("auro pause")

    assert "No customer is called exactly “auro”. Which one?" in answer
    assert pivotal.state_of(89) == "active"


async def test_a_reason_may_follow_the_verb(ask, pivotal, audited):
    await ask("#89 pause legal is stuck")

    assert pivotal.state_of(89) == "paused"


async def test_a_customer_whose_name_ends_in_a_verb_is_shown(ask, pivotal, clock):
    pivotal.has_onboarding(130, customer="Acme Corp Resume", state="paused", csm_id="user_csm_001")
    clock.passes(hours=7)

    await ask("list")
    answer = await ask("acme corp resume")

    assert "#130" in answer
    assert pivotal.state_of(130) == "paused"


async def test_a_customer_whose_name_is_a_verb_is_reached_by_show(ask):
    assert "#107" in await ask("show list & co")


class TestANumberThatIsTwo:
    @pytest.mark.parametrize("typed", ["105", "#105", "advance 105", "105 advance", "pause #105 legal"])
    async def test_is_asked_about(self, ask, pivotal, typed):
        answer = await ask(typed, by=CARA)

        assert "Number 105 is an onboarding’s and a customer’s. Which one?" in answer
        assert "Hooli" in answer
        assert "Initech" in answer
        assert pivotal.patches(105) == []

    async def test_is_asked_about_before_a_write_even_if_the_customer_has_no_onboarding(self, ask, pivotal, clock):
        pivotal.has_customer("Nobody Yet", display_id=101)
        clock.passes(hours=7)

        assert "Which one?" in await ask("advance 101")
        assert "Acme Corp" in await ask("101")

    async def test_is_told_apart_by_its_kind(self, ask):
        assert "Hooli" in await ask("onboarding #105")
        assert "Initech" in await ask("customer #105")


class TestTheChannelOfACustomer:
    @pytest.fixture
    def pivotal(self, pivotal):
        link = f"https://acme.slack.com/archives/{GLOBEX_ONBOARDING.lower()}"
        customer = pivotal.has_customer("Umbrella", slack_channel_id=link)
        for number in (140, 141):
            pivotal.has_onboarding(number, customer_id=customer["id"], phase="review", csm_id="user_csm_002")
        return pivotal

    async def test_shows_their_onboardings_to_me_alone(self, slack, bot, pivotal):
        await slack.types("/onboarding", by=ANA, channel=GLOBEX_ONBOARDING)

        message = slack.last(by=ANA, channel=GLOBEX_ONBOARDING)
        assert "Onboardings of Umbrella" in message.seen
        assert "#140" in message.seen
        assert "#141" in message.seen
        assert "Aurora Foods" not in message.seen
        assert message.ephemeral_to == ANA

    async def test_shows_mine_elsewhere(self, ask):
        answer = await ask("")

        assert "Your onboardings" in answer
        assert "Umbrella" not in answer


class TestPivotalAway:
    @pytest.fixture
    async def away(self, ask, pivotal, clock):
        """Eleven minutes after the last walk Pivotal is gone."""
        await ask("list")
        clock.passes(minutes=11)
        pivotal.fails(Fault.error_500, times=200)

    @pytest.mark.parametrize("typed", ["aurora", "#89"])
    async def test_a_card_is_shown_as_last_known(self, away, ask, slack, typed):
        answer = await ask(typed)

        assert "Aurora Foods" in answer
        assert "Pivotal is not answering, as of 08:30" in answer
        assert "Advance to" not in answer
        assert "Pause" not in answer

    async def test_open_in_a_list_shows_it_likewise(self, away, ask, slack):
        await ask("list acme corp")
        await slack.clicks("Open", by=ANA, channel=ONBOARDING)

        assert "Pivotal is not answering, as of 08:30" in slack.seen(ANA, ONBOARDING)

    @pytest.mark.parametrize("typed", ["advance aurora foods", "pause #89", "advance acm"])
    async def test_a_write_is_refused_before_it_is_asked_about(self, away, ask, pivotal, typed):
        answer = await ask(typed)

        assert "Pivotal" in answer
        assert "Cancel" not in answer
        assert "?" not in answer
        assert pivotal.patches(89) == []

    async def test_what_was_never_seen_cannot_be_shown(self, away, ask):
        answer = await ask("#999")

        assert "as of" not in answer
        assert "Pivotal" in answer

    async def test_a_key_that_is_refused_is_called_that(self, ask, pivotal, clock):
        clock.passes(minutes=3)
        pivotal.fails(Fault.revoked_key, times=50)

        assert "Pivotal does not accept the bot’s key, as of 08:30" in await ask("aurora")
