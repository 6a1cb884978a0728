"""Launch, completed, back, skip and a late date: a form says exactly what happens, and takes the reason."""

import pytest
from pydantic import SecretStr

from bot.sandbox.pivotal import Fault
from bot.sandbox.slack.world import ANA, BEN, CARA, DEVON, LAUNCHES, ONBOARDING

pytestmark = pytest.mark.parametrize("mode", ["socket"])


@pytest.fixture
def say(slack, bot):
    """`await say("back #89")`: Ana, or somebody else, types it; gives their modal's text."""

    async def says(text, *, by=ANA):
        assert (await slack.types(f"/onboarding {text}", by=by, channel=ONBOARDING)).ok
        return str(slack.modal(by))

    return says


@pytest.fixture
def reason(bot):
    async def newest():
        return (await bot.store.audit.list(limit=1))[0].reason

    return newest


async def test_launch_button_opens_a_form_that_names_everything(ask, slack, pivotal, reason):
    pivotal.edit(104, target_launch_date="2026-09-09")
    await ask("#104")

    await slack.clicks("Advance to Launch", by=ANA, channel=ONBOARDING)
    form = str(slack.modal(ANA))
    untouched = pivotal.patches(104)
    await slack.submits({"reason": "all signed"}, by=ANA)

    assert "Move Globex (onboarding #104) from Internal QA to Launch?" in form
    assert "Pivotal will send the CSM a Slack DM, make a customer-calendar entry" in form
    assert "Target date Wed 9 Sep 2026 (in 2 days)" in form
    assert "CSM Ana Ruiz" in form
    assert "Why: " in form or "No open risk." in form
    assert "The reason is kept here; Pivotal’s API takes none." in form
    assert untouched == []
    assert pivotal.transitions(104) == ["launch"]
    assert await reason() == "all signed"
    assert "You advanced Internal QA → Launch. Reason: all signed" in str(slack.modal(ANA))
    assert "Undo" not in str(slack.modal(ANA))


async def test_launch_on_a_posted_card_is_told_there(ask, slack, pivotal, as_posted, replies):
    await ask("#104")
    await slack.clicks("Share to channel", by=ANA, channel=ONBOARDING)
    card = next(message for message in reversed(slack.messages(ONBOARDING)) if not message.ephemeral_to)

    await slack.clicks("Advance to Launch", by=ANA, message=card)
    await slack.submits({}, by=ANA)

    assert pivotal.transitions(104) == ["launch"]
    assert "Launch (6 of 7)" in as_posted(card).seen
    assert replies(card) == ["Ana Ruiz advanced Internal QA → Launch"]


async def test_typed_launch_opens_the_same_form(say, slack, pivotal):
    form = await say("advance #104")
    await slack.submits({}, by=ANA)

    assert "customer-calendar entry" in form
    assert pivotal.transitions(104) == ["launch"]


async def test_form_that_came_too_late_gives_way_to_a_button(ask, slack, pivotal):
    slack.fails("views.open", error="expired_trigger_id")

    question = await ask("advance #104")
    await slack.clicks("Advance to Launch", by=ANA, channel=ONBOARDING)
    await slack.submits({}, by=ANA)

    assert "customer-calendar entry" in question
    assert pivotal.transitions(104) == ["launch"]


async def test_completed_is_said_to_be_final(say, slack, pivotal):
    pivotal.edit(104, phase="launch")

    form = await say("advance #104")
    await slack.submits({}, by=ANA)

    assert "it is final" in form
    assert pivotal.phase_of(104) == "completed"


async def test_back_wants_a_reason_and_says_who_may_see_it(say, slack, pivotal, reason):
    form = await say("back aurora foods")
    without = await slack.submits({}, by=ANA)
    untouched = pivotal.patches(89)
    await slack.submits({"reason": "the design changed"}, by=ANA)

    assert "Send Aurora Foods (onboarding #89) back from Review to Program design?" in form
    assert "Pivotal may show the customer that the phase went back." in form
    assert not without.ok
    assert untouched == []
    assert pivotal.transitions(89) == ["program_design"]
    assert await reason() == "the design changed"
    assert "You sent it back Review → Program design." in str(slack.modal(ANA))


async def test_reason_of_blanks_is_refused_beside_its_field(say, slack, pivotal):
    await say("back #89")

    answer = await slack.submits({"reason": "  \n "}, by=ANA)

    assert not answer.ok
    assert pivotal.patches(89) == []


async def test_back_of_a_launch_says_how_it_is_retracted(ask, pivotal):
    pivotal.edit(104, phase="launch")
    await ask("#104")

    assert "To retract a launch, pause it." in await ask("back #104")
    assert pivotal.patches(104) == []


async def test_what_was_typed_survives_a_change_underneath(say, slack, pivotal, reason):
    await say("back #89")
    pivotal.edit(89, phase="internal_qa")

    await slack.submits({"reason": "the design changed"}, by=ANA)
    once_more = str(slack.modal(ANA))
    untouched = pivotal.patches(89)
    await slack.submits({}, by=ANA)

    assert "phase is now Internal QA (you saw Review)" in once_more
    assert "back from Internal QA to Program buildout?" in once_more
    assert "the design changed" in once_more
    assert untouched == []
    assert pivotal.transitions(89) == ["internal_qa", "program_buildout"]
    assert await reason() == "the design changed"


async def test_what_was_typed_survives_trouble_with_pivotal(say, slack, pivotal):
    await say("back #89")
    pivotal.fails(Fault.revoked_key, method="GET")

    await slack.submits({"reason": "the design changed"}, by=ANA)

    assert "does not accept the bot’s key" in str(slack.modal(ANA))
    assert "the design changed" in str(slack.modal(ANA))


async def test_deleted_while_the_form_was_open(say, slack, pivotal):
    await say("back #89")
    pivotal.delete(89)

    await slack.submits({"reason": "the design changed"}, by=ANA)

    assert "no longer exists in Pivotal" in str(slack.modal(ANA))


async def test_skip_names_the_phases_and_is_for_admins(say, ask, slack, pivotal):
    refused = await ask("skip #89 internal qa", by=ANA)
    form = await say("skip #89 Internal QA", by=CARA)
    await slack.submits({"reason": "built in the pilot"}, by=CARA)

    assert "You may not skip phases" in refused
    assert "This skips Program buildout." in form
    assert pivotal.transitions(89) == ["internal_qa"]
    assert "Undo" not in str(slack.modal(CARA))


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("skip #89 nirvana", "Skip to which phase?"),
        ("skip #89 program buildout", "nothing is skipped"),
        ("skip #89 program design", "nothing is skipped"),
    ],
)
async def test_skip_that_skips_nothing_is_refused(ask, pivotal, typed, words):
    assert words in await ask(typed, by=CARA)
    assert pivotal.patches(89) == []


async def test_skip_without_a_phase_asks_which(say, slack, pivotal):
    asked = await say("skip #89", by=CARA)
    await slack.clicks("Launch", by=CARA)
    form = str(slack.modal(CARA))
    await slack.submits({"reason": "built in the pilot"}, by=CARA)

    assert "To which phase shall Aurora Foods (onboarding #89) skip?" in asked
    assert "Program buildout" not in asked
    assert "This skips Program buildout and Internal QA." in form
    assert pivotal.transitions(89) == ["launch"]


@pytest.mark.parametrize("typed", ["back #89", "advance #104", "skip #89 internal qa", "date #89 +8d", "date #89"])
async def test_form_is_opened_before_a_slow_pivotal_is_asked(slack, bot, pivotal, ask, clock, typed):
    await ask("list")
    pivotal.fails(Fault.slow(0.2), method="GET", path="/onboardings/*")

    before = len(pivotal.requests)
    await slack.types(f"/onboarding {typed}", by=CARA, channel=ONBOARDING)

    opened = slack.calls_of("views.open")[0]
    assert "Loading" in str(opened.args["view"])
    assert "Reason" in str(slack.modal(CARA)) or "Why?" in str(slack.modal(CARA))
    assert len(pivotal.requests) > before


async def test_form_that_turns_out_not_to_be_needed_gives_way_to_the_answer(say, slack, pivotal):
    pivotal.edit(104, phase="review")

    asked = await say("advance #104")
    await slack.clicks("Advance to Program buildout", by=ANA)

    assert "Move Globex (onboarding #104) from Review to Program buildout?" in asked
    assert pivotal.phase_of(104) == "program_buildout"
    assert "You advanced Review → Program buildout" in str(slack.modal(ANA))


async def test_choosing_opens_the_form_before_pivotal_is_asked(ask, slack, pivotal):
    await ask("back aurora")

    await slack.clicks("Choose", by=ANA, channel=ONBOARDING)

    assert "Loading" in str(slack.calls_of("views.open")[0].args["view"])
    assert "Pivotal may show the customer" in str(slack.modal(ANA))


async def test_date_more_than_a_week_later_wants_a_reason(say, slack, pivotal, reason):
    form = await say("date #89 +8d")
    await slack.submits({"reason": "holidays"}, by=ANA)

    assert "This moves the target date 8 days later, to Thu 24 Sep 2026." in form
    assert pivotal.onboarding(89)["target_launch_date"].startswith("2026-09-24")
    assert await reason() == "holidays"


async def test_choosing_from_a_list_goes_on_to_the_form(ask, slack, pivotal):
    await ask("back aurora the design changed")

    await slack.clicks("Choose", by=ANA, channel=ONBOARDING)
    form = str(slack.modal(ANA))
    await slack.submits({}, by=ANA)

    assert "the design changed" in form
    assert pivotal.transitions(89) == ["program_design"]


async def test_nobody_else_gets_the_form(ask, slack, pivotal):
    assert "You may not send this onboarding back" in await ask("back #89", by=DEVON)
    assert slack.modal(DEVON) is None


async def test_form_begun_where_customers_came_to_read_writes_nothing(ask, slack, pivotal):
    await ask("#104", channel=LAUNCHES)
    await slack.clicks("Share to channel", by=ANA, channel=LAUNCHES)
    card = next(message for message in reversed(slack.messages(LAUNCHES)) if not message.ephemeral_to)
    await slack.clicks("Advance to Launch", by=ANA, message=card)
    slack.becomes_external(LAUNCHES)

    await slack.submits({}, by=ANA)

    assert pivotal.patches(104) == []


async def test_dry_run_shows_checks_and_effects_and_writes_nothing(ask, pivotal, audited):
    ordinary = await ask("advance aurora --dry-run")
    launch = await ask("advance #104 --dry-run")
    refused = await ask("advance paused ltd --dry-run")

    assert "Nothing was written." in ordinary
    assert "would go from Review to Program buildout" in ordinary
    assert "Pivotal may create this phase’s tasks" in ordinary
    assert "Slack DM" in launch
    assert "is paused" in refused
    assert pivotal.patches(89) == pivotal.patches(104) == []
    assert await audited() == []


class TestTestKey:
    @pytest.fixture
    def settings(self, settings, pivotal):
        return settings.model_copy(update={"pivotal_api_key": SecretStr(pivotal.test_key)})

    async def test_launch_says_that_automations_are_suppressed(self, say, slack, pivotal):
        form = await say("advance #104")
        await slack.submits({}, by=ANA)

        assert "This is a test key: Pivotal suppresses its launch automations" in form
        assert pivotal.transitions(104) == ["launch"]


async def test_owner_by_another_role_may_send_back(say, slack, pivotal):
    await say("back #89", by=BEN)
    await slack.submits({"reason": "the design changed"}, by=BEN)

    assert pivotal.transitions(89) == ["program_design"]
