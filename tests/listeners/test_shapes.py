"""A body that Slack does not send is refused and logged; all that it does send this app is taken."""

import json

import pytest
from aiohttp import ClientSession
from slack_bolt.request.async_request import AsyncBoltRequest
from structlog.testing import capture_logs

from bot.listeners import shapes
from bot.sandbox.slack.request_url import signature
from bot.sandbox.slack.world import ANA, ONBOARDING, TEAM

WHO = {"user": {"id": ANA, "team_id": TEAM}, "team": {"id": TEAM, "domain": "home"}, "api_app_id": "A0ONBOARD"}
MODAL = {"id": "V1", "type": "modal", "callback_id": "ob:new-form", "title": {"type": "plain_text", "text": "New"}}
PRESS = {"action_id": "ob:refresh", "block_id": "b", "type": "button", "value": "x"}
CALLED = {"type": "event_callback", "team_id": TEAM, "event_id": "Ev1"}
COMMAND = {"command": "/onboarding", "text": "", "user_id": ANA, "team_id": TEAM, "channel_id": ONBOARDING}
ANSWER = "https://hooks.slack.com/actions/T/1/2"

SENT = {
    "a command": {**COMMAND, "response_url": ANSWER, "trigger_id": "1.2.3", "is_enterprise_install": "false"},
    "a certificate check": {"ssl_check": "1", "token": "legacy"},
    "a press in a message": {
        **WHO,
        "type": "block_actions",
        "channel": {"id": ONBOARDING},
        "message": {"ts": "1.1"},
        "actions": [PRESS],
        "response_url": ANSWER,
    },
    "a press in Home": {
        **WHO,
        "type": "block_actions",
        "view": {"id": "V1", "type": "home", "callback_id": "", "hash": "h"},
        "actions": [PRESS],
    },
    "a menu of which nothing is chosen any more": {
        **WHO,
        "type": "block_actions",
        "container": {"type": "view"},
        "actions": [{"action_id": "ob:which", "block_id": "b", "type": "external_select", "selected_option": None}],
    },
    "a press on another's control": {**WHO, "type": "block_actions", "actions": [{"action_id": "Xa1", "type": "x"}]},
    "a press in an organisation": {
        **WHO,
        "type": "block_actions",
        "team": None,
        "enterprise": {"id": "E0OURS001"},
        "is_enterprise_install": True,
        "actions": [PRESS],
    },
    "a search in a menu": {**WHO, "type": "block_suggestion", "action_id": "ob:which", "block_id": "b", "value": ""},
    "a form": {**WHO, "type": "view_submission", "view": MODAL, "response_urls": []},
    "a form closed": {**WHO, "type": "view_closed", "view": MODAL, "is_cleared": False},
    "a shortcut": {**WHO, "type": "shortcut", "callback_id": "ob:find", "trigger_id": "1.2.3"},
    "a shortcut on a message": {
        **WHO,
        "type": "message_action",
        "callback_id": "ob:card-here",
        "channel": {"id": ONBOARDING},
        "message_ts": "1.1",
        "message": {"type": "message", "ts": "1.1", "user": ANA},
        "response_url": ANSWER,
    },
    "Home opened": {**CALLED, "event": {"type": "app_home_opened", "user": ANA, "channel": "D1", "view": MODAL}},
    "somebody joined": {**CALLED, "event": {"type": "member_joined_channel", "user": ANA, "channel": ONBOARDING}},
    "a channel shared": {
        **CALLED,
        "event": {"type": "channel_shared", "connected_team_id": "T0OTHER01", "channel": ONBOARDING, "event_ts": "1.1"},
        "authorizations": [{"enterprise_id": None, "team_id": TEAM, "user_id": ANA, "is_bot": True}],
    },
    "an event of a kind that names things as objects": {
        **CALLED,
        "event": {"type": "channel_rename", "channel": {"id": ONBOARDING}, "user": {"id": ANA}},
    },
    "an event of nobody": {**CALLED, "event": {"type": "tokens_revoked", "tokens": {"bot": ["U1"]}}},
    "too many events": {"type": "app_rate_limited", "team_id": TEAM, "minute_rate_limited": 1518467820},
    "the address being set": {"type": "url_verification", "challenge": "c", "token": "legacy"},
}
NOT_SENT = {
    "no press": {**SENT["a press in Home"], "actions": []},
    "a press on nothing": {**SENT["a press in Home"], "actions": [{}]},
    "a press of nobody": {**SENT["a press in Home"], "user": {}},
    "a choice that is none": {**SENT["a press in Home"], "actions": [{**PRESS, "selected_option": "x"}]},
    "a press with an event that is none": {**SENT["a press in Home"], "event": None},
    "a press and a command at once": {**SENT["a command"], "type": "block_actions", "actions": []},
    "a view of no kind": {**SENT["a form"], "view": {"id": "V1", "callback_id": "ob:new-form"}},
    "an event that is none": {**CALLED, "event": None},
    "no event": CALLED,
    "an event of no kind": {**CALLED, "event": {"user": ANA}},
    "an event of number 5": {**CALLED, "event": {"type": "app_home_opened", "user": 5}},
    "an event in place 5": {**CALLED, "event": {"type": "app_home_opened", "user": ANA, "channel": 5}},
    "an event in an item in place 5": {**CALLED, "event": {"type": "pin_added", "item": {"channel": 5}}},
    "an event without a name": {"type": "event_callback", "event": {"type": "app_home_opened", "user": ANA}},
    "a search of nobody": {"type": "block_suggestion", "action_id": "ob:which", "value": "a"},
    "a search nowhere": {**WHO, "type": "block_suggestion", "value": "a"},
    "a shortcut without a name": {**WHO, "type": "shortcut"},
    "a shortcut on no message": {**SENT["a shortcut on a message"], "message_ts": None},
    "an address without a challenge": {"type": "url_verification"},
    "a step of a workflow": {**WHO, "type": "workflow_step_edit", "callback_id": "ob:x"},
    "a press of former days": {**WHO, "type": "interactive_message", "callback_id": "ob:x", "actions": []},
    "a command of nobody": {"command": "/onboarding", "text": ""},
    "another kind": {**WHO, "type": "sesame"},
    "no kind": {"sesame": 1},
}


@pytest.mark.parametrize("body", SENT.values(), ids=SENT)
def test_what_slack_sends_is_taken(body):
    assert shapes.read(body) is not None


@pytest.mark.parametrize("mode", ["http"])
@pytest.mark.parametrize("body", NOT_SENT.values(), ids=NOT_SENT)
async def test_what_slack_does_not_send_is_refused_over_http(bot, slack, clock, body):
    raw, stamp = json.dumps(body).encode(), str(int(clock().timestamp()))
    headers = {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": signature(slack.signing_secret, stamp, raw.decode()),
    }

    with capture_logs() as logged:
        async with ClientSession() as session, session.post(bot.address, data=raw, headers=headers) as answer:
            assert (answer.status, await answer.text()) == (400, "The body cannot be understood.")

    assert [(line["event"], line["why"]) for line in logged] == [("request not understood", "its shape")]


@pytest.mark.parametrize("mode", ["http"])
async def test_a_menu_that_cannot_be_answered_offers_nothing(bot):
    search = {key: value for key, value in SENT["a search in a menu"].items() if key != "user"}

    with capture_logs() as logged:
        answer = await bot.door.bolt.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=search, headers={}))

    assert (answer.status, json.loads(answer.body)) == (200, {"options": []})
    assert [line["event"] for line in logged if line["log_level"] == "error"] == ["nothing offered"]
