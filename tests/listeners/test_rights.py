"""Who may press what, and where: refused with the reason, and nothing is written."""

import pytest

from bot.domain.records import Actor
from bot.sandbox.slack.world import ANA, AURORA_SHARED, CARA, DEVON, ERIN, GUS, LAUNCHES, MARA, ONBOARDING, PARTNERS

pytestmark = pytest.mark.parametrize("mode", ["socket"])
ADVANCE = "Advance to Program buildout"

REMOVED = "Removed: this channel can now be read from outside"


async def test_somebody_else_is_refused_and_told_who_may(shared, slack, pivotal, bot, as_posted, audited):
    card = await shared()

    await slack.clicks(ADVANCE, by=DEVON, message=card)

    answer = slack.seen(DEVON, ONBOARDING)
    assert pivotal.patches(89) == []
    assert "You may not move this onboarding" in answer
    assert "Ana Ruiz, Ben Okafor and this bot’s admins can" in answer
    assert "You are not linked to a Pivotal user yet" in answer
    assert "Advance" in as_posted(card).seen
    assert (await audited())[0] == ("Devon Park", "advance", "refused")


async def test_an_owner_of_other_onboardings_is_refused(ask, slack, pivotal):
    await ask("acme group")

    await slack.clicks(ADVANCE, by=ANA, channel=ONBOARDING)

    assert pivotal.patches(102) == []
    assert "You may not move this onboarding" in slack.seen(ANA, ONBOARDING)


async def test_an_admin_may(shared, slack, pivotal, replies):
    card = await shared()

    await slack.clicks(ADVANCE, by=CARA, message=card)

    assert replies(card) == ["Cara Lindqvist advanced Review → Program buildout"]


@pytest.mark.parametrize("role", ["csm_id", "se_id", "designer_id", "product_ops_id"])
async def test_an_owner_by_any_role_may(ask, slack, pivotal, bot, role):
    pivotal.edit(89, csm_id=None, se_id=None)
    pivotal.edit(89, **{role: "user_csm_002"})
    admin = Actor(CARA, "T0HOME001", "Cara", admin=True)
    await bot.services.people.link("user_csm_002", slack_id=MARA, name="Mara Kowalski", by=admin)
    await ask("aurora", by=MARA)

    await slack.clicks(ADVANCE, by=MARA, channel=ONBOARDING)

    assert pivotal.transitions(89) == ["program_buildout"]


async def test_a_guest_is_refused_on_a_card_posted_before_they_came(shared, slack, pivotal):
    card = await shared()
    slack.adds_guest(ONBOARDING)

    await slack.clicks(ADVANCE, by=GUS, message=card)

    assert pivotal.patches(89) == []
    assert "answers only full members" in slack.seen(GUS, ONBOARDING)


async def test_another_organisations_person_is_refused(shared, slack, pivotal):
    card = await shared()
    slack.becomes_external(ONBOARDING)

    await slack.clicks(ADVANCE, by=ERIN, message=card)

    assert pivotal.patches(89) == []
    assert "answers only full members" in slack.seen(ERIN, ONBOARDING)


@pytest.mark.parametrize("change", ["becomes_external", "invites_external", "adds_guest"])
async def test_owner_is_refused_where_customers_read_by_now(shared, slack, pivotal, change, as_posted, replies):
    card = await shared()
    getattr(slack, change)(ONBOARDING)

    await slack.clicks(ADVANCE, by=ANA, message=card)

    assert pivotal.patches(89) == []
    assert "I post nothing in that channel, because" in slack.seen(ANA, ONBOARDING)
    assert as_posted(card).text == REMOVED
    assert replies(card) == []


async def test_owner_is_refused_where_it_cannot_be_told_who_reads(shared, slack, pivotal):
    card = await shared()
    slack.fails("conversations.info", error="internal_error")

    await slack.clicks(ADVANCE, by=ANA, message=card)

    assert pivotal.patches(89) == []
    assert "it can’t be told at the moment who can read it" in slack.seen(ANA, ONBOARDING)


@pytest.mark.parametrize("channel", [AURORA_SHARED, PARTNERS])
async def test_private_card_works_where_customers_read(ask, slack, pivotal, channel):
    await ask("aurora", channel=channel)

    await slack.clicks(ADVANCE, by=ANA, channel=channel)

    assert pivotal.transitions(89) == ["program_buildout"]
    assert [each for each in slack.messages(channel) if not each.ephemeral_to] == []


async def test_copies_where_customers_read_by_now_are_taken_back(shared, ask, slack, pivotal, as_posted):
    card = await shared(LAUNCHES)
    slack.becomes_external(LAUNCHES)
    await ask("aurora")

    await slack.clicks(ADVANCE, by=ANA, channel=ONBOARDING)

    assert as_posted(card).text == REMOVED
