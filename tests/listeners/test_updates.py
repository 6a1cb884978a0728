"""Update…: several fields in one form and one write, and nothing typed is lost."""

import pytest

from bot.sandbox.slack.world import ANA, CARA, DEVON, ONBOARDING

pytestmark = pytest.mark.parametrize("mode", ["socket"])


@pytest.fixture
def opened(ask, slack):
    """`await opened()`: Cara, who may change everything, has pressed Update… on her card; gives the form's text."""

    async def opens(*, by=CARA, typed="aurora"):
        await ask(typed, by=by)
        await slack.clicks("Update…", by=by, channel=ONBOARDING)
        return str(slack.modal(by))

    return opens


async def test_several_fields_are_written_at_once(opened, slack, pivotal, audited):
    form = await opened()

    saved = await slack.submits({"State and phase": "Mark at risk", "Target date": "2026-09-18"}, by=CARA)

    assert "Aurora Foods (onboarding #89)" in form
    assert "Ana Ruiz" in form
    assert saved.ok
    assert [request.body for request in pivotal.patches(89)] == [
        {"state": "at_risk", "target_launch_date": "2026-09-18T00:00:00Z"}
    ]
    assert "marked it at risk (was Active), moved the target date" in str(slack.modal(CARA))
    assert await audited() == [("Cara Lindqvist", "update", "done")]


async def test_date_picker_alone_moves_the_date_and_undo_takes_it_back(opened, slack, pivotal):
    await opened()
    await slack.submits({"Target date": "2026-09-20"}, by=CARA)
    moved = pivotal.onboarding(89)["target_launch_date"]

    await slack.clicks("Undo", by=CARA)

    assert moved.startswith("2026-09-20")
    assert pivotal.onboarding(89)["target_launch_date"].startswith("2026-09-16")


async def test_date_can_be_taken_away(opened, slack, pivotal):
    await opened()

    await slack.submits({"no-day": ["no-day"]}, by=CARA)

    assert pivotal.onboarding(89)["target_launch_date"] is None


async def test_owner_is_found_by_typing(opened, slack, pivotal):
    await opened()

    await slack.submits({"SE": "Ana Ruiz"}, by=CARA)

    assert pivotal.onboarding(89)["se_id"] == "user_csm_001"
    assert "made Ana Ruiz the SE (was Ben Okafor)" in str(slack.modal(CARA))


async def test_owners_of_the_record_do_not_choose_its_owners(opened, slack, pivotal):
    form = await opened(by=ANA)

    assert "'SE'" not in form
    assert "Target date" in form


@pytest.mark.parametrize("values", [{"State and phase": "Send back to Program design"}, {"Target date": "2026-09-24"}])
async def test_what_is_grave_wants_a_reason_beside_its_field(opened, slack, pivotal, bot, values):
    form = await opened()
    without = await slack.submits(values, by=CARA)
    untouched = pivotal.patches(89)
    saved = await slack.submits({**values, "Why?": "the design changed"}, by=CARA)

    assert "Pivotal may show the customer that the phase went back." in form
    assert not without.ok
    assert untouched == []
    assert saved.ok
    assert len(pivotal.patches(89)) == 1
    assert (await bot.store.audit.list(limit=1))[0].reason == "the design changed"


async def test_a_form_sent_as_it_was_writes_nothing(opened, slack, pivotal):
    await opened()

    saved = await slack.submits({}, by=CARA)

    assert not saved.ok
    assert pivotal.patches(89) == []


async def test_changed_underneath_shows_the_difference_and_keeps_what_was_chosen(opened, slack, pivotal):
    await opened()
    pivotal.edit(89, phase="internal_qa", csm_id="user_csm_002")

    await slack.submits({"Target date": "2026-09-20", "Why?": "the fair"}, by=CARA)
    once_more, untouched = str(slack.modal(CARA)), pivotal.patches(89)
    await slack.submits({}, by=CARA)

    assert "phase is now Internal QA (you saw Review)" in once_more
    assert "2026-09-20" in once_more
    assert "the fair" in once_more
    assert untouched == []
    assert [request.body for request in pivotal.patches(89)] == [{"target_launch_date": "2026-09-20T00:00:00Z"}]
    assert pivotal.onboarding(89)["csm_id"] == "user_csm_002"


async def test_another_owner_than_the_one_seen_is_not_overwritten(opened, slack, pivotal):
    await opened()
    pivotal.edit(89, se_id="user_csm_002")

    await slack.submits({"SE": "Ana Ruiz"}, by=CARA)

    assert pivotal.patches(89) == []
    assert "the SE is another one now" in str(slack.modal(CARA))


async def test_from_a_posted_card_everybody_reads_what_was_done(shared, slack, pivotal, as_posted, replies):
    card = await shared()
    await slack.clicks("Update…", by=ANA, message=card)

    await slack.submits({"State and phase": "Pause"}, by=ANA)

    assert "⏸️ Paused" in as_posted(card).seen
    assert "Undo" not in as_posted(card).seen
    assert replies(card) == ["Ana Ruiz paused it (was Active)"]


async def test_a_launch_is_retracted_in_the_form(opened, slack, pivotal):
    pivotal.edit(89, phase="launch")
    await opened()
    without = await slack.submits({"State and phase": "Retract the launch (pause)"}, by=CARA)

    await slack.submits({"Why?": "called off"}, by=CARA)

    assert not without.ok
    assert pivotal.state_of(89) == "paused"


async def test_somebody_else_gets_no_form(opened, slack, pivotal):
    assert "You may not change the state of this onboarding" in await opened(by=DEVON)


async def test_typed_update_opens_the_same_form(slack, bot):
    await slack.types("/onboarding update aurora foods", by=ANA, channel=ONBOARDING)

    assert "State and phase" in str(slack.modal(ANA))


async def test_typed_update_of_a_name_that_is_only_alike_is_picked_from_a_list(slack, bot):
    await slack.types("/onboarding update acm", by=ANA, channel=ONBOARDING)
    listed = str(slack.modal(ANA))
    await slack.clicks("Choose Acme Corp #101", by=ANA)

    assert "No customer is called exactly “acm”" in listed
    assert "State and phase" in str(slack.modal(ANA))
    assert "Acme Corp (onboarding #101)" in str(slack.modal(ANA))


@pytest.mark.parametrize("verb", ["update #89", "date #89"])
async def test_form_refused_is_kept_in_the_log(opened, slack, audited, verb):
    await opened(by=DEVON)
    await slack.types(f"/onboarding {verb}", by=DEVON, channel=ONBOARDING)

    assert await audited() == [("Devon Park", "update", "refused")] * 2


async def test_form_about_what_is_completed_is_refused_and_kept(slack, pivotal, bot, audited):
    pivotal.edit(89, phase="completed")

    await slack.types("/onboarding update #89", by=ANA, channel=ONBOARDING)

    assert "is completed" in str(slack.modal(ANA))
    assert await audited() == [("Ana Ruiz", "update", "refused")]


async def test_pressed_modal_is_replaced_only_as_it_was_seen(slack, bot):
    await slack.types("/onboarding update acm", by=ANA, channel=ONBOARDING)
    seen = slack.modal(ANA)["hash"]

    await slack.clicks("Choose Acme Corp #101", by=ANA)

    assert slack.calls_of("views.update")[-1].args["hash"] == seen
