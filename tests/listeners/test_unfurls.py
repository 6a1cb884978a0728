"""Links to Pivotal show where their onboarding stands, where only the team reads, and seldom."""

import pytest

from bot.sandbox.slack.world import ANA, AURORA_SHARED, GLOBEX_ONBOARDING, GUS, LAUNCHES, ONBOARDING, PARTNERS, RANDOM
from tests.hostile.shapes import ENDLESS

socket = pytest.mark.parametrize("mode", ["socket"])
LINK = "https://my.pivotal.app/onboardings/89"


@pytest.fixture
def extras():
    return ("unfurls",)


def previews(slack, channel=ONBOARDING):
    return [unfurl for message in slack.messages(channel) for unfurl in message.unfurls]


async def test_link_shows_where_the_onboarding_stands(bot, slack):
    await slack.types(f"See {LINK} please", by=ANA, channel=ONBOARDING)

    (preview,) = previews(slack)
    assert preview.url == LINK
    assert "Aurora Foods" in slack.messages(ONBOARDING)[0].seen
    assert "Review (3 of 7)" in slack.messages(ONBOARDING)[0].seen
    assert {block["type"] for block in preview.blocks} == {"section", "context"}


@socket
async def test_link_to_a_customer_shows_its_onboardings(bot, slack, pivotal):
    globex = pivotal.onboarding(103)["customer_id"]
    await slack.types(f"https://my.pivotal.app/customers/{globex}", by=ANA, channel=ONBOARDING)

    seen = slack.messages(ONBOARDING)[0].seen
    assert "#103" in seen
    assert "#104" in seen


@socket
async def test_address_of_a_customers_page_shows_its_onboarding(bot, slack, pivotal):
    customer = pivotal.customer(pivotal.onboarding(89)["customer_id"])
    await slack.types(
        f"https://my.pivotal.app/customers/{customer['display_id']}-aurora-foods", by=ANA, channel=ONBOARDING
    )

    assert "#89" in slack.messages(ONBOARDING)[0].seen
    assert "Review (3 of 7)" in slack.messages(ONBOARDING)[0].seen


class TestAnotherPivotal:
    @pytest.fixture
    def installed(self, installed):
        installed["features"]["unfurl_domains"].append("127.0.0.1")
        return installed

    @socket
    @pytest.mark.parametrize("page", ["onboardings/89", "customers/{number}-aurora-foods"])
    async def test_its_links_are_shown_as_well(self, bot, slack, pivotal, page):
        number = pivotal.customer(pivotal.onboarding(89)["customer_id"])["display_id"]
        link = f"{pivotal.origin}/{page.format(number=number)}"

        await slack.types(link, by=ANA, channel=ONBOARDING)

        (preview,) = previews(slack)
        assert preview.url == link
        assert "Aurora Foods" in slack.messages(ONBOARDING)[0].seen


@socket
async def test_same_link_is_shown_again_after_half_an_hour_only(bot, slack, clock):
    await slack.types(LINK, by=ANA, channel=ONBOARDING)
    await slack.types(LINK, by=ANA, channel=ONBOARDING)
    soon = len(previews(slack))
    await slack.types(LINK, by=ANA, channel=LAUNCHES)
    clock.passes(minutes=31)
    await slack.types(LINK, by=ANA, channel=ONBOARDING)

    assert soon == 1
    assert len(previews(slack, LAUNCHES)) == 1, "another channel"
    assert len(previews(slack)) == 2


@socket
@pytest.mark.parametrize("end", [ENDLESS, "\ud800"], ids=["endless", "half a letter"])
async def test_link_with_an_odd_end_is_shown_and_only_once(bot, slack, end):
    for _ in range(2):
        await slack.types(f"{LINK}?x={end}", by=ANA, channel=ONBOARDING)

    assert len(previews(slack)) == 1


@socket
async def test_three_links_are_a_list_and_none_is_shown(bot, slack):
    links = " ".join(f"https://my.pivotal.app/onboardings/{number}" for number in (89, 101, 102))
    await slack.types(links, by=ANA, channel=ONBOARDING)

    assert previews(slack) == []


@socket
@pytest.mark.parametrize("channel", [AURORA_SHARED, PARTNERS, GLOBEX_ONBOARDING, RANDOM])
async def test_nothing_is_shown_where_customers_read_or_the_bot_is_not(bot, slack, channel):
    await slack.types(LINK, by=ANA, channel=channel)

    assert slack.calls_of("chat.unfurl") == []


@socket
async def test_nothing_is_shown_where_it_cannot_be_told_who_reads(bot, slack):
    slack.fails("conversations.members", error="internal_error", times=9)
    await slack.types(LINK, by=ANA, channel=ONBOARDING)

    assert slack.calls_of("chat.unfurl") == []


@socket
async def test_guests_link_shows_nothing_and_says_nothing(bot, slack):
    await slack.types(LINK, by=GUS, channel=PARTNERS)

    assert slack.calls_of("chat.unfurl") == []
    assert slack.calls_of("chat.postEphemeral") == []


@socket
async def test_link_to_nothing_shows_nothing(bot, slack):
    await slack.types("https://my.pivotal.app/onboardings/4711", by=ANA, channel=ONBOARDING)

    assert slack.calls_of("chat.unfurl") == []
