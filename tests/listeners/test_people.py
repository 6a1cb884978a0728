"""Who is who: whoami, and links made by admins."""

import pytest

from bot.sandbox.slack.world import ANA, CARA, DEVON, MARA, ONBOARDING

pytestmark = pytest.mark.parametrize("mode", ["socket"])


async def test_whoami_of_a_linked_person(ask):
    answer = await ask("whoami")

    assert "You are *Ana Ruiz*, a member of this workspace." in answer
    assert "`user_csm_001`" in answer
    assert "Time zone Europe/Berlin" in answer


async def test_whoami_of_an_admin(ask):
    assert "an admin of this bot" in await ask("WhoAmI", by=CARA)


async def test_whoami_of_somebody_not_linked(ask):
    assert "You are not linked to a Pivotal user yet" in await ask("whoami", by=DEVON)


async def test_link_gives_the_rights_of_an_owner(ask, slack, pivotal):
    answer = await ask("link @mara user_csm_002", by=CARA)
    await ask("acme group", by=MARA)
    await slack.clicks("Advance to Program buildout", by=MARA, channel=ONBOARDING)

    assert "*Mara Kowalski* is now linked to the Pivotal user `user_csm_002`" in answer
    assert pivotal.transitions(102) == ["program_buildout"]


async def test_link_shows_on_cards_at_once(ask):
    await ask("link @mara user_designer_001", by=CARA)

    assert "Designer Mara Kowalski" in await ask("hooli")


@pytest.mark.parametrize("typed", ["link @ana user_csm_002", "link", "link nonsense"])
async def test_link_is_for_admins(ask, bot, typed):
    answer = await ask(typed, by=ANA)

    assert "You may not link people to Pivotal users" in answer
    assert "user_csm_002" not in bot.services.people.directory.people


@pytest.mark.parametrize("typed", ["link", "link @mara", "link user_csm_002 @mara", "link @mara user_csm_002 now"])
async def test_link_that_cannot_be_read_shows_how(ask, typed):
    assert "`/onboarding link @ana user_csm_001`" in await ask(typed, by=CARA)


async def test_link_refuses_what_is_no_pivotal_id(ask, bot):
    assert "That is not a Pivotal user id" in await ask("link @mara <!channel>", by=CARA)
    assert len(bot.services.people.directory.people) == 2


@pytest.mark.parametrize("whom", ["@gus", "@erin"])
async def test_link_refuses_guests_and_outsiders(ask, whom):
    assert "Only full members of this workspace can be linked" in await ask(f"link {whom} user_csm_002", by=CARA)
