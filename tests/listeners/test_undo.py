"""Undo: ten minutes, in the actor's private answer only, and never over somebody else's change."""

import pytest

from bot.sandbox.slack.world import ANA, BEN, CARA, ONBOARDING

pytestmark = pytest.mark.parametrize("mode", ["socket"])
ADVANCE = "Advance to Program buildout"


async def test_private_card_offers_undo_and_takes_the_change_back(ask, slack, pivotal, audited):
    await ask("aurora")
    await slack.clicks(ADVANCE, by=ANA, channel=ONBOARDING)
    offer = slack.seen(ANA, ONBOARDING)

    await slack.clicks("Undo", by=ANA, channel=ONBOARDING)

    assert "Pivotal records both moves; tasks and notices already created stay." in offer
    assert pivotal.transitions(89) == ["program_buildout", "review"]
    assert "You took that back: Program buildout → Review" in slack.seen(ANA, ONBOARDING)
    assert "Undo" not in slack.seen(ANA, ONBOARDING)
    assert await audited() == [("Ana Ruiz", "undo", "done"), ("Ana Ruiz", "advance", "done")]


async def test_posted_card_never_shows_undo_but_its_presser_gets_it(shared, slack, pivotal, as_posted):
    card = await shared()

    await slack.clicks(ADVANCE, by=BEN, message=card)
    private = slack.last(by=BEN, channel=ONBOARDING)
    await slack.clicks("Undo", by=BEN, message=private)

    assert "Undo" not in as_posted(card).seen
    assert private.ephemeral_to == BEN
    assert pivotal.transitions(89) == ["program_buildout", "review"]
    assert "Review (3 of 7)" in as_posted(card).seen


async def test_undo_after_somebody_elses_change_is_refused(ask, slack, pivotal):
    await ask("aurora")
    await slack.clicks(ADVANCE, by=ANA, channel=ONBOARDING)
    pivotal.edit(89, state="at_risk")
    before = len(pivotal.patches(89))

    await slack.clicks("Undo", by=ANA, channel=ONBOARDING)

    assert len(pivotal.patches(89)) == before
    assert "state is now At risk" in slack.seen(ANA, ONBOARDING)
    assert "Nothing was written" in slack.seen(ANA, ONBOARDING)


async def test_undo_is_over_after_ten_minutes(ask, slack, pivotal, clock):
    await ask("aurora")
    await slack.clicks(ADVANCE, by=ANA, channel=ONBOARDING)
    clock.passes(minutes=10, seconds=1)

    await slack.clicks("Undo", by=ANA, channel=ONBOARDING)

    assert pivotal.transitions(89) == ["program_buildout"]
    assert "The ten minutes for Undo are over" in slack.seen(ANA, ONBOARDING)


async def test_typed_undo_repeats_the_offer(ask, slack, pivotal, clock):
    await ask("date #89 fri")
    clock.passes(minutes=9)

    offer = await ask("undo")
    await slack.clicks("Undo", by=ANA, channel=ONBOARDING)

    assert "Wed 16 Sep 2026 → Fri 11 Sep 2026" in offer
    assert pivotal.onboarding(89)["target_launch_date"].startswith("2026-09-16")


@pytest.mark.parametrize(
    ("typed", "before", "after"),
    [("pause #89", "active", "paused"), ("waiting #89", "active", "waiting"), ("flag #89", "active", "at_risk")],
)
async def test_typed_undo_of_a_state(ask, slack, pivotal, typed, before, after):
    await ask(typed)
    changed = pivotal.state_of(89)
    await ask("undo")

    await slack.clicks("Undo", by=ANA, channel=ONBOARDING)

    assert changed == after
    assert pivotal.state_of(89) == before
    assert not pivotal.onboarding(89)["waiting_on_customer"]


async def test_typed_undo_is_refused_after_a_change_elsewhere(ask, slack, pivotal):
    await ask("date #89 fri")
    pivotal.edit(89, target_launch_date="2026-09-12")

    assert "has changed since your change" in await ask("undo")


@pytest.mark.parametrize("wait", [11, 0])
async def test_typed_undo_with_nothing_to_undo(ask, clock, wait):
    if wait:
        await ask("pause #89")
        clock.passes(minutes=wait)

    assert "You have changed nothing in the last ten minutes" in await ask("undo")


async def test_somebody_elses_change_is_not_mine_to_undo(ask):
    await ask("pause #89")

    assert "You have changed nothing" in await ask("undo", by=CARA)


async def test_launch_has_no_undo(ask, slack, pivotal):
    await ask("#104")
    await slack.clicks("Advance to Launch", by=ANA, channel=ONBOARDING)
    await slack.submits({}, by=ANA)

    assert "cannot be undone" in await ask("undo")


async def test_undo_is_not_undone_again(ask, slack, pivotal):
    await ask("aurora")
    await slack.clicks(ADVANCE, by=ANA, channel=ONBOARDING)
    await slack.clicks("Undo", by=ANA, channel=ONBOARDING)

    assert "cannot be undone" in await ask("undo")


async def test_typed_undo_is_refused_after_a_change_of_something_else(ask, slack, pivotal):
    await ask("pause #89")
    pivotal.edit(89, phase="program_buildout", target_launch_date="2026-10-10")
    before = len(pivotal.patches(89))

    refused = await ask("undo")

    assert "has changed since your change, Active → Paused" in refused
    assert "Undo" not in [button["text"]["text"] for button in buttons(slack)]
    assert len(pivotal.patches(89)) == before


async def test_typed_undo_goes_by_the_change_and_not_by_what_was_changed_before_it(ask, slack, pivotal, clock):
    pivotal.edit(89, target_launch_date="2026-10-10")
    clock.passes(minutes=1)
    await ask("pause #89")
    await ask("undo")

    await slack.clicks("Undo", by=ANA, channel=ONBOARDING)

    assert pivotal.state_of(89) == "active"


@pytest.mark.parametrize("typed", ["resume #89", "clear #89"])
async def test_both_ways_to_undo_restore_two_states_at_once(ask, slack, pivotal, typed):
    pivotal.edit(89, state="at_risk", waiting_on_customer=True)
    await ask(typed)
    if typed.startswith("resume"):
        await slack.clicks("Resume", by=ANA, channel=ONBOARDING)
    offered = [button["text"]["text"] for button in buttons(slack)]
    changed = pivotal.state_of(89)

    await ask("undo")
    await slack.clicks("Undo", by=ANA, channel=ONBOARDING)

    assert "Undo" in offered
    assert changed != "at_risk"
    assert pivotal.state_of(89) == "at_risk"
    assert pivotal.onboarding(89)["waiting_on_customer"] is True


def buttons(slack):
    """The buttons in the newest answer to Ana."""
    blocks = slack.last(by=ANA, channel=ONBOARDING).blocks or []
    found = [one for block in blocks for one in (*block.get("elements", ()), block.get("accessory") or {})]
    return [one for one in found if one.get("type") == "button"]
