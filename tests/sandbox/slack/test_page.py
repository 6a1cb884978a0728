"""The JSON the page lives on, and the people's side of the workspace."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import LocalSlack, NothingToSee
from bot.sandbox.slack.world import (
    ANA,
    BEN,
    CS_LEADS,
    DEVON,
    ERIN,
    GUS,
    OLD_ONBOARDING,
    ONBOARDING,
    PARTNERS,
    direct_message,
)

BUTTON = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
CARD = [{"type": "actions", "block_id": "card", "elements": [BUTTON]}]


@pytest.fixture
async def web(slack: LocalSlack) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(slack.url) as session:
        yield session


async def state(web: aiohttp.ClientSession, person: str) -> dict:
    async with web.get("/sandbox/state", params={"as": person}) as answer:
        return await answer.json()


async def post(web: aiohttp.ClientSession, path: str, **fields) -> dict:
    async with web.post(path, json=fields) as answer:
        return await answer.json()


async def test_the_state_describes_the_workspace(manifest, clock) -> None:
    tries = [{"label": "A list", "as": ANA, "channel": ONBOARDING, "text": "/onboarding list"}]

    async with (
        LocalSlack(manifest, clock=clock, pivotal_origin="http://127.0.0.1:1", tries=tries) as slack,
        aiohttp.ClientSession(slack.url) as web,
    ):
        shown = await state(web, ANA)

    assert shown["workspace"] == {"name": "Larkspur", "team_id": "T0HOME001"}
    assert shown["me"] == ANA
    assert shown["app"] == {"name": "Onboarding", "user_id": "U0BOT0001", "color": "#2b5f75", "home_tab": True}
    assert (shown["pivotal"], shown["tries"]) == ("http://127.0.0.1:1", tries)
    assert {person["kind"] for person in shown["people"]} == {"member", "guest", "external", "bot"}
    assert shown["commands"][0] == {
        "command": "/onboarding",
        "usage_hint": "acme | mine",
        "description": "Onboardings",
    }
    channels = {channel["id"]: channel for channel in shown["channels"]}
    assert channels[CS_LEADS]["kind"] == "private"
    assert channels[direct_message(ANA)]["peer"] == "U0BOT0001"
    assert channels[OLD_ONBOARDING]["archived"] is True
    assert channels[PARTNERS]["has_guest"] is True
    assert (shown["view"], shown["notices"], shown["typing"]) == (None, [], False)


async def test_everyone_sees_only_their_channels(web) -> None:
    devon = [channel["id"] for channel in (await state(web, DEVON))["channels"]]
    gus = [channel["id"] for channel in (await state(web, GUS))["channels"]]
    erin = [channel["name"] for channel in (await state(web, ERIN))["channels"]]

    assert CS_LEADS not in devon
    assert direct_message(ANA) not in devon
    assert gus == [PARTNERS, direct_message(GUS)]
    assert erin == ["aurora-shared", "erin"]


async def test_a_private_answer_is_in_nobody_elses_state(web, client) -> None:
    await client.chat_postEphemeral(channel=ONBOARDING, user=ANA, text="Only you", blocks=CARD)

    mine = (await state(web, ANA))["messages"][ONBOARDING]
    bens = (await state(web, BEN))["messages"][ONBOARDING]

    assert [(m["ephemeral"], m["is_bot"], m["blocks"][0]["block_id"]) for m in mine] == [(True, True, "card")]
    assert bens == []


async def test_the_composer_posts_messages_and_runs_commands(web, slack: LocalSlack, app, connect) -> None:
    @app.command("/onboarding")
    async def command(ack) -> None:
        await ack("Answer")

    await connect()

    said = await post(web, "/sandbox/message", **{"as": ANA}, channel=ONBOARDING, text="Morning")
    ran = await post(web, "/sandbox/message", **{"as": ANA}, channel=ONBOARDING, text="/onboarding list")

    assert (said, ran) == ({"ok": True}, {"ok": True})
    assert [message.text for message in slack.messages(ONBOARDING, by=ANA)] == ["Morning", "Answer"]


@pytest.mark.parametrize(
    ("text", "channel", "error"),
    [
        ("/unknown", ONBOARDING, "unknown_command"),
        ("Hello", OLD_ONBOARDING, "is_archived"),
        ("Hello", CS_LEADS, "not_in_channel"),
        ("Hello", "C0NOWHERE", "channel_not_found"),
    ],
)
async def test_what_cannot_be_sent_is_refused(web, text: str, channel: str, error: str) -> None:
    answer = await post(web, "/sandbox/message", **{"as": BEN}, channel=channel, text=text)

    assert answer == {"ok": False, "error": error}


async def test_an_unknown_command_gets_slacks_own_notice(web) -> None:
    await post(web, "/sandbox/message", **{"as": ANA}, channel=ONBOARDING, text="/onbording aurora")

    notices = (await state(web, ANA))["notices"]
    assert notices[0]["text"].startswith("/onbording is not a valid command.")
    assert notices[0]["channel"] == ONBOARDING


async def test_commands_do_not_run_in_threads(slack: LocalSlack, client) -> None:
    posted = await client.chat_postMessage(channel=ONBOARDING, text="x")

    typed = await slack.types("/onboarding", by=ANA, channel=ONBOARDING, thread_ts=posted["ts"])

    assert typed.error == "not_supported_in_threads"


async def test_an_action_reaches_the_app(web, slack: LocalSlack, app, connect, client) -> None:
    pressed = []

    @app.action("go")
    async def press(ack, body) -> None:
        pressed.append(body["user"]["id"])
        await ack()

    await connect()
    ts = (await client.chat_postMessage(channel=ONBOARDING, text="x", blocks=CARD))["ts"]
    where = {"as": ANA, "channel": ONBOARDING, "message_ts": ts, "block_id": "card"}

    answer = await post(web, "/sandbox/action", **where, action_id="go")
    other = await post(web, "/sandbox/action", **where, action_id="gone")

    assert answer == {"ok": True}
    assert other == {"ok": False, "error": "action_not_found"}
    assert pressed == [ANA]


async def test_nobody_presses_in_a_message_only_another_person_sees(web, client) -> None:
    sent = await client.chat_postEphemeral(channel=ONBOARDING, user=ANA, text="x", blocks=CARD)

    answer = await post(
        web,
        "/sandbox/action",
        **{"as": BEN},
        channel=ONBOARDING,
        message_ts=sent["message_ts"],
        block_id="card",
        action_id="go",
    )

    assert answer == {"ok": False, "error": "message_not_found"}


async def test_nobody_presses_in_a_channel_they_cannot_open(web, client) -> None:
    ts = (await client.chat_postMessage(channel=CS_LEADS, text="x", blocks=CARD))["ts"]
    where = {"channel": CS_LEADS, "message_ts": ts, "block_id": "card", "action_id": "go"}

    answers = [await post(web, "/sandbox/action", **{"as": someone}, **where) for someone in (GUS, "U0NOBODY")]

    assert [answer["error"] for answer in answers] == ["message_not_found", "user_not_found"]


async def test_a_modal_is_shown_filled_in_and_sent(web, slack: LocalSlack, app, connect, client) -> None:
    sent = []

    @app.command("/onboarding")
    async def command(ack, body, client) -> None:
        await ack()
        field = {
            "type": "input",
            "block_id": "who",
            "label": {"type": "plain_text", "text": "Who"},
            "element": {"type": "users_select", "action_id": "user", "initial_user": BEN},
        }
        words = {key: {"type": "plain_text", "text": key} for key in ("title", "submit")}
        await client.views_open(
            trigger_id=body["trigger_id"], view={"type": "modal", "callback_id": "f", "blocks": [field], **words}
        )

    @app.view("f")
    async def submitted(ack, view) -> None:
        sent.append(view["state"]["values"]["who"]["user"]["selected_user"])
        await ack(response_action="errors", errors={"who": "Not them."})

    await connect()
    await slack.types("/onboarding", by=ANA, channel=ONBOARDING)
    await slack.until(lambda: slack.modal(ANA))
    before = (await state(web, ANA))["view"]

    answer = await post(web, "/sandbox/submit", **{"as": ANA}, view_id=before["id"], values={"who": {"user": DEVON}})
    after = (await state(web, ANA))["view"]
    closed = await post(web, "/sandbox/close", **{"as": ANA}, view_id=before["id"])

    assert before["state_values"]["who"]["user"]["selected_user"] == BEN
    assert before["errors"] is None
    assert answer == {"ok": False, "error": "field_errors"}
    assert after["errors"] == {"who": "Not them."}
    assert sent == [DEVON]
    assert closed == {"ok": True}
    assert (await state(web, ANA))["view"] is None


@pytest.mark.parametrize(
    ("change", "field", "value"),
    [
        ("external", "shared", True),
        ("archive", "archived", True),
        ("remove_bot", "bot_is_member", False),
        ("invite_bot", "bot_is_member", True),
        ("guest", "has_guest", True),
    ],
)
async def test_a_channel_is_changed_from_the_page(web, change: str, field: str, value: bool) -> None:
    answer = await post(web, "/sandbox/channel", id=ONBOARDING, change=change)

    channel = next(c for c in (await state(web, ANA))["channels"] if c["id"] == ONBOARDING)
    assert answer == {"ok": True}
    assert channel[field] is value


async def test_changes_are_streamed(web, client) -> None:
    async with web.get("/sandbox/events") as stream:
        first = await stream.content.readline()
        await stream.content.readline()
        await client.chat_postMessage(channel=ONBOARDING, text="x")
        second = await asyncio.wait_for(stream.content.readline(), timeout=20)

    assert stream.content_type == "text/event-stream"
    assert (first, second) == (b"data: changed\n", b"data: changed\n")


async def test_files_outside_the_page_are_not_served(web) -> None:
    async with web.get("/static/%2e%2e/slack/world.py") as answer:
        assert answer.status == 404


async def test_a_missing_button_is_reported_with_what_was_seen(slack: LocalSlack, client) -> None:
    slack.patience = 0.01
    await client.chat_postMessage(channel=ONBOARDING, text="x", blocks=CARD)

    with pytest.raises(NothingToSee, match=r"no 'Advance' to press[\s\S]*Go"):
        await slack.clicks("Advance", by=ANA, channel=ONBOARDING)


async def test_an_app_without_interactivity_hears_of_no_press(manifest, clock) -> None:
    async with LocalSlack({**manifest, "settings": {}}, clock=clock) as slack:
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        await client.chat_postMessage(channel=ONBOARDING, text="x", blocks=CARD)
        pressed = await slack.clicks("Go", by=ANA)

        assert pressed.error == "not_interactive"
        assert slack.notices(ANA) == ["This app is not configured to handle interactive responses."]


async def test_after_each_act_the_app_is_given_time_to_settle(manifest, clock) -> None:
    settled = []

    async def settles() -> None:
        settled.append(1)

    async with LocalSlack(manifest, clock=clock, settles=settles) as slack:
        await slack.types("Morning", by=ANA, channel=ONBOARDING)

    assert settled == [1]


async def test_the_app_is_invited_as_slack_says(web) -> None:
    before = next(one for one in (await state(web, ANA))["channels"] if one["id"] == "C0RANDOM1")

    answer = await post(web, "/sandbox/message", **{"as": ANA}, channel="C0RANDOM1", text="/invite @Onboarding")

    after = next(one for one in (await state(web, ANA))["channels"] if one["id"] == "C0RANDOM1")
    assert answer["ok"]
    assert (before["bot_is_member"], after["bot_is_member"]) == (False, True)
