"""A body that Slack does not send is refused and logged; all that it does send this app is taken."""

import json

import pytest
from aiohttp import ClientSession
from slack_bolt.request.async_request import AsyncBoltRequest
from structlog.testing import capture_logs

from bot.listeners import shapes
from bot.sandbox.slack.request_url import signature
from bot.sandbox.slack.world import ANA
from tests.payloads import CALLED, PRESS, SENT, WHO


def _without(name, *fields, **others):
    """An event without some of its fields, or with others in their place."""
    event = SENT[name]["event"]
    return {**SENT[name], "event": {key: event[key] for key in event if key not in fields} | others}


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
    "somebody joined nowhere": {**CALLED, "event": {"type": "member_joined_channel", "user": ANA}},
    "a mention at no time": _without("a mention", "ts"),
    "a mention nowhere": _without("a mention", "channel"),
    "a mention in thread 5": _without("a mention", thread_ts=5),
    "links in no message": _without("links posted", "message_ts"),
    "links nowhere": _without("links posted", "channel"),
    "no links": _without("links posted", "links"),
    "5 links": _without("links posted", links=5),
    "links that are a text": _without("links posted", links="https://my.pivotal.app/onboardings/89"),
    "links that are texts": _without("links posted", links=["https://my.pivotal.app/onboardings/89"]),
    "links to nothing": _without("links posted", links=[{}]),
    "links to 5": _without("links posted", links=[{"url": 5}]),
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
    "an event whose name has a zero in it": {**SENT["Home opened"], "event_id": "Ev\0"},
    "an event whose name is half a letter": {**SENT["Home opened"], "event_id": "\ud800"},
    "an event whose name has no end": {**SENT["Home opened"], "event_id": "x" * 500_000},
    "an event in a channel with a zero": {**CALLED, "event": {"type": "member_joined_channel", "channel": "C\0"}},
    "an event of somebody with a zero": {**CALLED, "event": {"type": "team_join", "user": {"id": "U\0"}}},
    "a command whose trigger has a zero in it": {**SENT["a command"], "trigger_id": "1\0"},
    "a command whose trigger is half a letter": {**SENT["a command"], "trigger_id": "\udfff"},
    "a command whose trigger has no end": {**SENT["a command"], "trigger_id": "x" * 500_000},
    "a command of somebody with a zero": {**SENT["a command"], "user_id": "U\0"},
    "a command in a channel with a line's end": {**SENT["a command"], "channel_id": "C1\n"},
    "a command of a team with a zero": {**SENT["a command"], "team_id": "T\0"},
    "a form with a zero in its name": {**SENT["a form"], "view": {**SENT["a form"]["view"], "id": "V\0"}},
    "a press on a message with a zero": {**SENT["a press in a message"], "container": {"message_ts": "1\0"}},
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
