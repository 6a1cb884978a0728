"""Who is who: whoami, and links made by admins."""

import pytest

from bot.domain.records import Person
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


async def test_link_that_takes_a_place_names_who_loses_it(ask, slack, pivotal):
    answer = await ask("link @mara user_csm_001", by=CARA)
    await ask("aurora")
    await slack.clicks("Advance to Program buildout", by=ANA, channel=ONBOARDING)

    assert "Ana Ruiz was linked to it, and no longer is." in answer
    assert pivotal.patches(89) == []


@pytest.mark.parametrize(
    ("whom", "expected"),
    [("@onboarding", "apps own nothing"), ("<@U0NOBODY1>", "Slack knows nobody of that id")],
)
async def test_link_refuses_apps_and_ids_that_are_nobodys(ask, bot, whom, expected):
    assert expected in await ask(f"link {whom} user_csm_002", by=CARA)
    assert "user_csm_002" not in bot.services.people.directory.people


async def test_links_and_refused_ones_are_audited(ask, audited):
    await ask("link @mara user_csm_002", by=CARA)
    await ask("link @mara user_csm_002", by=ANA)

    assert await audited() == [("Ana Ruiz", "link", "refused"), ("Cara Lindqvist", "link", "done")]


async def test_people_lists_unmapped_owners_by_count_beside_a_menu(ask, pivotal, slack, clock):
    for number in (201, 202, 203, 204):
        pivotal.has_onboarding(number, customer=f"Customer {number}", csm_id="user_csm_003")
    clock.passes(minutes=5)

    answer = await ask("people", by=CARA)

    assert answer.index("user_csm_003") < answer.index("user_csm_002") < answer.index("user_designer_001")
    assert "`user_csm_003`: CSM of 4 onboardings\nCustomer 20" in answer
    assert "and 1 more" in answer
    assert "user_csm_001" not in answer


async def test_people_links_who_is_chosen_and_takes_the_owner_off_the_list(ask, slack, bot):
    await ask("people", by=CARA)

    await slack.chooses("ob:link-to:user_csm_002", MARA, by=CARA, channel=ONBOARDING)

    assert "Mara Kowalski is now linked to the Pivotal user user_csm_002." in slack.seen(CARA, ONBOARDING)
    assert "`user_csm_002`" not in slack.seen(CARA, ONBOARDING)
    assert bot.services.people.directory.confirmed(MARA) == {"user_csm_002"}


async def test_people_is_paged(ask, slack, pivotal, clock):
    for number in range(301, 316):
        pivotal.has_onboarding(number, customer=f"Customer {number}", csm_id=f"user_{number}")
    clock.passes(minutes=5)
    first = await ask("people", by=CARA)

    await slack.clicks("Next", by=CARA, channel=ONBOARDING)

    assert "17 owners, page 1 of 2" in first
    assert "17 owners, page 2 of 2" in slack.seen(CARA, ONBOARDING)
    assert "user_315" in slack.seen(CARA, ONBOARDING)


async def test_people_is_for_admins(ask):
    assert "You may not link people to Pivotal users" in await ask("people", by=ANA)


async def test_a_link_that_was_taken_away_elsewhere_gives_no_right_from_then_on(ask, bot, pivotal):
    await ask("whoami")
    await bot.store.people.link(Person("user_csm_001", slack_id=MARA, name="Mara Kowalski"))

    answer = await ask("flag #89 legal is stuck")

    assert "You may not" in answer
    assert pivotal.patches(89) == []


async def test_who_only_looks_sees_a_link_that_was_made_elsewhere_two_seconds_later(ask, bot, clock):
    await ask("whoami", by=MARA)
    await bot.store.people.link(Person("user_csm_002", slack_id=MARA, name="Mara Kowalski"))

    clock.passes(seconds=2)

    assert "user_csm_002" in await ask("whoami", by=MARA)
