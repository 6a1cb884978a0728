"""The list of digests: what became of each, and changing, pausing and ending them by whoever may."""

import re
from dataclasses import replace
from datetime import time

import pytest

from bot.domain.records import DeliveryStatus
from bot.sandbox.slack.world import ANA, BEN, CARA, CS_LEADS, DEVON, LAUNCHES, ONBOARDING, direct_message
from bot.views.forms import subscription as forms

both = pytest.mark.parametrize("mode", ["socket", "http"])
DEVONS = direct_message(DEVON)


@pytest.fixture
def mode():
    return "socket"


@pytest.fixture
def kept(bot):
    """`await kept()`: the only subscription there is."""

    async def only():
        (one,) = await bot.services.subscriptions.all()
        return one

    return only


@pytest.fixture
def ledger(bot, kept, clock):
    """`await ledger(slot, status, reason=…)`: what became of one slot of the only subscription."""

    async def writes(slot, status, *, reason=None):
        one = await kept()
        claim = await bot.store.deliveries.claim(one.id, slot, channel=one.channel, now=clock())
        if status is not DeliveryStatus.CLAIMED:
            await bot.store.deliveries.mark(claim, status, reason)

    return writes


def menus(slack, who, channel=ONBOARDING):
    return [block["accessory"] for block in slack.last(by=who, channel=channel).blocks if block.get("accessory")]


@both
async def test_edit_shows_what_is_set_and_keeps_what_is_changed(ask, slack, kept, audited):
    await ask("subscribe at-risk mine owner:@ben phase:review state:waiting customer:aurora holidays:DE")
    before = await kept()
    await ask("subscriptions")

    await slack.clicks("Edit…", by=ANA, channel=ONBOARDING)
    shown = str(slack.modal(ANA))
    await slack.submits({"At": "10:15", "Days": ["mon"]}, by=ANA)

    after = await kept()
    assert "'initial_value': 'state:waiting'" in shown
    assert (after.id, after.days, after.at, after.creator) == (before.id, "mon", time(10, 15), ANA)
    assert after.filters == f'mine owner:<@{BEN}> phase:"review" customer:"aurora" state:waiting'
    assert after.holidays == "DE"
    assert "Saved." in slack.modal_text(ANA)
    assert (await audited())[0] == ("Ana Ruiz", "edit subscription", "done")


async def test_edit_with_filters_that_cannot_be_read_changes_nothing(ask, slack, kept):
    await ask("subscribe at-risk")
    before = await kept()
    await ask("subscriptions")
    await slack.clicks("Edit…", by=ANA, channel=ONBOARDING)

    await slack.submits({forms.OTHER: "fase:review"}, by=ANA)

    assert await kept() == before
    assert "I don’t know the filter" in slack.modal_text(ANA)


@both
async def test_pause_and_resume_from_the_list(ask, slack, kept, audited):
    await ask("subscribe at-risk")
    await ask("subscriptions")

    await slack.clicks("Pause", by=ANA, channel=ONBOARDING)
    paused, seen = await kept(), slack.seen(ANA, ONBOARDING)
    await slack.clicks("Resume", by=ANA, channel=ONBOARDING)

    assert paused.paused == "Paused by Ana Ruiz."
    assert "is paused." in seen
    assert "Paused by Ana Ruiz." in seen
    assert (await kept()).paused is None
    assert "goes on." in slack.seen(ANA, ONBOARDING)
    assert [what for _, what, _ in await audited()] == ["resume digest", "pause digest", "subscribe"]


@both
async def test_delete_asks_first(ask, slack, bot, audited):
    await ask("subscribe at-risk")
    await ask("subscriptions")

    await slack.clicks("Delete…", by=ANA, channel=ONBOARDING)
    asked, still = slack.modal_text(ANA), await bot.services.subscriptions.all()
    await slack.submits({}, by=ANA)

    assert "At-risk onboardings" in asked
    assert len(still) == 1
    assert await bot.services.subscriptions.all() == ()
    assert "no longer gets “At-risk onboardings”" in slack.modal_text(ANA)
    assert (await audited())[0] == ("Ana Ruiz", "unsubscribe", "done")


async def test_filters_that_cannot_be_read_any_more_are_put_right_in_the_form(ask, slack, bot, kept):
    await ask("subscribe at-risk")
    await bot.store.subscriptions.edit(replace(await kept(), filters="phase:adoption"))
    listed = await ask("subscriptions")

    await slack.clicks("Edit…", by=ANA, channel=ONBOARDING)
    shown = str(slack.modal(ANA))
    await slack.submits({forms.OTHER: "phase:review"}, by=ANA)

    assert "filters: phase:adoption" in listed
    assert "'initial_value': 'phase:adoption'" in shown
    assert (await kept()).filters == "phase:review"


async def test_a_menu_of_a_digest_that_was_ended_says_so(ask, slack, bot):
    await ask("subscribe at-risk")
    await ask("subscriptions")
    drawn = slack.last(by=ANA, channel=ONBOARDING)
    await ask("unsubscribe at-risk")

    await slack.clicks("Edit…", by=ANA, message=drawn)

    assert "has been deleted already" in slack.modal_text(ANA)


async def test_whoever_may_not_change_a_channels_digest_gets_no_menu(ask, slack, kept):
    await ask("subscribe at-risk")

    await ask("subscriptions", by=DEVON)

    assert menus(slack, DEVON) == []


@pytest.mark.parametrize("entry", ["Pause", "Edit…", "Delete…"])
async def test_a_menu_that_somebody_else_presses_is_refused(ask, slack, kept, entry):
    await ask("subscribe at-risk")
    await ask("subscriptions")
    drawn = slack.last(by=ANA, channel=ONBOARDING)
    before = await kept()

    await slack.clicks(entry, by=DEVON, message=drawn)
    told = slack.seen(DEVON, ONBOARDING) if entry == "Pause" else slack.modal_text(DEVON)
    assert await kept() == before
    assert "You may not change" in told


async def test_a_direct_message_is_listed_for_its_person_and_admins_only(ask):
    await ask("subscribe at-risk dm", by=DEVON)

    assert "*At-risk onboardings* for you" in await ask("subscriptions", by=DEVON)
    assert "in a direct message" in await ask("subscriptions", by=CARA)
    assert "No digest subscriptions yet." in await ask("subscriptions", by=ANA)


async def test_ones_own_direct_message_is_changed_without_a_right(ask, slack, kept):
    await ask("subscribe at-risk dm", by=DEVON)
    await ask("subscriptions", by=DEVON)

    await slack.clicks("Pause", by=DEVON, channel=ONBOARDING)

    assert (await kept()).paused == "Paused by Devon Park."


async def test_this_channels_digests_come_first_and_a_button_adds_one(ask, slack):
    await ask("subscribe at-risk", channel=LAUNCHES)
    await ask("subscribe at-risk")

    listed = await ask("subscriptions")
    await slack.clicks("Add a digest", by=ANA, channel=ONBOARDING)

    assert listed.index(f"<#{ONBOARDING}>") < listed.index(f"<#{LAUNCHES}>")
    assert slack.modal(ANA)["title"]["text"] == forms.TITLE


async def test_a_long_list_is_turned_in_place(ask, slack, bot, clock):
    await ask("subscribe at-risk")
    (one,) = await bot.services.subscriptions.all()
    for number in range(11):
        await bot.store.subscriptions.add(replace(one, id=f"sub_{number}", channel=f"C0EXTRA{number:02}"))

    first = await ask("subscriptions")
    await slack.clicks("Next", by=ANA, channel=ONBOARDING)

    assert "12 subscriptions, page 1 of 2" in first
    assert "page 2 of 2" in slack.seen(ANA, ONBOARDING)


@pytest.mark.parametrize(
    ("slot", "status", "reason", "told"),
    [
        ("2026-09-04", DeliveryStatus.SKIPPED, "nothing to say", "Fri 4 Sep, skipped: nothing to say"),
        ("2026-09-04", DeliveryStatus.FAILED, "I am not in that channel.", "Fri 4 Sep, not posted: I am not in that"),
        ("2026-09-04", DeliveryStatus.UNCERTAIN, "interrupted", "whoever set it up was asked to look"),
        ("2026-09-07", DeliveryStatus.CLAIMED, None, "on its way"),
    ],
)
async def test_the_list_explains_what_became_of_the_last(ask, ledger, slot, status, reason, told):
    await ask("subscribe at-risk")
    await ledger(slot, status, reason=reason)

    assert told in await ask("subscriptions")


async def test_the_list_says_that_it_came(ask, bot, clock):
    await ask("subscribe at-risk")
    clock.passes(minutes=31)
    await bot.digests.run_due(clock())

    assert "Last: Mon 7 Sep 09:00, delivered" in await ask("subscriptions")


async def test_the_list_says_what_is_waited_for(ask, bot, pivotal, clock):
    await ask("subscribe at-risk")
    clock.passes(minutes=35)

    told = await ask("subscriptions")

    assert "Waiting since 09:00: tried again every few minutes, until 13:00" in told


async def test_the_next_run_is_told_by_the_readers_clock_too(ask):
    await ask("subscribe at-risk")

    assert "Next: Mon 7 Sep 2026 at 09:00 (03:00 your time)" in await ask("subscriptions", by=BEN)


@both
async def test_unsubscribe_alone_shows_which_and_asks(ask, slack, bot):
    await ask("subscribe at-risk")
    await ask("subscribe launch-week")
    shown = await ask("unsubscribe")

    await slack.clicks("Delete the digest Launch week", by=ANA, channel=ONBOARDING, confirm=False)
    untouched = len(await bot.services.subscriptions.all())
    await slack.clicks("Delete the digest Launch week", by=ANA, channel=ONBOARDING)

    assert "Which digest shall be deleted?" in shown
    assert untouched == 2
    assert [one.kind for one in await bot.services.subscriptions.all()] == ["at-risk"]
    assert "no longer gets “Launch week”" in slack.seen(ANA, ONBOARDING)


@pytest.mark.parametrize(
    ("by", "words"), [(ANA, "This channel gets no digest."), (DEVON, "None of its digests is yours to delete.")]
)
async def test_unsubscribe_alone_where_there_is_nothing_to_end_says_why(ask, by, words):
    if by == DEVON:
        await ask("subscribe at-risk")

    assert words in await ask("unsubscribe", by=by)


async def test_unsubscribe_is_for_whoever_may(ask, kept, audited):
    await ask("subscribe at-risk")

    assert "You may not change a channel" in await ask("unsubscribe at-risk", by=DEVON)
    assert (await kept()).kind == "at-risk"
    assert (await audited())[0] == ("Devon Park", "unsubscribe", "refused")


@both
async def test_the_list_works_in_the_modal_that_home_opens(ask, slack, kept):
    await ask("subscribe at-risk")
    await slack.opens_home(by=ANA)
    await slack.clicks("Digests", by=ANA)

    await slack.clicks("Pause", by=ANA)
    paused = await kept()
    await slack.clicks("Edit…", by=ANA)

    assert paused.paused
    assert slack.modal(ANA)["title"]["text"] == forms.TITLE


@pytest.mark.parametrize(("by", "outcome"), [(ANA, "done"), (DEVON, "refused")])
async def test_digest_now_is_kept_in_the_log(ask, audited, slack, by, outcome):
    await slack.types("/onboarding digest now at-risk", by=by, channel=ONBOARDING)

    names = {ANA: "Ana Ruiz", DEVON: "Devon Park"}
    assert await audited() == [(names[by], "digest now", outcome)]


async def test_a_digest_now_that_may_have_come_is_kept_as_such(slack, audited, bot):
    slack.fails("chat.postMessage", error="fatal_error")

    await slack.types("/onboarding digest now at-risk", by=ANA, channel=ONBOARDING)

    assert await audited() == [("Ana Ruiz", "digest now", "unknown")]


@pytest.mark.parametrize(
    "typed",
    [
        "subscribe at-risk dm 08:30 mon,thu America/New_York mine holidays:DE:skip",
        'subscribe launch-week 10:15 tue Europe/Paris phase:"Internal QA" mentions:on holidays:DE-BY quiet:off',
    ],
)
async def test_the_line_under_a_deleted_digest_brings_it_back_as_it_was(ask, slack, kept, typed):
    await ask(typed)
    before = await kept()
    await ask("subscriptions")
    await slack.clicks("Delete…", by=ANA, channel=ONBOARDING)

    await slack.submits({}, by=ANA)
    line = re.search(r"To have it back.*`/onboarding (.*)`", slack.modal_text(ANA))[1]
    await ask(line)

    after = await kept()
    assert replace(after, id=before.id, created_at=before.created_at) == before


async def test_a_private_channels_digests_are_for_its_people_and_counted_for_others(ask):
    await ask("subscribe at-risk", channel=CS_LEADS)

    assert f"<#{CS_LEADS}>" in await ask("subscriptions")
    others = await ask("subscriptions", by=DEVON)

    assert CS_LEADS not in others
    assert "1 more in private channels that you are not in" in others


async def test_todays_slot_that_is_used_up_is_not_promised_again(ask, slack, kept, ledger):
    await ask("subscribe at-risk 08:00 daily")
    await ledger("2026-09-07", DeliveryStatus.SKIPPED, reason="nothing to say")
    await ask("subscriptions")
    await slack.clicks("Edit…", by=ANA, channel=ONBOARDING)

    await slack.submits({"At": "23:45"}, by=ANA)

    assert (await kept()).at == time(23, 45)
    assert "Next: Tue 8 Sep 2026 at 23:45" in slack.modal_text(ANA)
    assert "Next: Tue 8 Sep 2026 at 23:45" in await ask("subscriptions")


async def test_digest_now_in_ones_own_direct_message_takes_no_right(slack, audited):
    await slack.types("/onboarding digest now at-risk", by=DEVON, channel=DEVONS)

    assert any(one.text.startswith("At-risk onboardings — ") for one in slack.messages(DEVONS, DEVON))
    assert (await audited())[0] == ("Devon Park", "digest now", "done")
