"""The menu of a card: details for one pair of eyes, and the history."""

import pytest

from bot.sandbox.slack.world import ANA, BEN, ERIN, ONBOARDING

pytestmark = pytest.mark.parametrize("mode", ["socket"])


@pytest.fixture
def pivotal(pivotal):
    pivotal.edit(89, notes="Legal wants <!channel> & co\nto sign first")
    aurora = pivotal.onboarding(89)["customer_id"]
    pivotal.has_contact(aurora, name="Rosa Marin", email="rosa@aurora.example", title="COO", is_primary=True)
    pivotal.has_contact(aurora, name="Odd <One>", email="not an address|<x>")
    return pivotal


async def test_details_show_notes_and_contacts(ask, slack):
    seen = await ask("details aurora")

    assert "Legal wants &lt;!channel&gt; &amp; co to sign first" in seen
    assert "Rosa Marin, COO (primary) · <mailto:rosa@aurora.example|rosa@aurora.example>" in seen
    assert "Odd &lt;One&gt;" in seen
    assert "not an address" not in seen


async def test_details_of_a_posted_card_are_for_one_pair_of_eyes(shared, slack):
    card = await shared()

    await slack.clicks("Details", by=BEN, message=card)

    private = slack.last(by=BEN, channel=ONBOARDING)
    assert private.ephemeral_to == BEN
    assert "Rosa Marin" in private.seen
    assert "Rosa" not in "".join(message.seen for message in slack.messages(ONBOARDING))


async def test_details_tell_what_the_team_noted(ask):
    await ask("note #89 waits for legal")

    assert "Ana Ruiz: waits for legal" in await ask("details #89")


async def test_history_of_a_card(ask, slack):
    await ask("pause #89 budget")

    await slack.clicks("Log", by=ANA, channel=ONBOARDING)

    assert "budget" in slack.seen(ANA, ONBOARDING)
    assert "Ana Ruiz" in slack.seen(ANA, ONBOARDING)


async def test_people_of_other_organisations_see_no_details(ask, slack):
    assert "Rosa" not in await ask("details aurora", by=ERIN, channel="C0AURSHRD")
