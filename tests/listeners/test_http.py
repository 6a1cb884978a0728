"""HTTP mode: only what Slack has signed, and lately, reaches the bot; anything else is refused without a traceback."""

import asyncio
import json
from io import BytesIO
from urllib.parse import parse_qsl, urlencode

import aiohttp
import pytest
from slack_sdk.signature import SignatureVerifier

from bot.listeners import shapes
from bot.sandbox.slack.world import ANA, ONBOARDING

pytestmark = pytest.mark.parametrize("mode", ["http"])


@pytest.fixture
def post(bot, slack, clock):
    """`await post(body)`: the status of a signed request; `signature`, `timestamp` and `kind` may be wrong."""

    async def posts(body, *, kind="application/x-www-form-urlencoded", timestamp=None, signature=None, age=0):
        stamp = timestamp if timestamp is not None else str(int(clock().timestamp()) - age)
        if signature is None:
            signature = SignatureVerifier(slack.signing_secret).generate_signature(timestamp=stamp, body=body)
        headers = {"Content-Type": kind, "X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature}
        async with (
            aiohttp.ClientSession() as session,
            session.post(bot.address, data=BytesIO(body), headers=headers) as response,
        ):
            status = response.status
        await bot.settled()
        return status

    return posts


def command(slack, text):
    return urlencode(
        {
            "command": "/onboarding",
            "text": text,
            "user_id": ANA,
            "team_id": "T0HOME001",
            "channel_id": ONBOARDING,
            "response_url": f"{slack.url}/commands/T0HOME001/nowhere",
            "trigger_id": "1.2.3",
        }
    ).encode()


async def test_signed_command_is_acknowledged(post, slack):
    assert await post(command(slack, "whoami")) == 200
    assert len(slack.calls_of("users.info")) == 1


async def test_who_types_twice_at_once_is_asked_about_once(post, slack):
    typed = command(slack, "whoami")

    await asyncio.gather(post(typed), post(typed.replace(b"1.2.3", b"1.2.4")))

    assert len(slack.calls_of("users.info")) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"signature": "v0=0000"},
        {"signature": ""},
        {"signature": "v0=ü"},
        {"timestamp": ""},
        {"timestamp": "soon"},
        {"timestamp": "-1"},
        {"timestamp": "9" * 40},
        {"age": 301},
        {"age": -301},
    ],
)
async def test_unsigned_or_old_request_does_nothing(post, slack, wrong):
    assert await post(command(slack, "whoami"), **wrong) == 401
    assert slack.calls_of("users.info") == []


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "application/x-www-form-urlencoded"),
        (b"payload=%7B", "application/x-www-form-urlencoded"),
        (b"payload=%5B%5D", "application/x-www-form-urlencoded"),
        (b"{", "application/json"),
        (b"[1]", "application/json"),
    ],
)
async def test_signed_nonsense_is_refused(post, body, kind):
    assert await post(body, kind=kind) == 400


@pytest.mark.parametrize("body", [{"type": "block_actions"}, {"type": "event_callback"}, {"command": "/onboarding"}])
async def test_signed_but_incomplete_request_breaks_nothing(post, ask, body):
    await post(json.dumps(body).encode(), kind="application/json")

    assert "Ana Ruiz" in await ask("whoami")


@pytest.mark.parametrize("name", shapes.OBJECTS)
async def test_a_strangers_command_with_a_null_in_it_is_nobodys(post, slack, name):
    body = {**dict(parse_qsl(command(slack, "whoami").decode())), "command": "/theirs", name: None}

    assert await post(json.dumps(body).encode(), kind="application/json") == 404


async def test_bytes_that_are_no_text_are_refused(post):
    assert await post(b"\xff\xfe", signature="v0=0000") == 401


async def test_text_with_the_word_payload_is_a_command_like_any_other(ask):
    assert "No customer is called “payload=1”" in await ask("show payload=1")


async def test_body_too_large_is_refused(post):
    assert await post(b"x" * (2 * 1024 * 1024)) == 413


async def test_requests_side_by_side_all_get_their_answer(slack, bot):
    await asyncio.gather(*(slack.types("/onboarding whoami", by=ANA, channel=ONBOARDING) for _ in range(20)))

    assert len(slack.messages(ONBOARDING, ANA)) == 20


ODD = [
    {"command": "/onboarding", "text": "sesame", "user_id": ANA, "channel_id": ONBOARDING},
    {"command": "/other", "text": "sesame", "user_id": ANA},
    {"type": "block_actions", "actions": [{"action_id": "ob:page", "value": "sesame"}]},
    {"type": "block_actions", "actions": [{"action_id": "theirs", "value": "sesame"}], "user": {"id": ANA}},
    {"type": "block_actions", "actions": "sesame"},
    {"type": "view_submission", "view": {"callback_id": "ob:unknown", "title": "sesame"}, "user": {"id": ANA}},
    {"type": "view_closed", "view": {"callback_id": "theirs", "private_metadata": "sesame"}, "user": {"id": ANA}},
    {"type": "block_suggestion", "action_id": "theirs", "value": "sesame"},
    {"type": "interactive_message", "callback_id": "c", "actions": [{"value": "sesame"}]},
    {"type": "dialog_submission", "callback_id": "c", "submission": {"name": "sesame"}},
    {"type": "shortcut", "callback_id": "ob:unknown", "user": {"id": ANA}, "message": "sesame"},
    {"type": "event_callback", "event": {"type": "message", "text": "sesame"}},
    {"type": "sesame"},
    {"sesame": 1},
]


@pytest.mark.parametrize("body", ODD)
async def test_an_unknown_shape_of_request_is_logged_without_what_it_said(post, ask, body, capfd, caplog):
    await post(json.dumps(body).encode(), kind="application/json")

    out, err = capfd.readouterr()
    assert "sesame" not in out + err + caplog.text
    assert "Ana Ruiz" in await ask("whoami")
