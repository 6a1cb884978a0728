"""Typing a change: exact names only, a question before a phase is left, a reason after the name."""

import pytest
from pydantic import SecretStr

from bot.sandbox.slack.world import ANA, AURORA_SHARED, DEVON, ONBOARDING

pytestmark = pytest.mark.parametrize("mode", ["socket"])


@pytest.fixture
def reason(bot):
    """`await reason()`: why, as the newest line of the audit has it."""

    async def newest():
        return (await bot.store.audit.list(limit=1))[0].reason

    return newest


@pytest.mark.parametrize("typed", ["advance aurora foods", "Next #89", 'promote "Aurora Foods"', "ADVANCE 89"])
async def test_typed_advance_asks_then_moves(ask, slack, pivotal, typed):
    question = await ask(typed)
    before = pivotal.patches(89)

    await slack.clicks("Advance to Program buildout", by=ANA, channel=ONBOARDING)

    assert "Move Aurora Foods (onboarding #89) from Review to Program buildout?" in question
    assert "Nothing has been changed yet" in question
    assert before == []
    assert pivotal.transitions(89) == ["program_buildout"]
    assert "You advanced Review → Program buildout" in slack.seen(ANA, ONBOARDING)
    assert len(slack.messages(ONBOARDING, ANA)) == 1


@pytest.mark.parametrize(
    "typed", ["advance aurora foods they signed", "next #89 they signed", "#89 advance they signed"]
)
async def test_note_after_the_name_is_kept_as_the_reason(ask, slack, pivotal, reason, typed):
    question = await ask(typed)
    await slack.clicks("Advance to Program buildout", by=ANA, channel=ONBOARDING)

    assert "Reason: they signed" in question
    assert pivotal.transitions(89) == ["program_buildout"]
    assert await reason() == "they signed"


async def test_question_answered_too_late_writes_nothing(ask, slack, pivotal):
    await ask("advance #89")
    pivotal.edit(89, phase="internal_qa")

    await slack.clicks("Advance to Program buildout", by=ANA, channel=ONBOARDING)

    assert pivotal.patches(89) == []
    assert "phase is now Internal QA (you saw Review)" in slack.seen(ANA, ONBOARDING)


async def test_cancel_leaves_it_as_it_is(ask, slack, pivotal):
    await ask("advance #89")

    await slack.clicks("Cancel", by=ANA, channel=ONBOARDING)

    assert pivotal.patches(89) == []
    assert "*Aurora Foods*  ·  #89" in slack.seen(ANA, ONBOARDING)
    assert len(slack.messages(ONBOARDING, ANA)) == 1


async def test_a_name_that_is_only_alike_is_picked_from_a_list(ask, slack, pivotal):
    listed = await ask("advance aurora")
    await slack.clicks("Choose", by=ANA, channel=ONBOARDING)
    question = slack.seen(ANA, ONBOARDING)
    await slack.clicks("Advance to Program buildout", by=ANA, channel=ONBOARDING)

    assert "No customer is called exactly “aurora”" in listed
    assert "Move Aurora Foods (onboarding #89)" in question
    assert pivotal.transitions(89) == ["program_buildout"]
    assert len(slack.messages(ONBOARDING, ANA)) == 1


async def test_a_customer_with_two_onboardings_is_asked_about(ask, slack, pivotal):
    listed = await ask("advance globex")
    await slack.clicks("Choose Globex #103", by=ANA, channel=ONBOARDING)

    assert "Which one do you mean?" in listed
    assert "Move Globex (onboarding #103)" in slack.seen(ANA, ONBOARDING)


async def test_a_second_onboarding_made_meanwhile_is_not_overlooked(ask, pivotal, clock):
    pivotal.has_onboarding(121, customer="Aurora Foods", phase="program_design")
    clock.passes(minutes=3)

    listed = await ask("advance aurora foods")

    assert "#89" in listed
    assert "#121" in listed


async def test_advance_of_a_paused_one_offers_resume(ask, slack, pivotal):
    refused = await ask("advance paused ltd")
    await slack.clicks("Resume", by=ANA, channel=ONBOARDING)

    assert "is paused" in refused
    assert "Resume it first" in refused
    assert pivotal.state_of(109) == "active"
    assert pivotal.transitions(109) == []


async def test_advance_from_an_unknown_phase_is_refused_with_the_reason(ask, pivotal):
    pivotal.edit(89, phase="pilot_run")

    refused = await ask("advance #89")

    assert "Pivotal calls this phase “Pilot run”, which is not in this bot" in refused
    assert "Advance to" not in refused


async def test_advance_of_a_completed_one_is_refused(ask, pivotal):
    pivotal.edit(89, phase="completed")

    assert "is completed, so nothing about it can be changed here" in await ask("advance #89")


async def test_somebody_else_is_refused(ask, pivotal):
    for typed in ("advance #89", "pause #89", "waiting #89", "resume paused ltd"):
        assert "You may not" in await ask(typed, by=DEVON)

    assert pivotal.patches(89) == pivotal.patches(109) == []


@pytest.mark.parametrize(
    ("typed", "state", "why"),
    [
        ("pause #89", "paused", None),
        ("pause #89 budget frozen", "paused", "budget frozen"),
        ("Flag Aurora Foods legal is stuck", "at_risk", "legal is stuck"),
        ('flag "Aurora Foods" legal is stuck', "at_risk", "legal is stuck"),
        ("flag “aurora foods” “legal” & co", "at_risk", "legal & co"),
        ("waiting aurora foods", "waiting", None),
        ("waiting 89 for their data", "waiting", "for their data"),
        ("waiting https://my.pivotal.app/onboardings/89 data", "waiting", "data"),
    ],
)
async def test_state_is_set_and_the_reason_kept(ask, pivotal, reason, typed, state, why):
    answer = await ask(typed)

    assert pivotal.state_of(89) == state
    assert "*Aurora Foods*  ·  #89" in answer
    assert await reason() == why


async def test_waiting_writes_both_fields(ask, pivotal):
    pivotal.switches.waiting = "independent"

    await ask("waiting #89")

    assert pivotal.onboarding(89)["state"] == "waiting"
    assert pivotal.onboarding(89)["waiting_on_customer"] is True


async def test_resume_and_clear(ask, pivotal):
    pivotal.edit(89, state="at_risk")

    cleared = await ask("clear #89")
    resumed = await ask("resume paused ltd")

    assert pivotal.state_of(89) == "active"
    assert pivotal.state_of(109) == "active"
    assert "You cleared at risk" in cleared
    assert "You resumed it" in resumed


async def test_what_it_is_already_is_said(ask, pivotal):
    assert "already active" in await ask("resume #89")
    assert "is not marked at risk" in await ask("clear #89")
    assert pivotal.patches(89) == []


async def test_ending_waiting_asks_first(ask, slack, pivotal):
    pivotal.edit(89, state="waiting", waiting_on_customer=True)

    question = await ask("resume #89")
    before = pivotal.patches(89)
    await slack.clicks("Resume", by=ANA, channel=ONBOARDING)

    assert "This ends “Waiting on customer”; the SLA clock runs again." in question
    assert before == []
    assert pivotal.onboarding(89)["state"] == "active"
    assert pivotal.onboarding(89)["waiting_on_customer"] is False


async def test_alike_name_before_a_reason_is_picked_from_a_list(ask, slack, pivotal):
    listed = await ask("flag aurora legal is stuck")

    assert "No customer is called exactly “aurora”" in listed
    assert pivotal.patches(89) == []


async def test_reason_before_a_choice_is_kept(ask, slack, pivotal, reason):
    await ask("waiting globex for their data")
    await slack.clicks("Choose", by=ANA, channel=ONBOARDING)

    assert pivotal.state_of(103) == "waiting"
    assert await reason() == "for their data"
    assert "Reason: for their data" in slack.seen(ANA, ONBOARDING)


async def test_reason_before_a_question_is_kept(ask, slack, pivotal, reason):
    pivotal.edit(89, state="at_risk", waiting_on_customer=True)

    question = await ask("pause #89 budget <frozen>")
    await slack.clicks("Pause", by=ANA, channel=ONBOARDING)

    assert "This ends “At risk” and “Waiting on customer”." in question
    assert "Reason: budget &lt;frozen&gt;" in question
    assert pivotal.state_of(89) == "paused"
    assert await reason() == "budget <frozen>"
    assert "You paused it (was At risk and Waiting on customer). Reason: budget" in slack.seen(ANA, ONBOARDING)


async def test_choosing_goes_on_with_a_state(ask, slack, pivotal):
    await ask("pause aurora")

    await slack.clicks("Choose", by=ANA, channel=ONBOARDING)

    assert pivotal.state_of(89) == "paused"
    assert "You paused it" in slack.seen(ANA, ONBOARDING)


async def test_customer_whose_name_begins_with_a_number(ask, pivotal, clock):
    pivotal.has_onboarding(7, customer="Seventh Heaven", csm_id="user_csm_001")
    pivotal.has_onboarding(122, customer="7 Eleven", csm_id="user_csm_001")

    clock.passes(minutes=3)
    await ask("pause 7 eleven stock-taking")

    assert pivotal.state_of(122) == "paused"
    assert pivotal.state_of(7) == "active"


async def test_typed_changes_work_privately_where_customers_read(ask, slack, pivotal):
    await ask("pause #89", channel=AURORA_SHARED)

    assert pivotal.state_of(89) == "paused"
    assert [each for each in slack.messages(AURORA_SHARED) if not each.ephemeral_to] == []


class TestTestKey:
    @pytest.fixture
    def settings(self, settings, pivotal):
        return settings.model_copy(update={"pivotal_api_key": SecretStr(pivotal.test_key)})

    async def test_card_wears_the_badge(self, ask):
        assert "`TEST`" in await ask("aurora")


async def test_our_own_words_for_an_onboarding_are_understood_before_a_reason(ask, pivotal):
    await ask("flag onboarding #89 legal is stuck")

    assert pivotal.state_of(89) == "at_risk"
