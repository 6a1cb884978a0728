"""Typing a date or an owner: understood, echoed, asked about where it matters."""

import pytest

from bot.domain.records import Person
from bot.sandbox.slack.world import ANA, BEN, CARA, DEVON, ONBOARDING

pytestmark = pytest.mark.parametrize("mode", ["socket"])


@pytest.fixture
def target(pivotal):
    """`target(89)`: the target date in Pivotal."""

    def of(number):
        return (pivotal.onboarding(number)["target_launch_date"] or "none")[:10]

    return of


@pytest.mark.parametrize(
    ("typed", "day", "echo"),
    [
        ("date aurora foods 2026-09-20", "2026-09-20", "Wed 16 Sep 2026 → Sun 20 Sep 2026"),
        ("date #89 +7d", "2026-09-23", "→ Wed 23 Sep 2026"),
        ("target #89 fri", "2026-09-11", "→ Fri 11 Sep 2026"),
        ("date #89 18 Sep", "2026-09-18", "→ Fri 18 Sep 2026"),
        ("date #89 Sep 18 for the fair", "2026-09-18", "Reason: for the fair"),
        ("date #89 20/9", "2026-09-20", "→ Sun 20 Sep 2026"),
        ("date #89 none", "none", "took the target date away (was Wed 16 Sep 2026)"),
    ],
)
async def test_date_is_written_and_echoed(ask, target, typed, day, echo):
    answer = await ask(typed)

    assert target(89) == day
    assert echo in answer


async def test_date_is_sent_as_pivotal_writes_dates(ask, pivotal):
    await ask("date #89 2026-09-20")

    assert pivotal.patches(89)[0].body == {"target_launch_date": "2026-09-20T00:00:00Z"}


async def test_first_date_counts_from_today(ask, target):
    await ask("date #101 +7d")

    assert target(101) == "2026-09-14"


async def test_date_with_two_readings_is_refused_showing_both(ask, pivotal):
    answer = await ask("date #89 9/10")

    assert "“9/10” could be 9 Oct (2026-10-09) or 10 Sep (2026-09-10)" in answer
    assert pivotal.patches(89) == []


async def test_third_shift_in_a_phase_is_said_before_it_is_made(ask, slack, pivotal, target):
    for _ in range(2):
        await ask("date #89 +2d")
    untouched = target(89)

    question = await ask("date #89 +2d")
    await slack.clicks("Move the target date", by=ANA, channel=ONBOARDING)

    assert untouched == "2026-09-20"
    assert "This is shift number 3 in this phase" in question
    assert target(89) == "2026-09-22"


async def test_somebody_else_may_not(ask, pivotal):
    assert "You may not change the target date" in await ask("date #89 fri", by=DEVON)
    assert pivotal.patches(89) == []


async def test_owner_is_asked_about_naming_old_and_new(ask, slack, pivotal, bot):
    await bot.store.people.link(Person("user_csm_003", slack_id=DEVON, name="Devon Park"))
    await bot.services.people.load()

    question = await ask(f"owner aurora foods se <@{DEVON}|devon>", by=CARA)
    await slack.clicks("Change owner", by=CARA, channel=ONBOARDING)

    assert "The SE is Ben Okafor now." in question
    assert "SE Devon Park" in question
    assert pivotal.onboarding(89)["se_id"] == "user_csm_003"
    assert "You made Devon Park the SE (was Ben Okafor)" in slack.seen(CARA, ONBOARDING)


async def test_owner_changed_meanwhile_writes_nothing(ask, slack, pivotal):
    await ask(f"owner #89 se <@{ANA}|ana>", by=CARA)
    pivotal.edit(89, se_id="user_csm_002")

    await slack.clicks("Change owner", by=CARA, channel=ONBOARDING)

    assert pivotal.patches(89) == []
    assert "the SE is another one now" in slack.seen(CARA, ONBOARDING)


async def test_nobody_can_have_a_role(ask, slack, pivotal):
    await ask("owner #89 se none", by=CARA)
    await slack.clicks("Change owner", by=CARA, channel=ONBOARDING)

    assert pivotal.onboarding(89)["se_id"] is None


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (f"owner #89 se <@{DEVON}|devon>", "is not linked to a Pivotal user"),
        ("owner #89 se devon", "I don’t know who “devon” is"),
        (f"owner #89 king <@{BEN}|ben>", "Which role, and who?"),
        (f"owner #89 se <@{BEN}|ben>", "has that owner already"),
    ],
)
async def test_owner_that_cannot_be_is_refused(ask, pivotal, typed, words):
    assert words in await ask(typed, by=CARA)
    assert pivotal.patches(89) == []


@pytest.mark.parametrize("typed", ["date #89", "owner aurora foods", "state #89"])
async def test_without_its_value_the_form_is_opened(slack, bot, typed):
    await slack.types(f"/onboarding {typed}", by=CARA, channel=ONBOARDING)

    assert "State and phase" in str(slack.modal(CARA))
    assert "Aurora Foods (onboarding #89)" in str(slack.modal(CARA))


async def test_without_its_value_a_choice_leads_to_the_form(ask, slack):
    await ask("date acme", by=CARA)
    await slack.clicks("Choose Acme Corp #101", by=CARA, channel=ONBOARDING)

    assert "Acme Corp (onboarding #101)" in str(slack.modal(CARA))


async def test_owners_are_for_managers(ask, pivotal):
    assert "You may not change who owns an onboarding" in await ask(f"owner #89 se <@{ANA}|ana>")
    assert pivotal.patches(89) == []
