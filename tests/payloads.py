"""One of each kind of body that Slack sends this app, as its pages show them.

https://docs.slack.dev/interactivity/implementing-slash-commands/,
https://docs.slack.dev/reference/interaction-payloads/ and https://docs.slack.dev/apis/events-api/.
"""

from bot.sandbox.slack.world import ANA, BOT, ONBOARDING, TEAM

WHO = {
    "user": {"id": ANA, "team_id": TEAM},
    "team": {"id": TEAM, "domain": "home"},
    "api_app_id": "A0ONBOARD",
    "trigger_id": "1.2.3",
}
MODAL = {
    "id": "V1",
    "type": "modal",
    "callback_id": "ob:new-form",
    "private_metadata": "",
    "hash": "1.h",
    "title": {"type": "plain_text", "text": "New"},
    "blocks": [],
    "state": {"values": {}},
}
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
        "container": {"type": "message", "message_ts": "1.1", "channel_id": ONBOARDING, "is_ephemeral": False},
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
    "a shortcut": {**WHO, "type": "shortcut", "callback_id": "ob:find"},
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
    "a mention": {
        **CALLED,
        "event": {
            "type": "app_mention",
            "user": ANA,
            "text": f"<@{BOT}> #89",
            "ts": "1.1",
            "channel": ONBOARDING,
            "thread_ts": "1.0",
            "event_ts": "1.1",
        },
    },
    "links posted": {
        **CALLED,
        "event": {
            "type": "link_shared",
            "user": ANA,
            "channel": ONBOARDING,
            "message_ts": "1.1",
            "links": [{"domain": "my.pivotal.app", "url": "https://my.pivotal.app/onboardings/89"}],
            "source": "conversations_history",
            "event_ts": "1.2",
        },
    },
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
