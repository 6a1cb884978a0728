"""The audit has every attempt, however it ends: who, from where, what, on which onboarding, and why nothing came of it.

What is done, and what a service refuses, is tried beside each service; here is what ends on the way there.
"""

import re
from datetime import timedelta

import pytest

from bot.sandbox.pivotal import Fault
from bot.sandbox.slack.world import ANA, BEN, CARA, DEVON, GUS, ONBOARDING, PARTNERS

STANDS = "Review, Active"
ADVANCE = "Advance to Program buildout"


@pytest.fixture
def mode():
    return "socket"


@pytest.fixture
def extras():
    return ("mentions",)


@pytest.fixture
def kept(bot):
    """`await kept()`: the one row there is."""

    async def only():
        rows = await bot.store.audit.list()
        assert len(rows) == 1, rows
        assert re.fullmatch(r"[0-9A-F]{6}", rows[0].reference)
        return rows[0]

    return only


def told(entry):
    return entry.name, entry.source, entry.action, entry.title, entry.before, entry.outcome


async def test_press_while_somebody_else_is_changing_it_is_kept(ask, slack, bot, pivotal, clock):
    await ask("#89")
    key = f"write:T0HOME001:{pivotal.onboarding(89)['id']}"
    await bot.store.claims.lease(key, holder="Ben Okafor", now=clock(), ttl=timedelta(seconds=60))

    await slack.clicks(ADVANCE, by=ANA, channel=ONBOARDING)

    (entry,) = await bot.store.audit.list()
    assert told(entry) == ("Ana Ruiz", f"button in {ONBOARDING}", "advance", "Aurora Foods", STANDS, "refused")
    assert entry.reason == "Ben Okafor is changing this onboarding at this moment."


@pytest.mark.parametrize(
    "typed",
    [
        "advance #89",
        "aurora foods advance",
        "back #89 the design changed",
        "skip #89",
        "pause aurora foods legal",
        "state #89 waiting",
        "date #89 +3d",
        "owner #89 se @ana",
        "update #89",
        "note #89 hello",
        "snooze #89 3d they asked",
    ],
)
async def test_write_that_pivotal_was_away_for_is_kept(slack, ask, pivotal, clock, kept, typed):
    await ask("#89", by=CARA)
    clock.passes(minutes=3)
    pivotal.fails(Fault.error_500, times=100)

    await slack.types(f"/onboarding {typed}", by=CARA, channel=ONBOARDING)

    entry = await kept()
    verb = "advance" if typed.endswith("advance") else typed.split()[0]
    assert told(entry) == ("Cara Lindqvist", f"command in {ONBOARDING}", verb, "Aurora Foods", STANDS, "failed")
    assert entry.onboarding_id == pivotal.onboarding(89)["id"]
    assert entry.reason


@pytest.mark.parametrize("typed", ["new Aurora Foods", "handover @ana @ben"])
async def test_write_of_no_onboarding_in_particular_is_kept_too(slack, ask, pivotal, clock, kept, typed):
    await ask("#89", by=CARA)
    clock.passes(minutes=3)
    pivotal.fails(Fault.error_500, times=100)

    await slack.types(f"/onboarding {typed}", by=CARA, channel=ONBOARDING)

    entry = await kept()
    assert (entry.source, entry.action, entry.outcome) == (f"command in {ONBOARDING}", typed.split()[0], "failed")


async def test_looking_is_no_attempt(slack, ask, pivotal, clock, bot):
    await ask("#89")
    clock.passes(minutes=3)
    pivotal.fails(Fault.error_500, times=100)

    for typed in ("#999", "list", "mine", "details #89", "nobody of that name"):
        await slack.types(f"/onboarding {typed}", by=ANA, channel=ONBOARDING)

    assert await bot.store.audit.list() == ()


async def test_undo_after_its_ten_minutes_is_kept(ask, slack, bot, clock):
    await ask("#89")
    await slack.clicks(ADVANCE, by=ANA, channel=ONBOARDING)
    clock.passes(minutes=11)

    await slack.clicks("Undo", by=ANA, channel=ONBOARDING)

    late, _ = await bot.store.audit.list()
    assert told(late) == (
        "Ana Ruiz",
        f"button in {ONBOARDING}",
        "undo",
        "Aurora Foods",
        "Program buildout, Active",
        "refused",
    )
    assert "ten minutes" in late.reason


async def test_typed_undo_of_nothing_is_kept(ask, kept):
    await ask("undo")

    entry = await kept()
    assert (entry.action, entry.outcome) == ("undo", "refused")


async def test_verb_that_writes_in_a_mention_is_kept(slack, ask, bot, kept):
    await ask("#89")

    await slack.types("@Onboarding pause #89 legal", by=ANA, channel=ONBOARDING)

    entry = await kept()
    assert told(entry) == ("Ana Ruiz", f"mention in {ONBOARDING}", "pause", "Aurora Foods", STANDS, "refused")


async def test_refusal_at_the_door_has_the_onboarding_and_the_place(ask, kept):
    await ask("#89")

    await ask("skip #89")

    entry = await kept()
    assert told(entry) == ("Ana Ruiz", f"command in {ONBOARDING}", "skip", "Aurora Foods", STANDS, "refused")


async def test_guest_is_kept_with_what_they_meant(ask, kept):
    await ask("#89")

    await ask("pause #89", by=GUS, channel=PARTNERS)

    entry = await kept()
    assert told(entry) == ("Gus Moreau", f"command in {PARTNERS}", "pause", "Aurora Foods", STANDS, "refused")


async def test_unlinked_colleague_is_kept_once(ask, kept):
    await ask("pause #89", by=DEVON)

    assert (await kept()).outcome == "refused"


async def test_form_says_in_which_channel_it_was_opened(slack, bot, kept):
    await slack.types("/onboarding back #89 the design changed", by=ANA, channel=ONBOARDING)
    await slack.submits({}, by=ANA)

    entry = await kept()
    assert (entry.source, entry.outcome) == (f"form in {ONBOARDING}", "done")


async def test_form_over_a_button_says_so_too_and_after_it_was_shown_again(ask, slack, bot, pivotal):
    await ask("#89")
    await slack.clicks("Update…", by=ANA, channel=ONBOARDING)
    pivotal.edit(89, target_launch_date="2026-09-20")
    await slack.submits({"Target date": "2026-09-17"}, by=ANA)
    await slack.submits({"Target date": "2026-09-21"}, by=ANA)

    assert {entry.source for entry in await bot.store.audit.list()} == {f"form in {ONBOARDING}"}


async def test_form_opened_on_home_says_home(slack, bot):
    await slack.opens_home(by=ANA)
    await slack.clicks("New onboarding", by=ANA)
    (offered,) = await slack.searches("ob:new-customer", "globex chan", by=ANA)
    await slack.submits({"Customer": offered}, by=ANA)

    (entry, *_) = await bot.store.audit.list()
    assert (entry.source, entry.action, entry.outcome) == ("form in Home", "new", "done")


async def test_each_piece_of_a_handover_that_was_busy_is_kept(slack, bot, pivotal, clock):
    key = f"write:T0HOME001:{pivotal.onboarding(89)['id']}"
    await slack.types("/onboarding handover @ana @ben", by=CARA, channel=ONBOARDING)
    await bot.store.claims.lease(key, holder="Ana Ruiz", now=clock(), ttl=timedelta(seconds=60))

    await slack.submits({}, by=CARA)

    entries = await bot.store.audit.list(onboarding_id=pivotal.onboarding(89)["id"])
    assert [(entry.action, entry.outcome) for entry in entries] == [("owner", "refused")]


class TestReadOnlyPilot:
    @pytest.fixture
    def settings(self, settings):
        return settings.model_copy(update={"bot_writes": "off"})

    async def test_refused_write_has_the_onboarding_and_how_it_stands(self, ask, kept):
        await ask("#89")

        await ask("pause #89", by=BEN)

        entry = await kept()
        assert told(entry) == ("Ben Okafor", f"command in {ONBOARDING}", "pause", "Aurora Foods", STANDS, "refused")
        assert "changes nothing in Pivotal" in entry.reason
