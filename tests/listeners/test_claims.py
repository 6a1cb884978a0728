"""Who I am in Pivotal: offered, claimed, confirmed by an admin; until then a claim grants nothing."""

import pytest

from bot.sandbox.slack.world import ANA, CARA, DEVON, MARA, ONBOARDING, direct_message

pytestmark = pytest.mark.parametrize("mode", ["socket", "http"])
ADVANCE = "Advance to Program buildout"
MARA_S = "That is me: the Pivotal user user_csm_002"


@pytest.fixture
async def claimed(ask, slack, bot, clock):
    """Mara has said that she is user_csm_002."""
    await ask("list", by=MARA)
    await ask("whoami", by=MARA)
    await slack.clicks(MARA_S, by=MARA, channel=ONBOARDING)


async def test_whoami_offers_the_owners_nobody_is_linked_to(ask):
    await ask("list", by=DEVON)

    answer = await ask("whoami", by=DEVON)

    assert "`user_csm_002`: CSM of 1 onboarding\nAcme Group" in answer
    assert "`user_designer_001`: designer of 1 onboarding\nHooli" in answer
    assert "user_csm_001" not in answer
    assert "An admin of this bot confirms it; until then it gives you no rights." in answer


async def test_an_admin_is_told_that_they_confirm_it_themselves(ask, slack):
    await ask("list", by=CARA)

    answer = await ask("whoami", by=CARA)
    await slack.clicks(MARA_S, by=CARA, channel=ONBOARDING)

    assert "You are an admin of this bot: I ask you to confirm it, or you link yourself with" in answer
    assert "An admin of this bot confirms it" not in answer
    assert "Is that so?" in str(slack.messages(direct_message(CARA)))


async def test_the_command_alone_offers_them_to_somebody_unlinked(ask):
    await ask("list", by=DEVON)

    assert "`user_csm_002`: CSM of 1 onboarding\nAcme Group" in await ask("", by=DEVON)
    assert "That is me" not in await ask("", by=ANA)


async def test_whoami_offers_nothing_to_somebody_linked(ask):
    await ask("list")

    assert "That is me" not in await ask("whoami")


async def test_a_refused_press_offers_them_too(ask, slack, pivotal):
    await ask("acme group", by=MARA)

    await slack.clicks(ADVANCE, by=MARA, channel=ONBOARDING)

    assert pivotal.patches(102) == []
    assert "You may not move this onboarding" in slack.seen(MARA, ONBOARDING)
    assert "`user_csm_002`: CSM of 1 onboarding\nAcme Group" in slack.seen(MARA, ONBOARDING)


async def test_a_claim_is_a_guess_and_its_person_is_told(claimed, slack, bot):
    directory = bot.services.people.directory

    assert directory.of_slack(MARA) == {"user_csm_002"}
    assert directory.confirmed(MARA) == frozenset()
    assert "I asked Cara Lindqvist to confirm it" in slack.seen(MARA, ONBOARDING)


async def test_a_claim_grants_nothing_but_mine(claimed, ask, slack, pivotal):
    mine = await ask("mine", by=MARA)
    await ask("acme group", by=MARA)
    await slack.clicks(ADVANCE, by=MARA, channel=ONBOARDING)

    assert "Acme Group" in mine
    assert pivotal.patches(102) == []
    assert "An admin of this bot has yet to confirm who you are in Pivotal" in slack.seen(MARA, ONBOARDING)


async def test_whoami_says_that_a_claim_is_open(claimed, ask):
    assert "In Pivotal you may be `user_csm_002`: an admin of this bot has yet to confirm it." in await ask(
        "whoami", by=MARA
    )


async def test_confirming_gives_the_rights_and_tells_the_person(claimed, ask, slack, pivotal):
    await slack.clicks("Confirm", by=CARA, channel=direct_message(CARA))
    await ask("acme group", by=MARA)
    await slack.clicks(ADVANCE, by=MARA, channel=ONBOARDING)

    assert slack.seen(CARA, direct_message(CARA)) == (
        "Cara Lindqvist confirmed that Mara Kowalski is the Pivotal user user_csm_002."
    )
    assert "Cara Lindqvist confirmed that you are `user_csm_002` in Pivotal." in slack.seen(MARA, direct_message(MARA))
    assert pivotal.transitions(102) == ["program_buildout"]


async def test_rejecting_forgets_the_claim_and_tells_the_person(claimed, slack, bot):
    await slack.clicks("Not them", by=CARA, channel=direct_message(CARA))

    assert bot.services.people.directory.of_slack(MARA) == frozenset()
    assert "says that you are not `user_csm_002` in Pivotal" in slack.seen(MARA, direct_message(MARA))


async def test_a_question_answered_twice_is_settled_once(claimed, slack, bot):
    question = slack.last(by=CARA, channel=direct_message(CARA))
    await slack.clicks("Confirm", by=CARA, message=question)

    await slack.clicks("Not them", by=CARA, message=question)

    assert "That is settled already." in slack.seen(CARA, direct_message(CARA))
    assert bot.services.people.directory.confirmed(MARA) == {"user_csm_002"}


async def test_a_claimed_owner_cannot_be_claimed_by_somebody_else(ask, slack, bot):
    await ask("list", by=DEVON)
    await ask("whoami", by=DEVON)
    offer = slack.last(by=DEVON, channel=ONBOARDING)
    await ask("whoami", by=MARA)
    await slack.clicks(MARA_S, by=MARA, channel=ONBOARDING)

    await slack.clicks(MARA_S, by=DEVON, message=offer)

    assert "Mara Kowalski is linked to the Pivotal user user_csm_002 already." in slack.seen(DEVON, ONBOARDING)
    assert bot.services.people.directory.of_slack(DEVON) == frozenset()


async def test_the_admins_are_not_asked_twice_a_day(claimed, ask, slack):
    await slack.clicks("Not them", by=CARA, channel=direct_message(CARA))
    await ask("whoami", by=MARA)
    await slack.clicks(MARA_S, by=MARA, channel=ONBOARDING)

    assert "The admins of this bot were asked today already." in slack.seen(MARA, ONBOARDING)
    assert "says they are" not in slack.seen(CARA, direct_message(CARA))


async def test_claims_and_what_became_of_them_are_audited(claimed, slack, audited):
    await slack.clicks("Confirm", by=CARA, channel=direct_message(CARA))

    assert await audited() == [("Cara Lindqvist", "confirm", "done"), ("Mara Kowalski", "claim", "done")]


async def test_a_claim_whose_admins_cannot_be_reached_is_kept_and_says_so(ask, slack, bot):
    slack.fails("conversations.open", error="user_disabled", times=3)
    await ask("list", by=MARA)
    await ask("whoami", by=MARA)

    await slack.clicks(MARA_S, by=MARA, channel=ONBOARDING)

    assert "I could reach no admin of this bot to confirm it." in slack.seen(MARA, ONBOARDING)
    assert bot.services.people.directory.of_slack(MARA) == {"user_csm_002"}


async def test_a_linked_person_who_may_not_is_offered_nothing(ask, slack):
    await ask("acme group")

    await slack.clicks(ADVANCE, by=ANA, channel=ONBOARDING)

    assert "That is me" not in slack.seen(ANA, ONBOARDING)
