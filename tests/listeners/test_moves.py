"""Pressing a button that writes: once, on fresh knowledge, with a name attached."""

import asyncio

import pytest

from bot.domain.records import Actor
from bot.sandbox.slack.world import (
    ANA,
    AURORA_SHARED,
    BEN,
    CARA,
    DEVON,
    ERIN,
    GUS,
    LAUNCHES,
    MARA,
    ONBOARDING,
    PARTNERS,
)

ADVANCE = "Advance to Program buildout"


@pytest.fixture
def shared(ask, slack):
    """`await shared()`: Ana has posted the card of Aurora Foods; gives it as it looks."""

    async def shares(channel=ONBOARDING):
        await ask("aurora", channel=channel)
        await slack.clicks("Share to channel", by=ANA, channel=channel)
        return next(message for message in reversed(slack.messages(channel)) if not message.ephemeral_to)

    return shares


def as_posted(slack, message):
    return next(each for each in slack.messages(message.channel) if each.ts == message.ts)


def replies(slack, message):
    return [each.text for each in slack.messages(message.channel) if each.thread_ts == message.ts]


async def audited(bot):
    return [(entry.name, entry.action, entry.outcome) for entry in await bot.store.audit.list()]


async def test_private_card_is_replaced_in_place(ask, slack, pivotal, bot):
    await ask("aurora")

    await slack.clicks(ADVANCE, by=ANA, channel=ONBOARDING)

    assert pivotal.transitions(89) == ["program_buildout"]
    assert len(slack.messages(ONBOARDING, ANA)) == 1
    assert "You advanced Review → Program buildout" in slack.seen(ANA, ONBOARDING)
    assert "Advance to Internal QA" in slack.seen(ANA, ONBOARDING)
    assert await audited(bot) == [("Ana Ruiz", "advance", "done")]


async def test_posted_card_changes_in_place_with_one_line_in_its_thread(shared, slack, pivotal, bot):
    card = await shared()

    await slack.clicks(ADVANCE, by=BEN, message=card)

    assert pivotal.transitions(89) == ["program_buildout"]
    assert "Program buildout (4 of 7)" in as_posted(slack, card).seen
    assert "shared by Ana Ruiz" in as_posted(slack, card).seen
    assert replies(slack, card) == ["Ben Okafor advanced Review → Program buildout"]


async def test_every_other_posted_copy_follows(shared, ask, slack, pivotal):
    first, second = await shared(), await shared(LAUNCHES)
    await ask("aurora", by=BEN)

    await slack.clicks(ADVANCE, by=BEN, channel=ONBOARDING)

    assert "Program buildout (4 of 7)" in as_posted(slack, first).seen
    assert "Program buildout (4 of 7)" in as_posted(slack, second).seen
    assert replies(slack, first) == replies(slack, second) == []


async def test_ten_presses_at_once_move_it_once(shared, slack, pivotal, bot):
    card = await shared()
    before = len(slack.messages(ONBOARDING, BEN))

    await slack.clicks(ADVANCE, by=BEN, message=card, times=10)

    answers = [each.text for each in slack.messages(ONBOARDING, BEN)[before:] if each.ephemeral_to == BEN]
    assert len(pivotal.patches(89)) == 1
    assert pivotal.transitions(89) == ["program_buildout"]
    assert len(answers) == 9
    assert [
        text
        for text in answers
        if "Ben Okafor is changing this onboarding" not in text and "This changed since you looked" not in text
    ] == []
    assert [outcome for _, _, outcome in await audited(bot)].count("done") == 1


async def test_ten_presses_on_a_private_card_move_it_once(ask, slack, pivotal):
    await ask("aurora")

    await slack.clicks(ADVANCE, by=ANA, channel=ONBOARDING, times=10)

    assert len(pivotal.patches(89)) == 1
    assert pivotal.transitions(89) == ["program_buildout"]


async def test_two_people_at_once_move_it_once(shared, slack, pivotal):
    card = await shared()

    await asyncio.gather(*(slack.clicks(ADVANCE, by=person, message=card) for person in (ANA, BEN, CARA)))

    assert len(pivotal.patches(89)) == 1


async def test_stale_posted_card_writes_nothing_and_says_what_changed(shared, slack, pivotal, bot):
    card = await shared()
    pivotal.edit(89, phase="program_design")

    await slack.clicks(ADVANCE, by=ANA, message=card)

    assert pivotal.patches(89) == []
    assert "phase is now Program design (you saw Review)" in slack.seen(ANA, ONBOARDING)
    assert "Nothing was written" in slack.seen(ANA, ONBOARDING)
    assert "Advance to Review" in as_posted(slack, card).seen
    assert replies(slack, card) == []
    assert await audited(bot) == [("Ana Ruiz", "advance", "refused")]


async def test_stale_private_card_writes_nothing_and_is_refreshed(ask, slack, pivotal):
    await ask("aurora")
    pivotal.edit(89, target_launch_date="2026-10-01", state="at_risk")

    await slack.clicks(ADVANCE, by=ANA, channel=ONBOARDING)

    seen = slack.seen(ANA, ONBOARDING)
    assert pivotal.patches(89) == []
    assert "state is now At risk (you saw Active)" in seen
    assert "target date is now Thu 1 Oct 2026" in seen
    assert ADVANCE in seen


async def test_what_a_stale_press_learned_reaches_the_other_copies(shared, ask, slack, pivotal):
    card = await shared()
    await ask("aurora", by=BEN)
    pivotal.edit(89, phase="internal_qa")

    await slack.clicks(ADVANCE, by=BEN, channel=ONBOARDING)

    assert "Internal QA (5 of 7)" in as_posted(slack, card).seen


async def test_advance_undone_in_pivotal_advances_again_within_the_minute(shared, slack, pivotal, clock):
    card = await shared()
    await slack.clicks(ADVANCE, by=ANA, message=card)
    pivotal.edit(89, phase="review")
    clock.passes(seconds=10)

    await slack.clicks("Advance to Internal QA", by=ANA, message=as_posted(slack, card))
    await slack.clicks(ADVANCE, by=ANA, message=as_posted(slack, card))

    assert pivotal.transitions(89) == ["program_buildout", "review", "program_buildout"]
    assert len(pivotal.patches(89)) == 2


async def test_deleted_meanwhile_leaves_a_tombstone_in_private(ask, slack, pivotal, bot):
    await ask("aurora")
    pivotal.delete(89)

    await slack.clicks(ADVANCE, by=ANA, channel=ONBOARDING)

    assert pivotal.patches(89) == []
    assert "no longer exists in Pivotal" in slack.seen(ANA, ONBOARDING)
    assert "Advance" not in slack.seen(ANA, ONBOARDING)
    assert len(slack.messages(ONBOARDING, ANA)) == 1
    assert await audited(bot) == [("Ana Ruiz", "advance", "refused")]


async def test_deleted_meanwhile_leaves_a_tombstone_on_every_posted_card(shared, slack, pivotal):
    card, other = await shared(), await shared(LAUNCHES)
    pivotal.delete(89)

    await slack.clicks(ADVANCE, by=ANA, message=card)

    assert pivotal.patches(89) == []
    assert "Aurora Foods" in as_posted(slack, card).seen
    assert "no longer exists in Pivotal" in as_posted(slack, card).seen
    assert "no longer exists in Pivotal" in as_posted(slack, other).seen
    assert "nothing was changed" in slack.seen(ANA, ONBOARDING)


@pytest.mark.parametrize("private", [True, False])
async def test_deleted_and_forgotten_leaves_a_tombstone_all_the_same(shared, ask, slack, pivotal, private):
    card = await shared()
    pivotal.delete(89)
    await ask("#89")

    await slack.clicks(ADVANCE, by=ANA, message=slack.messages(ONBOARDING, ANA)[0] if private else card)

    shown = slack.messages(ONBOARDING, ANA)[0] if private else as_posted(slack, card)
    assert "Advance" not in shown.seen
    assert "Pivotal" in shown.seen


class TestRights:
    pytestmark = pytest.mark.parametrize("mode", ["socket"])

    async def test_somebody_else_is_refused_and_told_who_may(self, shared, slack, pivotal, bot):
        card = await shared()

        await slack.clicks(ADVANCE, by=DEVON, message=card)

        answer = slack.seen(DEVON, ONBOARDING)
        assert pivotal.patches(89) == []
        assert "You may not move this onboarding" in answer
        assert "Ana Ruiz, Ben Okafor and this bot’s admins can" in answer.replace("'", "’")
        assert "You are not linked to a Pivotal user yet" in answer
        assert "Advance" in as_posted(slack, card).seen
        assert await audited(bot) == [("Devon Park", "advance", "refused")]

    async def test_an_owner_of_other_onboardings_is_refused(self, ask, slack, pivotal):
        await ask("acme group")

        await slack.clicks(ADVANCE, by=ANA, channel=ONBOARDING)

        assert pivotal.patches(102) == []
        assert "You may not move this onboarding" in slack.seen(ANA, ONBOARDING)

    async def test_an_admin_may(self, shared, slack, pivotal):
        card = await shared()

        await slack.clicks(ADVANCE, by=CARA, message=card)

        assert replies(slack, card) == ["Cara Lindqvist advanced Review → Program buildout"]

    @pytest.mark.parametrize("role", ["csm_id", "se_id", "designer_id", "product_ops_id"])
    async def test_an_owner_by_any_role_may(self, ask, slack, pivotal, bot, role):
        pivotal.edit(89, csm_id=None, se_id=None)
        pivotal.edit(89, **{role: "user_csm_002"})
        admin = Actor(CARA, "T0HOME001", "Cara", admin=True)
        await bot.services.people.link("user_csm_002", slack_id=MARA, name="Mara Kowalski", by=admin)
        await ask("aurora", by=MARA)

        await slack.clicks(ADVANCE, by=MARA, channel=ONBOARDING)

        assert pivotal.transitions(89) == ["program_buildout"]

    async def test_a_guest_is_refused_on_a_card_posted_before_they_came(self, shared, slack, pivotal):
        card = await shared()
        slack.adds_guest(ONBOARDING)

        await slack.clicks(ADVANCE, by=GUS, message=card)

        assert pivotal.patches(89) == []
        assert "answers only full members" in slack.seen(GUS, ONBOARDING)

    async def test_another_organisations_person_is_refused(self, shared, slack, pivotal):
        card = await shared()
        slack.becomes_external(ONBOARDING)

        await slack.clicks(ADVANCE, by=ERIN, message=card)

        assert pivotal.patches(89) == []
        assert "answers only full members" in slack.seen(ERIN, ONBOARDING)

    @pytest.mark.parametrize("change", ["becomes_external", "invites_external", "adds_guest"])
    async def test_owner_is_refused_where_customers_read_by_now(self, shared, slack, pivotal, change):
        card = await shared()
        getattr(slack, change)(ONBOARDING)

        await slack.clicks(ADVANCE, by=ANA, message=card)

        assert pivotal.patches(89) == []
        assert "I post nothing in that channel, because" in slack.seen(ANA, ONBOARDING)
        assert as_posted(slack, card) == card
        assert replies(slack, card) == []

    async def test_owner_is_refused_where_it_cannot_be_told_who_reads(self, shared, slack, pivotal):
        card = await shared()
        slack.fails("conversations.info", error="internal_error")

        await slack.clicks(ADVANCE, by=ANA, message=card)

        assert pivotal.patches(89) == []
        assert "it can't be told at the moment who can read it" in slack.seen(ANA, ONBOARDING)

    @pytest.mark.parametrize("channel", [AURORA_SHARED, PARTNERS])
    async def test_private_card_works_where_customers_read(self, ask, slack, pivotal, channel):
        await ask("aurora", channel=channel)

        await slack.clicks(ADVANCE, by=ANA, channel=channel)

        assert pivotal.transitions(89) == ["program_buildout"]
        assert [each for each in slack.messages(channel) if not each.ephemeral_to] == []

    async def test_copies_where_customers_read_by_now_stay_as_they_are(self, shared, ask, slack, pivotal):
        card = await shared(LAUNCHES)
        slack.becomes_external(LAUNCHES)
        await ask("aurora")

        await slack.clicks(ADVANCE, by=ANA, channel=ONBOARDING)

        assert as_posted(slack, card) == card


class TestStates:
    pytestmark = pytest.mark.parametrize("mode", ["socket"])

    async def test_pause_offers_resume_and_no_advance(self, ask, slack, pivotal):
        await ask("aurora")

        await slack.clicks("Pause", by=ANA, channel=ONBOARDING)

        seen = slack.seen(ANA, ONBOARDING)
        assert pivotal.state_of(89) == "paused"
        assert "You paused it" in seen
        assert "Resume" in seen
        assert "Advance to" not in seen

    async def test_resume_brings_advance_back(self, ask, slack, pivotal):
        await ask("paused ltd")

        await slack.clicks("Resume", by=ANA, channel=ONBOARDING)

        assert pivotal.state_of(109) == "active"
        assert ADVANCE in slack.seen(ANA, ONBOARDING)

    async def test_mark_and_clear_at_risk(self, ask, slack, pivotal):
        await ask("aurora")

        await slack.clicks("Mark at risk", by=ANA, channel=ONBOARDING)
        marked = pivotal.state_of(89)
        await slack.clicks("Clear at risk", by=ANA, channel=ONBOARDING)

        assert marked == "at_risk"
        assert pivotal.state_of(89) == "active"

    async def test_ending_waiting_asks_first_and_clears_both_fields(self, ask, slack, pivotal):
        pivotal.edit(89, state="waiting", waiting_on_customer=True)
        await ask("aurora")
        card = slack.last(by=ANA, channel=ONBOARDING)
        dialog = next(
            e for b in card.blocks if b["type"] == "actions" for e in b["elements"] if e["text"]["text"] == "Resume"
        )

        await slack.clicks("Resume", by=ANA, channel=ONBOARDING, confirm=False)
        untouched = pivotal.patches(89)
        await slack.clicks("Resume", by=ANA, channel=ONBOARDING)

        assert "SLA clock runs again" in dialog["confirm"]["text"]["text"]
        assert untouched == []
        assert pivotal.onboarding(89)["state"] == "active"
        assert pivotal.onboarding(89)["waiting_on_customer"] is False

    async def test_waiting_written_before_a_pause_is_cleared_where_pivotal_keeps_the_two_apart(
        self, ask, slack, pivotal
    ):
        pivotal.switches.waiting = "independent"
        pivotal.edit(89, state="waiting", waiting_on_customer=True)

        await ask("pause #89")
        await slack.clicks("Pause", by=ANA, channel=ONBOARDING)

        assert pivotal.onboarding(89)["state"] == "paused"
        assert pivotal.onboarding(89)["waiting_on_customer"] is False

    async def test_launch_asks_first_and_names_pivotals_automations(self, ask, slack, pivotal):
        await ask("#104")
        card = slack.last(by=ANA, channel=ONBOARDING)
        advance = next(b for b in card.blocks if b["type"] == "actions")["elements"][0]

        await slack.clicks("Advance to Launch", by=ANA, channel=ONBOARDING)

        assert "Slack DM" in advance["confirm"]["text"]["text"]
        assert "recap e-mail" in advance["confirm"]["text"]["text"]
        assert pivotal.transitions(104) == ["launch"]

    async def test_completed_asks_first_and_is_final(self, ask, slack, pivotal):
        pivotal.edit(104, phase="launch")
        await ask("#104")
        card = slack.last(by=ANA, channel=ONBOARDING)
        advance = next(b for b in card.blocks if b["type"] == "actions")["elements"][0]

        await slack.clicks("Advance to Completed", by=ANA, channel=ONBOARDING)

        assert "it is final" in advance["confirm"]["text"]["text"]
        assert "Advance" not in slack.seen(ANA, ONBOARDING).partition("\n")[2]


class TestSlackTrouble:
    pytestmark = pytest.mark.parametrize("mode", ["socket"])

    async def test_change_is_told_though_the_card_could_not_be_redrawn(self, shared, slack, pivotal, bot):
        card = await shared()
        slack.fails("chat.update", error="message_not_found")

        await slack.clicks(ADVANCE, by=ANA, message=card)

        answer = slack.seen(ANA, ONBOARDING)
        assert pivotal.transitions(89) == ["program_buildout"]
        assert "You advanced Review → Program buildout" in answer
        assert "Not all of it could be shown here: That message is no longer there." in answer
        assert await audited(bot) == [("Ana Ruiz", "advance", "done")]

    async def test_card_whose_message_is_gone_is_not_followed_any_more(self, shared, ask, slack, bot):
        await shared()
        slack.fails("chat.update", error="message_not_found")
        await ask("aurora", by=BEN)
        await slack.clicks(ADVANCE, by=BEN, channel=ONBOARDING)
        before = len(slack.calls_of("chat.update"))

        await slack.clicks("Mark at risk", by=BEN, channel=ONBOARDING)

        assert len(slack.calls_of("chat.update")) == before

    async def test_nobody_writes_whom_slack_does_not_name(self, shared, slack, pivotal, clock):
        card = await shared()
        clock.passes(minutes=6)
        slack.fails("users.info", error="internal_error")

        await slack.clicks(ADVANCE, by=ANA, message=card)

        assert pivotal.patches(89) == []
        assert "Slack could not tell me who is who" in slack.seen(ANA, ONBOARDING)

    async def test_card_in_a_channel_i_was_taken_out_of(self, shared, slack, pivotal):
        card = await shared()
        slack.removes_bot(ONBOARDING)

        await slack.clicks(ADVANCE, by=ANA, message=card)

        assert pivotal.transitions(89) == ["program_buildout"]
        assert "You advanced Review → Program buildout" in slack.seen(ANA, ONBOARDING)
        assert "I am not in that channel" in slack.seen(ANA, ONBOARDING)

    async def test_broken_line_to_slack_is_said_to_be_one(self, ask, slack, clock):
        await ask("aurora")
        clock.passes(minutes=6)
        slack.drops("users.info", times=2)  # aiohttp asks once more by itself

        assert "Slack could not tell me who is who" in await ask("aurora")
