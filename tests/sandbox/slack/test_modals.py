"""Modals: triggers, hashes, submissions and their four answers."""

import pytest
from slack_sdk.errors import SlackApiError

from bot.sandbox.slack import LocalSlack
from bot.sandbox.slack.world import ANA, BEN, ONBOARDING


def plain(text: str) -> dict:
    return {"type": "plain_text", "text": text}


def form(title: str = "Pause", **fields) -> dict:
    reason = {
        "type": "input",
        "block_id": "reason",
        "label": plain("Reason"),
        "element": {"type": "plain_text_input", "action_id": "text", "max_length": 20},
    }
    until = {
        "type": "input",
        "block_id": "until",
        "optional": True,
        "label": plain("Until"),
        "element": {"type": "datepicker", "action_id": "date"},
    }
    return {
        "type": "modal",
        "callback_id": "pause",
        "title": plain(title),
        "submit": plain("Save"),
        "private_metadata": "89",
        "blocks": [reason, until],
        **fields,
    }


@pytest.fixture
async def triggers(app, connect) -> list[str]:
    given: list[str] = []

    @app.command("/onboarding")
    async def command(ack, body) -> None:
        given.append(body["trigger_id"])
        await ack()

    await connect()
    return given


@pytest.fixture
async def opened(slack: LocalSlack, triggers, client) -> dict:
    """The view that Ana has open."""
    await slack.types("/onboarding", by=ANA, channel=ONBOARDING)
    answer = await client.views_open(trigger_id=triggers[0], view=form(notify_on_close=True))
    return answer["view"]


def title(slack: LocalSlack) -> str | None:
    view = slack.modal(ANA)
    return view["title"]["text"] if view else None


async def refusal(call) -> str:
    with pytest.raises(SlackApiError) as refused:
        await call
    return refused.value.response["error"]


async def test_a_trigger_opens_one_modal_for_its_person(slack: LocalSlack, opened, client, triggers) -> None:
    assert title(slack) == "Pause"
    assert slack.modal(BEN) is None
    assert await refusal(client.views_open(trigger_id=triggers[0], view=form())) == "trigger_exchanged"


@pytest.mark.parametrize(("seconds", "works"), [(3, True), (3.1, False)])
async def test_a_trigger_lives_three_seconds(
    slack: LocalSlack, triggers, client, clock, seconds: float, works: bool
) -> None:
    await slack.types("/onboarding", by=ANA, channel=ONBOARDING)
    clock.passes(seconds=seconds)

    if works:
        await client.views_open(trigger_id=triggers[0], view=form())
    else:
        assert await refusal(client.views_open(trigger_id=triggers[0], view=form())) == "expired_trigger_id"

    assert (slack.modal(ANA) is not None) is works


async def test_a_made_up_trigger_is_refused(client) -> None:
    assert await refusal(client.views_open(trigger_id="12.34", view=form())) == "invalid_trigger_id"


async def test_a_modal_beyond_the_limits_is_refused_with_details(slack: LocalSlack, triggers, client) -> None:
    await slack.types("/onboarding", by=ANA, channel=ONBOARDING)

    with pytest.raises(SlackApiError) as refused:
        await client.views_open(trigger_id=triggers[0], view=form("x" * 25))

    answer = refused.value.response
    assert answer["error"] == "invalid_arguments"
    assert (
        "[ERROR] must be less than 25 characters [json-pointer:/view/title/text]"
        in (answer["response_metadata"]["messages"])
    )


async def test_an_update_with_an_old_hash_conflicts(slack: LocalSlack, opened, client) -> None:
    await client.views_update(view_id=opened["id"], hash=opened["hash"], view=form("Second"))

    late = client.views_update(view_id=opened["id"], hash=opened["hash"], view=form("Third"))

    assert await refusal(late) == "hash_conflict"
    assert title(slack) == "Second"


async def test_an_update_of_a_closed_modal_is_refused(slack: LocalSlack, opened, client, app) -> None:
    @app.view_closed("pause")
    async def closed(ack) -> None:
        await ack()

    await slack.closes(by=ANA)

    assert await refusal(client.views_update(view_id=opened["id"], view=form())) == "not_found"


async def test_a_submission_carries_the_values_and_closes(slack: LocalSlack, opened, app) -> None:
    bodies = []

    @app.view("pause")
    async def pause(ack, body) -> None:
        bodies.append(body)
        await ack()

    submitted = await slack.submits({"Reason": "Waiting for legal", "until": "2026-09-18"}, by=ANA)

    assert submitted.ok
    assert slack.modal(ANA) is None
    view = bodies[0]["view"]
    assert view["state"]["values"]["reason"]["text"] == {"type": "plain_text_input", "value": "Waiting for legal"}
    assert view["state"]["values"]["until"]["date"] == {"type": "datepicker", "selected_date": "2026-09-18"}
    assert view["private_metadata"] == "89"
    assert bodies[0]["user"]["id"] == ANA


async def test_field_errors_stand_beside_the_field_and_the_modal_stays(slack: LocalSlack, opened, app) -> None:
    @app.view("pause")
    async def pause(ack) -> None:
        await ack(response_action="errors", errors={"reason": "Say a little more."})

    submitted = await slack.submits({"Reason": "x"}, by=ANA)

    assert submitted.error == "field_errors"
    view = slack.modal(ANA)
    assert view is not None
    assert view["errors"] == {"reason": "Say a little more."}
    assert view["state"]["values"]["reason"]["text"]["value"] == "x"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "Please complete this required field."),
        ({"Reason": "x" * 21}, "This entry must be at most 20 characters."),
    ],
)
async def test_slacks_own_form_refuses_before_the_app_hears(slack: LocalSlack, opened, app, values, message) -> None:
    heard = []

    @app.view("pause")
    async def pause(ack) -> None:
        heard.append(1)
        await ack()

    await slack.submits(values, by=ANA)

    view = slack.modal(ANA)
    assert view is not None
    assert view["errors"] == {"reason": message}
    assert heard == []


async def test_a_submission_can_be_answered_with_another_view(slack: LocalSlack, opened, app) -> None:
    @app.view("pause")
    async def pause(ack) -> None:
        await ack(response_action="update", view=form("Saved", submit=None, blocks=[{"type": "divider"}]))

    await slack.submits({"Reason": "x"}, by=ANA)

    assert title(slack) == "Saved"


async def test_views_lie_three_deep_and_clear_takes_them_all(slack: LocalSlack, opened, app) -> None:
    @app.view("pause")
    async def pause(ack, body) -> None:
        await ack(response_action="push", view=form("Deeper"))

    @app.view("last")
    async def last(ack) -> None:
        await ack(response_action="clear")

    await slack.submits({"Reason": "1"}, by=ANA)
    await slack.submits({"Reason": "2"}, by=ANA)
    third = slack.modal(ANA)
    fourth = await slack.submits({"Reason": "3"}, by=ANA)
    await slack.closes(by=ANA)
    below = slack.modal(ANA)

    assert third is not None
    assert below is not None
    assert third["previous_view_id"] == below["id"]
    assert third["root_view_id"] == opened["id"]
    assert fourth.error == "push_limit_reached"


async def test_clear_closes_every_view(slack: LocalSlack, opened, app) -> None:
    answers = [{"response_action": "push", "view": form("Deeper")}, {"response_action": "clear"}]

    @app.view("pause")
    async def pause(ack) -> None:
        await ack(**answers.pop(0))

    await slack.submits({"Reason": "1"}, by=ANA)
    await slack.submits({"Reason": "2"}, by=ANA)

    assert slack.modal(ANA) is None


async def test_an_answer_slack_cannot_follow_shows_its_trouble_line(slack: LocalSlack, opened, app) -> None:
    @app.view("pause")
    async def pause(ack) -> None:
        await ack(response_action="update", view=form("x" * 25))

    submitted = await slack.submits({"Reason": "x"}, by=ANA)

    assert submitted.error == "invalid_arguments"
    assert slack.notices(ANA) == ["We had some trouble connecting. Try again?"]
    assert title(slack) == "Pause"


async def test_a_late_answer_to_a_submission_shows_the_trouble_line(slack: LocalSlack, opened, app, clock) -> None:
    @app.view("pause")
    async def pause(ack) -> None:
        clock.passes(seconds=4)
        await ack()

    submitted = await slack.submits({"Reason": "x"}, by=ANA)

    assert submitted.error == "operation_timeout"
    assert slack.notices(ANA) == ["We had some trouble connecting. Try again?"]


async def test_closing_is_told_when_the_app_asked_for_it(slack: LocalSlack, opened, app) -> None:
    bodies = []

    @app.view_closed("pause")
    async def closed(ack, body) -> None:
        bodies.append(body)
        await ack()

    await slack.closes(by=ANA)

    assert slack.modal(ANA) is None
    assert [(body["type"], body["is_cleared"]) for body in bodies] == [("view_closed", False)]


async def test_a_press_in_a_modal_carries_the_view_and_no_channel(slack: LocalSlack, triggers, client, app) -> None:
    bodies = []

    @app.action("preview")
    async def preview(ack, body, client) -> None:
        bodies.append(body)
        await ack()
        await client.views_update(view_id=body["view"]["id"], hash=body["view"]["hash"], view=form("Preview"))

    button = {"type": "button", "action_id": "preview", "text": plain("Preview")}
    await slack.types("/onboarding", by=ANA, channel=ONBOARDING)
    view = form(blocks=[*form()["blocks"], {"type": "actions", "elements": [button]}])
    await client.views_open(trigger_id=triggers[0], view=view)

    await slack.clicks("Preview", by=ANA)

    await slack.until(lambda: title(slack) == "Preview")
    assert bodies[0]["container"]["type"] == "view"
    assert "channel" not in bodies[0]
    assert "response_url" not in bodies[0]


async def test_typed_text_survives_an_update_that_keeps_the_field(slack: LocalSlack, opened, client, app) -> None:
    @app.view("pause")
    async def pause(ack) -> None:
        await ack(response_action="errors", errors={"reason": "More."})

    await slack.submits({"Reason": "typed"}, by=ANA)

    await client.views_update(view_id=opened["id"], view=form("Updated"))

    view = slack.modal(ANA)
    assert view is not None
    assert view["state"]["values"]["reason"]["text"]["value"] == "typed"
    assert view["errors"] is None
