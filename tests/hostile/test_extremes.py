"""What is signed and of the right shape, but deeper or further away than anything that Slack sends."""

import json
from urllib.parse import urlencode

import pytest
from structlog.testing import capture_logs

from bot.listeners import FEATURES
from bot.listeners.feature import Registry
from bot.sandbox.slack.world import DEVON, ONBOARDING, TEAM
from tests.payloads import MODAL, PRESS, SENT, WHO

REGISTRY = Registry(FEATURES)
DEEP = "[" * 2900


@pytest.fixture
def mode():
    return "http"


@pytest.fixture
def send(post):
    """`await send(payload)`: an interaction that Slack has signed; gives the status, and what the body says."""

    async def sends(payload):
        body = urlencode({"payload": json.dumps(payload)}).encode()
        status, answer = await post(("application/x-www-form-urlencoded", body))
        return status, json.loads(answer or "null")

    return sends


@pytest.fixture
def trigger(slack):
    return lambda: {"trigger_id": slack.workspace.triggers.issue(DEVON), "user": {"id": DEVON, "team_id": TEAM}}


@pytest.mark.parametrize("kept", [DEEP, f"{ONBOARDING} {DEEP}"], ids=["deep", "placed"])
async def test_a_form_that_keeps_brackets_without_end_is_answered_in_words(send, bot, trigger, kept):
    with capture_logs() as logged:
        for callback in sorted(REGISTRY.forms):
            view = {**MODAL, "callback_id": callback, "private_metadata": kept}
            status, answer = await send({**WHO, **trigger(), "type": "view_submission", "view": view})
            await bot.settled()

            assert (callback, status, answer and answer["response_action"]) == (callback, 200, "update")

    assert [line for line in logged if "exc_info" in line] == []


async def test_a_button_that_carries_brackets_without_end_changes_nothing_and_is_no_fault_of_ours(send, bot, trigger):
    with capture_logs() as logged:
        for action in sorted(REGISTRY.buttons):
            press = {**PRESS, "action_id": action, "value": DEEP[:2000]}
            status, _ = await send({**WHO, **trigger(), "type": "block_actions", "actions": [press]})
            await bot.settled()

            assert status == 200, action

    assert [line for line in logged if line["log_level"] == "error"] == []


async def test_a_snooze_at_the_end_of_all_days_is_answered_in_words(send, bot, trigger):
    kept = {"id": "onb_1", "called": "x", "channels": [ONBOARDING], "today": "9999-12-30", "more": 0}
    fields = {
        "until": {"until": {"selected_date": "9999-12-31"}},
        "reason": {"reason": {"value": "holidays"}},
        "channel": {"channel": {"selected_option": {"value": ONBOARDING}}},
    }
    view = {
        **MODAL,
        "callback_id": "ob:snooze-form",
        "private_metadata": json.dumps(kept),
        "state": {"values": fields},
    }

    status, answer = await send({**WHO, **trigger(), "type": "view_submission", "view": view})
    await bot.settled()

    assert (status, answer["response_action"]) == (200, "update")


async def test_an_answer_that_can_go_nowhere_is_a_failure_of_showing_it_and_not_of_reading_the_request(
    post, bot, slack
):
    nowhere = f"https://{'a' * 64}.example/"  # no name of a host is that long between two dots
    command = {**SENT["a command"], "text": "help", "response_url": nowhere, "trigger_id": "1.2.4"}

    with capture_logs() as logged:
        status, _ = await post(("application/x-www-form-urlencoded", urlencode(command).encode()))
        await bot.settled()

    assert status == 200
    assert [line["event"] for line in logged if line["log_level"] == "error"] == ["not shown"]


async def test_where_a_form_cannot_be_drawn_again_the_person_is_told_so_in_its_place(send, slack, bot, trigger):
    kept = ["show", "/onboarding show", ONBOARDING, "", False]
    long = "x" * 300
    chosen = {"value": long, "text": {"type": "plain_text", "text": long}}
    view = {
        **MODAL,
        "callback_id": "ob:for",
        "private_metadata": json.dumps(kept),
        "state": {"values": {"onboarding": {"ob:which": {"selected_option": chosen}}}},
    }

    await send({**WHO, **trigger(), "type": "view_submission", "view": view})
    await bot.settled()

    (shown,) = [call.args["view"] for call in slack.calls if call.method == "views.update"]
    assert "our side" in str(shown)
