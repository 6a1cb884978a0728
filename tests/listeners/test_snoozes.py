"""Snoozing: one channel's at-risk digest leaves an onboarding out for a while, and nothing else does."""

import pytest

from bot.sandbox.slack.world import ANA, BEN, CARA, CS_LEADS, DEVON, LAUNCHES, MARA, ONBOARDING, direct_message
from bot.views.forms import snooze as forms

both = pytest.mark.parametrize("mode", ["socket", "http"])


@pytest.fixture
def mode():
    return "socket"


@pytest.fixture
def subscribed(ask):
    """`await subscribed(channel)`: the channel gets the at-risk digest."""

    async def there(*channels, by=ANA):
        for channel in channels or (ONBOARDING,):
            await ask("subscribe at-risk", channel=channel, by=by)

    return there


@pytest.fixture
def asleep(bot):
    """`await asleep()`: who is snoozed where, until when, and why."""

    async def all_():
        return [(one.title, one.channel, one.until.isoformat(), one.reason) for one in await bot.store.snoozes.all()]

    return all_


def offered(view):
    """The channels of the form's choice, the chosen one first."""
    menu = next(b["element"] for b in view["blocks"] if b.get("block_id") == forms.CHANNEL)
    first = menu["initial_option"]["value"]
    return [first, *(one["value"] for one in menu["options"] if one["value"] != first)]


@both
@pytest.mark.parametrize(
    ("typed", "until", "reason"),
    [
        ("snooze aurora foods 3d their DNS is moving", "2026-09-10", "their DNS is moving"),
        ("snooze #89 2w holidays over there", "2026-09-21", "holidays over there"),
        ("snooze #89 until 2026-09-10 their DNS", "2026-09-10", "their DNS"),
        ("snooze #89 fri their DNS", "2026-09-11", "their DNS"),
        ("snooze #89 their DNS", "2026-09-21", "their DNS"),
        ("aurora foods snooze 5 days their DNS", "2026-09-12", "their DNS"),
    ],
)
async def test_a_typed_line_snoozes_in_this_channel(ask, subscribed, asleep, typed, until, reason):
    await subscribed()

    answer = await ask(typed)

    assert await asleep() == [("Aurora Foods", ONBOARDING, until, reason)]
    assert f"is left out of the at-risk digest of <#{ONBOARDING}> until" in answer
    assert "Of that digest only" in answer


@both
async def test_without_a_reason_the_form_asks_prefilled(slack, subscribed, asleep, audited):
    await subscribed()

    await slack.types("/onboarding snooze aurora foods 3d", by=ANA, channel=ONBOARDING)
    view = slack.modal(ANA)
    await slack.submits({"Why?": "their DNS is moving"}, by=ANA)

    assert offered(view) == [ONBOARDING]
    assert "'initial_date': '2026-09-10'" in str(view)
    assert await asleep() == [("Aurora Foods", ONBOARDING, "2026-09-10", "their DNS is moving")]
    assert "is left out of" in slack.modal_text(ANA)
    assert (await audited())[0] == ("Ana Ruiz", "snooze", "done")


async def test_one_of_several_is_chosen_and_the_line_holds(ask, slack, subscribed, asleep):
    await subscribed()

    answer = await ask("snooze acme 3d their DNS is moving")
    before = await asleep()
    await slack.clicks("Choose Acme Corp #101", by=ANA, channel=ONBOARDING)

    assert "Nothing was changed yet." in answer
    assert before == []
    assert await asleep() == [("Acme Corp", ONBOARDING, "2026-09-10", "their DNS is moving")]


async def test_one_of_several_is_chosen_and_the_form_asks_why(ask, slack, subscribed, asleep):
    await subscribed()
    await ask("snooze acme 3d")

    await slack.clicks("Choose Acme Corp #101", by=ANA, channel=ONBOARDING)
    await slack.submits({"Why?": "their DNS"}, by=ANA)

    assert await asleep() == [("Acme Corp", ONBOARDING, "2026-09-10", "their DNS")]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("follow acme", "You follow Acme Corp"),
        ("unfollow acme", "You do not follow Acme Corp"),
        ("details acme", "Notes in Pivotal"),
        ("unsnooze acme", "is not snoozed here"),
    ],
)
async def test_every_line_goes_on_with_the_one_that_is_chosen(ask, slack, typed, told):
    await ask(typed)

    await slack.clicks("Choose Acme Corp #101", by=ANA, channel=ONBOARDING)

    assert told in slack.seen(ANA, ONBOARDING)


async def test_the_form_proposes_fourteen_days(slack, subscribed):
    await subscribed()

    await slack.types("/onboarding snooze aurora foods", by=ANA, channel=ONBOARDING)

    assert "'initial_date': '2026-09-21'" in str(slack.modal(ANA))


@both
async def test_private_cards_menu_opens_the_form_with_every_channel(ask, slack, subscribed, asleep):
    await subscribed(LAUNCHES, ONBOARDING, direct_message(ANA))
    await subscribed(direct_message(DEVON), by=DEVON)
    await ask("aurora")

    await slack.clicks("Snooze…", by=ANA, channel=ONBOARDING)
    view = slack.modal(ANA)
    await slack.submits({forms.CHANNEL: LAUNCHES, "Why?": "their DNS"}, by=ANA)

    assert offered(view) == [ONBOARDING, direct_message(ANA), LAUNCHES]
    assert [where for _, where, _, _ in await asleep()] == [LAUNCHES]


@both
async def test_posted_cards_menu_opens_the_form(shared, slack, subscribed, asleep, as_posted):
    await subscribed()
    card = await shared()

    await slack.clicks("Snooze…", by=BEN, message=card)
    await slack.submits({"Why?": "their DNS"}, by=BEN)

    assert [where for _, where, _, _ in await asleep()] == [ONBOARDING]
    assert as_posted(card) == card


async def test_ones_direct_message_snoozes_ones_own_digest(ask, subscribed, asleep):
    await subscribed(ONBOARDING, direct_message(ANA))

    answer = await ask("snooze #89 3d their DNS", channel=direct_message(ANA))

    assert [where for _, where, _, _ in await asleep()] == [direct_message(ANA)]
    assert "your own at-risk digest" in answer


async def test_where_this_channel_has_no_such_digest_the_form_asks_where(slack, subscribed, asleep):
    await subscribed(LAUNCHES)

    await slack.types("/onboarding snooze #89 3d their DNS", by=ANA, channel=ONBOARDING)

    assert "This channel gets no at-risk digest" in slack.modal_text(ANA)
    assert offered(slack.modal(ANA)) == [LAUNCHES]
    assert await asleep() == []


async def test_where_there_is_no_digest_at_all_there_is_nothing_to_snooze(ask, asleep):
    assert "No channel gets an at-risk digest" in await ask("snooze #89 3d their DNS")
    assert await asleep() == []


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("snooze #89 31d their DNS", "A snooze lasts 30 days at the most."),
        ("snooze #89 until 2026-09-07 their DNS", "is not ahead"),
        ("snooze #89 until 9/10 their DNS", "could be"),
        ("snooze #89 until sometime their DNS", "is not a date"),
        ("snooze aurora 3d their DNS", "Nothing was changed"),
        ("snooze 105 3d their DNS", "Nothing was changed"),
        ("snooze nobody 3d their DNS", "No customer is called"),
    ],
)
async def test_what_cannot_be_snoozed_is_told(ask, subscribed, asleep, typed, words):
    await subscribed()

    assert words in await ask(typed)
    assert await asleep() == []


@both
async def test_only_owners_and_managers_snooze(ask, subscribed, asleep, audited):
    await subscribed()

    refused = await ask("snooze #89 3d their DNS", by=DEVON)
    await ask("snooze #89 3d their DNS", by=CARA)

    assert "You may not snooze this onboarding" in refused
    assert len(await asleep()) == 1
    assert ("Devon Park", "snooze", "refused") in await audited()


async def test_the_form_is_refused_to_whoever_may_not(shared, slack, subscribed, asleep):
    await subscribed()
    card = await shared()

    await slack.clicks("Snooze…", by=DEVON, message=card)

    assert "You may not snooze this onboarding" in slack.modal_text(DEVON)
    assert await asleep() == []


async def test_the_right_is_that_of_the_record_as_it_is_now(slack, subscribed, asleep, pivotal):
    await subscribed()
    await slack.types("/onboarding snooze aurora foods 3d", by=ANA, channel=ONBOARDING)
    pivotal.edit(89, csm_id="user_csm_002")

    await slack.submits({"Why?": "their DNS"}, by=ANA)

    assert "You may not snooze this onboarding" in slack.modal_text(ANA)
    assert "their DNS" in str(slack.modal(ANA))
    assert await asleep() == []


@both
async def test_snoozed_lists_them_with_the_way_back(ask, slack, subscribed, asleep):
    await subscribed()
    await ask("snooze #89 3d their DNS")
    await ask("snooze late ltd 1w nobody there", by=CARA)

    listed = await ask("snoozed")
    await slack.clicks("Unsnooze Aurora Foods", by=ANA, channel=ONBOARDING)

    assert "until Thu 10 Sep 2026  ·  by Ana Ruiz  ·  their DNS" in listed
    assert "2 left out of the at-risk digest" in listed
    assert [title for title, *_ in await asleep()] == ["Late Ltd"]
    assert "tells of it again" in slack.seen(ANA, ONBOARDING)


async def test_whoever_may_not_gets_no_button_to_wake(ask, slack, subscribed):
    await subscribed()
    await ask("snooze #89 3d their DNS")

    await ask("snoozed", by=MARA)

    assert [b for b in slack.last(by=MARA, channel=ONBOARDING).blocks if b.get("accessory")] == []


async def test_snoozed_is_of_this_channel(ask, subscribed):
    await subscribed(ONBOARDING, LAUNCHES)
    await ask("snooze #89 3d their DNS")

    assert "Nothing is snoozed in" in await ask("snoozed", channel=LAUNCHES)


async def test_unsnooze_by_a_typed_line(ask, subscribed, asleep, audited):
    await subscribed()
    await ask("snooze #89 3d their DNS")

    answer = await ask("unsnooze aurora foods")

    assert "is no longer snoozed" in answer
    assert await asleep() == []
    assert (await audited())[0] == ("Ana Ruiz", "unsnooze", "done")
    assert "is not snoozed here" in await ask("unsnooze aurora foods")


async def test_a_change_wakes_it(ask, slack, subscribed):
    await subscribed()
    await ask("snooze #89 3d their DNS")

    await ask("waiting #89")

    assert "Nothing is snoozed" in await ask("snoozed")


@both
async def test_card_and_details_say_where_it_is_hidden(ask, slack, subscribed):
    await subscribed(ONBOARDING, direct_message(ANA))
    await ask("snooze #89 3d their DNS")
    await ask("snooze #89 fri their DNS", channel=direct_message(ANA))

    card, details, others = await ask("aurora"), await ask("details aurora"), await ask("aurora", by=BEN)

    hidden = f"Hidden in <#{ONBOARDING}> until 10 Sep, your direct message until 11 Sep"
    assert hidden in card
    assert hidden in details
    assert f"Hidden in <#{ONBOARDING}> until 10 Sep" in others
    assert "direct message" not in others


async def test_it_is_left_out_of_that_channels_digest_only(ask, slack, subscribed):
    await subscribed(ONBOARDING)
    await ask("snooze late ltd 3d nobody there", by=CARA)

    here = await ask("digest preview at-risk")
    there = await ask("digest preview at-risk", channel=LAUNCHES)

    assert "Late Ltd" in there
    assert "1 snoozed" in here
    assert "Late Ltd" in await ask("at-risk")


async def test_of_private_channels_only_those_one_is_in_are_offered(ask, slack, subscribed):
    await subscribed(CS_LEADS, ONBOARDING)

    await slack.types("/onboarding snooze #89", by=BEN, channel=ONBOARDING)
    await slack.types("/onboarding snooze #89", by=ANA, channel=ONBOARDING)

    assert offered(slack.modal(BEN)) == [ONBOARDING]
    assert offered(slack.modal(ANA)) == [ONBOARDING, CS_LEADS]
