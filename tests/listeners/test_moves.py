"""Pressing a button that writes: once, on fresh knowledge, with a name attached."""

import asyncio

import pytest

from bot.sandbox.slack.world import ANA, BEN, CARA, LAUNCHES, ONBOARDING

ADVANCE = "Advance to Program buildout"


async def test_private_card_is_replaced_in_place(ask, slack, pivotal, audited):
    await ask("aurora")

    await slack.clicks(ADVANCE, by=ANA, channel=ONBOARDING)

    assert pivotal.transitions(89) == ["program_buildout"]
    assert len(slack.messages(ONBOARDING, ANA)) == 1
    assert "You advanced Review → Program buildout" in slack.seen(ANA, ONBOARDING)
    assert "Advance to Internal QA" in slack.seen(ANA, ONBOARDING)
    assert await audited() == [("Ana Ruiz", "advance", "done")]


async def test_posted_card_changes_in_place_with_one_line_in_its_thread(shared, slack, pivotal, as_posted, replies):
    card = await shared()

    await slack.clicks(ADVANCE, by=BEN, message=card)

    assert pivotal.transitions(89) == ["program_buildout"]
    assert "Program buildout (4 of 7)" in as_posted(card).seen
    assert "shared by Ana Ruiz" in as_posted(card).seen
    assert replies(card) == ["Ben Okafor advanced Review → Program buildout"]


async def test_every_other_posted_copy_follows(shared, ask, slack, pivotal, as_posted, replies):
    first, second = await shared(), await shared(LAUNCHES)
    await ask("aurora", by=BEN)

    await slack.clicks(ADVANCE, by=BEN, channel=ONBOARDING)

    assert "Program buildout (4 of 7)" in as_posted(first).seen
    assert "Program buildout (4 of 7)" in as_posted(second).seen
    assert replies(first) == replies(second) == []


async def test_ten_presses_at_once_move_it_once(shared, slack, pivotal, audited):
    card = await shared()
    before = len(slack.messages(ONBOARDING, BEN))

    await slack.clicks(ADVANCE, by=BEN, message=card, times=10)

    answers = [each.text for each in slack.messages(ONBOARDING, BEN)[before:] if each.ephemeral_to == BEN]
    done = [text for text in answers if "You advanced Review → Program buildout" in text]
    answers = [text for text in answers if text not in done]
    assert len(pivotal.patches(89)) == 1
    assert pivotal.transitions(89) == ["program_buildout"]
    assert len(done) == 1
    assert len(answers) == 9
    assert [
        text
        for text in answers
        if "Ben Okafor is changing this onboarding" not in text and "This changed since you looked" not in text
    ] == []
    assert [what for _, what, outcome in await audited() if outcome == "done"] == ["advance", "share"]


async def test_ten_presses_on_a_private_card_move_it_once(ask, slack, pivotal):
    await ask("aurora")

    await slack.clicks(ADVANCE, by=ANA, channel=ONBOARDING, times=10)

    assert len(pivotal.patches(89)) == 1
    assert pivotal.transitions(89) == ["program_buildout"]


async def test_two_people_at_once_move_it_once(shared, slack, pivotal):
    card = await shared()

    await asyncio.gather(*(slack.clicks(ADVANCE, by=person, message=card) for person in (ANA, BEN, CARA)))

    assert len(pivotal.patches(89)) == 1


async def test_stale_posted_card_writes_nothing_and_says_what_changed(
    shared, slack, pivotal, as_posted, replies, audited
):
    card = await shared()
    pivotal.edit(89, phase="program_design")

    await slack.clicks(ADVANCE, by=ANA, message=card)

    assert pivotal.patches(89) == []
    assert "phase is now Program design (you saw Review)" in slack.seen(ANA, ONBOARDING)
    assert "Nothing was written" in slack.seen(ANA, ONBOARDING)
    assert "Advance to Review" in as_posted(card).seen
    assert replies(card) == []
    assert (await audited())[0] == ("Ana Ruiz", "advance", "refused")


async def test_stale_private_card_writes_nothing_and_is_refreshed(ask, slack, pivotal):
    await ask("aurora")
    pivotal.edit(89, target_launch_date="2026-10-01", state="at_risk")

    await slack.clicks(ADVANCE, by=ANA, channel=ONBOARDING)

    seen = slack.seen(ANA, ONBOARDING)
    assert pivotal.patches(89) == []
    assert "state is now At risk (you saw Active)" in seen
    assert "target date is now Thu 1 Oct 2026" in seen
    assert ADVANCE in seen


async def test_what_a_stale_press_learned_reaches_the_other_copies(shared, ask, slack, pivotal, as_posted):
    card = await shared()
    await ask("aurora", by=BEN)
    pivotal.edit(89, phase="internal_qa")

    await slack.clicks(ADVANCE, by=BEN, channel=ONBOARDING)

    assert "Internal QA (5 of 7)" in as_posted(card).seen


async def test_advance_undone_in_pivotal_advances_again_within_the_minute(shared, slack, pivotal, clock, as_posted):
    card = await shared()
    await slack.clicks(ADVANCE, by=ANA, message=card)
    pivotal.edit(89, phase="review")
    clock.passes(seconds=10)

    await slack.clicks("Advance to Internal QA", by=ANA, message=as_posted(card))
    await slack.clicks(ADVANCE, by=ANA, message=as_posted(card))

    assert pivotal.transitions(89) == ["program_buildout", "review", "program_buildout"]
    assert len(pivotal.patches(89)) == 2


async def test_deleted_meanwhile_leaves_a_tombstone_in_private(ask, slack, pivotal, audited):
    await ask("aurora")
    pivotal.delete(89)

    await slack.clicks(ADVANCE, by=ANA, channel=ONBOARDING)

    assert pivotal.patches(89) == []
    assert "no longer exists in Pivotal" in slack.seen(ANA, ONBOARDING)
    assert "Advance" not in slack.seen(ANA, ONBOARDING)
    assert len(slack.messages(ONBOARDING, ANA)) == 1
    assert await audited() == [("Ana Ruiz", "advance", "refused")]


async def test_deleted_meanwhile_leaves_a_tombstone_on_every_posted_card(shared, slack, pivotal, as_posted):
    card, other = await shared(), await shared(LAUNCHES)
    pivotal.delete(89)

    await slack.clicks(ADVANCE, by=ANA, message=card)

    assert pivotal.patches(89) == []
    assert "Aurora Foods" in as_posted(card).seen
    assert "no longer exists in Pivotal" in as_posted(card).seen
    assert "no longer exists in Pivotal" in as_posted(other).seen
    assert "nothing was changed" in slack.seen(ANA, ONBOARDING)


@pytest.mark.parametrize("private", [True, False])
async def test_deleted_and_forgotten_leaves_a_tombstone_all_the_same(shared, ask, slack, pivotal, private, as_posted):
    card = await shared()
    pivotal.delete(89)
    await ask("#89")

    await slack.clicks(ADVANCE, by=ANA, message=slack.messages(ONBOARDING, ANA)[0] if private else card)

    shown = slack.messages(ONBOARDING, ANA)[0] if private else as_posted(card)
    assert "Advance" not in shown.seen
    assert "Pivotal" in shown.seen
