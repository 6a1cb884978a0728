"""Handover: a preview with a tick for each role, one confirm, and nothing overwritten that somebody changed."""

import pytest

from bot.domain.records import Person
from bot.sandbox.pivotal import Fault
from bot.sandbox.slack.world import ANA, BEN, CARA, DEVON, ONBOARDING


@pytest.fixture
def mode():
    return "socket"


@pytest.fixture
def opens(slack, bot):
    async def opened(text="handover @ana @ben", *, by=CARA):
        await slack.types(f"/onboarding {text}", by=by, channel=ONBOARDING)
        return str(slack.modal(by))

    return opened


@pytest.fixture
def shown(slack):
    def text(by=CARA):
        return str(slack.modal(by))

    return text


def owners(pivotal, role="csm_id"):
    return {number: pivotal.onboarding(number)[role] for number in (89, 101, 103, 104, 108, 109)}


@pytest.mark.parametrize("mode", ["socket", "http"])
async def test_all_that_is_ticked_is_handed_over_with_a_row_each(opens, slack, pivotal, shown, bot):
    preview = await opens()

    await slack.submits({}, by=CARA)

    assert "Ana Ruiz → Ben Okafor" in preview
    assert "6 roles" in preview
    assert "Aurora Foods · #89 · CSM" in preview
    assert set(owners(pivotal).values()) == {"user_se_001"}
    assert "Handed over 6 roles of 6, Ana Ruiz → Ben Okafor." in shown()
    rows = await bot.store.audit.list()
    assert [(row.name, row.action, row.outcome, row.reason) for row in rows] == [
        ("Cara Lindqvist", "owner", "done", "handover")
    ] * 6
    assert {row.onboarding_id for row in rows} == {pivotal.onboarding(n)["id"] for n in owners(pivotal)}


async def test_what_is_not_ticked_stays(opens, slack, pivotal, shown):
    await opens()

    await slack.submits({"ticks0": [f"csm|user_csm_001|{pivotal.onboarding(89)['id']}"]}, by=CARA)

    assert owners(pivotal) == {**dict.fromkeys(owners(pivotal), "user_csm_001"), 89: "user_se_001"}
    assert "Handed over 1 role of 1" in shown()


async def test_nothing_ticked_is_said_beside_the_ticks(opens, slack, pivotal):
    await opens()

    acknowledged = await slack.submits({"ticks0": []}, by=CARA)

    assert acknowledged.error == "field_errors"
    assert "Tick at least one" in slack.modal(CARA)["errors"]["ticks0"]


async def test_each_role_has_its_own_tick(opens, slack, pivotal, bot):
    pivotal.edit(89, se_id="user_csm_001")
    await slack.types("/onboarding #89", by=CARA, channel=ONBOARDING)

    preview = await opens()

    assert "7 roles" in preview
    assert "Aurora Foods · #89 · CSM" in preview
    assert "Aurora Foods · #89 · SE" in preview


async def test_what_somebody_changed_meanwhile_is_left_alone(opens, slack, pivotal, shown, bot):
    await opens()
    pivotal.edit(89, csm_id="user_csm_002")

    await slack.submits({}, by=CARA)

    assert pivotal.onboarding(89)["csm_id"] == "user_csm_002"
    assert "Handed over 5 roles of 6" in shown()
    assert "left." not in shown(), "it is not hers to give any more"
    assert "Aurora Foods · #89 · CSM: the CSM is another one now" in shown()


async def test_a_phase_that_moved_meanwhile_is_no_hindrance(opens, slack, pivotal):
    await opens()
    pivotal.edit(89, phase="internal_qa")

    await slack.submits({}, by=CARA)

    assert pivotal.onboarding(89)["csm_id"] == "user_se_001"


async def test_it_ends_where_pivotal_ends_and_goes_on_from_there(opens, slack, pivotal, shown):
    await opens()
    pivotal.fails(Fault.forbidden, times=1, method="PATCH", path=f"/onboardings/{pivotal.onboarding(101)['id']}")
    await slack.submits({}, by=CARA)
    ended = shown()

    await slack.clicks("Show what is left", by=CARA)
    left = shown()
    await slack.submits({}, by=CARA)

    assert "Pivotal does not let the bot’s key do this" in ended
    assert "Nothing was changed" not in ended
    assert "Show what is left" in ended
    assert "Acme Corp · #101" in left
    assert set(owners(pivotal).values()) == {"user_se_001"}
    assert "0 left" not in shown()
    assert "left." not in shown()


async def test_as_many_are_left_as_running_it_again_shows(opens, slack, pivotal, shown):
    await opens()
    pivotal.edit(89, csm_id="user_csm_002")
    last = pivotal.onboarding(109)["id"]
    pivotal.fails(Fault.forbidden, times=1, method="PATCH", path=f"/onboardings/{last}")
    await slack.submits({}, by=CARA)
    ended = shown()

    await slack.clicks("Show what is left", by=CARA)

    assert "Handed over 4 roles of 6" in ended
    assert "1 role left." in ended
    assert "1 role." in shown()


async def test_a_write_whose_answer_was_lost_is_looked_up_and_told_as_it_is(opens, slack, pivotal, shown):
    await opens()
    path = f"/onboardings/{pivotal.onboarding(89)['id']}"
    pivotal.fails(Fault.error_500_after, times=1, method="PATCH", path=path)

    await slack.submits({}, by=CARA)

    assert "Handed over 6 roles of 6" in shown()
    assert len(pivotal.patches(89)) == 1


async def test_more_than_one_go_takes_says_how_many_are_left_out(opens, slack, pivotal, clock):
    for number in range(300, 360):
        pivotal.has_onboarding(number, customer="Many Inc", phase="review", csm_id="user_csm_001")
    clock.passes(minutes=5)

    preview = await opens()

    assert "50 roles" in preview
    assert "16 more are not shown" in preview


async def test_who_has_left_slack_is_named_by_the_pivotal_id(opens, slack, pivotal, shown):
    await opens("handover user_csm_002 @ben")

    await slack.submits({}, by=CARA)

    assert "Handed over 1 role of 1" in shown()
    assert pivotal.onboarding(102)["csm_id"] == "user_se_001"


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("handover", "Say from whom, and to whom."),
        ("handover @ana", "Say from whom, and to whom."),
        ("handover @ana ben", "Say from whom, and to whom."),
    ],
)
async def test_half_a_handover_is_explained(ask, typed, told):
    assert told in await ask(typed, by=CARA)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("handover @ana @ana", "the same person twice"),
        ("handover @devon @ben", "not linked to a Pivotal user"),
        ("handover @ana @devon", "Devon Park cannot take over"),
        ("handover nobody @ben", "neither a person here nor a Pivotal user"),
    ],
)
async def test_what_cannot_be_handed_over_is_said_in_the_modal(opens, typed, told):
    assert told in await opens(typed)


async def test_a_guessed_link_is_not_enough_to_take_over(opens, bot):
    guess = Person("user_csm_003", slack_id=DEVON, name="Devon Park", learned="claim", confirmed=False)
    await bot.store.people.link(guess)
    await bot.services.people.load()

    assert "no admin has confirmed who they are" in await opens("handover @ana @devon")


@pytest.mark.parametrize("person", [ANA, BEN, DEVON])
async def test_only_managers_and_admins_hand_over(ask, pivotal, person):
    assert "You may not hand onboardings over" in await ask("handover @ana @ben", by=person)
    assert owners(pivotal)[89] == "user_csm_001"


async def test_completed_onboardings_are_not_handed_over(opens, pivotal, clock):
    pivotal.edit(89, phase="completed")
    clock.passes(minutes=5)

    assert "Aurora Foods" not in await opens()
