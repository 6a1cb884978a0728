"""App Home: opened, published, pressed in, and refused."""

import copy

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import LocalSlack
from bot.sandbox.slack.world import ANA, BEN, BOT, ONBOARDING, direct_message


def section(text: str) -> dict:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def button(text: str = "Refresh", action_id: str = "refresh") -> dict:
    return {"type": "button", "action_id": action_id, "text": {"type": "plain_text", "text": text}}


def home(text: str = "Needs you", **fields) -> dict:
    return {"type": "home", "blocks": [section(text), {"type": "actions", "elements": [button()]}], **fields}


async def refused(call) -> SlackApiError:
    with pytest.raises(SlackApiError) as error:
        await call
    return error.value


async def error(call) -> str:
    return (await refused(call)).response["error"]


async def test_opening_home_lets_the_app_publish_it_and_pressing_there_reaches_the_app(live) -> None:
    opened, pressed = [], []

    @live.app.event("app_home_opened")
    async def show(event, body, client) -> None:
        opened.append((event, body))
        await client.views_publish(user_id=event["user"], view=home(private_metadata="1"))

    @live.app.action("refresh")
    async def refresh(ack, body, client) -> None:
        pressed.append(body)
        await ack()
        seen = body["view"]["hash"]
        await client.views_publish(user_id=body["user"]["id"], view=home("All clear"), hash=seen)

    await live.slack.opens_home(by=ANA)
    await live.slack.until(lambda: "Needs you" in live.slack.home_text(ANA))
    await live.slack.clicks("Refresh", by=ANA)
    await live.slack.until(lambda: "All clear" in live.slack.home_text(ANA))
    await live.slack.opens_home(by=ANA)
    await live.slack.until(lambda: len(opened) == 2)

    (event, body), (again, _) = opened
    assert (event["user"], event["channel"], event["tab"]) == (ANA, direct_message(ANA), "home")
    assert "view" not in event
    assert again["view"]["type"] == "home"
    assert body["team_id"] == "T0HOME001"
    assert body["authorizations"][0]["user_id"] == BOT
    assert pressed[0]["container"] == {"type": "view", "view_id": again["view"]["id"]}
    assert pressed[0]["view"]["private_metadata"] == "1"
    assert "channel" not in pressed[0]
    assert "response_url" not in pressed[0]
    assert live.slack.home(BEN) is None


async def test_a_trigger_from_home_opens_a_modal(live) -> None:
    @live.app.action("refresh")
    async def refresh(ack, body, client) -> None:
        await ack()
        view = {"type": "modal", "title": {"type": "plain_text", "text": "Settings"}, "blocks": [section("Yours")]}
        await client.views_open(trigger_id=body["trigger_id"], view=view)

    await live.client.views_publish(user_id=ANA, view=home())

    await live.slack.clicks("Refresh", by=ANA)

    await live.slack.until(lambda: "Settings" in live.slack.modal_text(ANA))


async def test_a_second_publish_keeps_the_id_and_what_was_chosen(slack: LocalSlack, client, app, connect) -> None:
    @app.action("day")
    async def day(ack) -> None:
        await ack()

    picker = {"type": "actions", "block_id": "when", "elements": [{"type": "datepicker", "action_id": "day"}]}
    await connect()
    first = (await client.views_publish(user_id=ANA, view={"type": "home", "blocks": [picker]}))["view"]
    await slack.chooses("day", "2026-09-18", by=ANA)

    second = (await client.views_publish(user_id=ANA, view={"type": "home", "blocks": [picker, section("x")]}))["view"]

    assert second["id"] == first["id"]
    assert second["hash"] != first["hash"]
    assert second["state"]["values"]["when"]["day"] == {"type": "datepicker", "selected_date": "2026-09-18"}


async def test_publishing_over_a_newer_home_conflicts(client, slack: LocalSlack) -> None:
    first = (await client.views_publish(user_id=ANA, view=home()))["view"]
    await client.views_publish(user_id=ANA, view=home("Newer"), hash=first["hash"])

    assert await error(client.views_publish(user_id=ANA, view=home("Older"), hash=first["hash"])) == "hash_conflict"
    assert "Newer" in slack.home_text(ANA)


@pytest.mark.parametrize(
    ("view", "said"),
    [
        (home(blocks=[section("x")] * 101), "no more than 100 items allowed [json-pointer:/view/blocks]"),
        (home(title={"type": "plain_text", "text": "x"}), "invalid additional property: title [json-pointer:/view]"),
        (home(submit={"type": "plain_text", "text": "x"}), "invalid additional property: submit [json-pointer:/view]"),
        (home(type="modal"), "must be a valid enum value [json-pointer:/view/type]"),
        (
            home(private_metadata="x" * 3001),
            "must be less than 3001 characters [json-pointer:/view/private_metadata]",
        ),
    ],
)
async def test_a_home_beyond_the_rules_is_refused_with_details(client, slack: LocalSlack, view, said) -> None:
    answer = (await refused(client.views_publish(user_id=ANA, view=view))).response

    assert answer["error"] == "invalid_arguments"
    assert f"[ERROR] {said}" in answer["response_metadata"]["messages"]
    assert slack.home(ANA) is None


async def test_a_home_of_more_than_250_kilobytes_is_too_large(client) -> None:
    blocks = [section("x" * 3000) for _ in range(90)]

    assert await error(client.views_publish(user_id=ANA, view=home(blocks=blocks))) == "view_too_large"


@pytest.mark.parametrize("person", ["U0NOBODY1", BOT])
async def test_a_home_needs_somebody_to_see_it(client, person: str) -> None:
    assert await error(client.views_publish(user_id=person, view=home())) == "user_not_found"


async def test_without_the_home_tab_nothing_is_published_or_opened(manifest) -> None:
    without = copy.deepcopy(manifest)
    without["features"]["app_home"]["home_tab_enabled"] = False

    async with LocalSlack(without) as slack:
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        opened = await slack.opens_home(by=ANA)
        publishing = await error(client.views_publish(user_id=ANA, view=home()))

    assert (opened.error, publishing) == ("not_enabled", "not_enabled")
    assert slack.deliveries == []


async def test_without_the_subscription_the_app_is_told_nothing(manifest) -> None:
    without = copy.deepcopy(manifest)
    without["settings"]["event_subscriptions"]["bot_events"].remove("app_home_opened")

    async with LocalSlack(without) as slack:
        opened = await slack.opens_home(by=ANA)

    assert opened.ok
    assert slack.deliveries == []


async def test_at_home_its_buttons_come_before_those_of_messages(slack: LocalSlack, client, app, connect) -> None:
    pressed = []

    @app.action("refresh")
    async def refresh(ack, body) -> None:
        pressed.append(body["container"]["type"])
        await ack()

    @app.event("app_home_opened")
    async def opened() -> None:
        pass

    await connect()
    await client.views_publish(user_id=ANA, view=home())
    await client.chat_postMessage(channel=ONBOARDING, text="x", blocks=[{"type": "actions", "elements": [button()]}])

    await slack.clicks("Refresh", by=ANA)
    await slack.opens_home(by=ANA)
    await slack.clicks("Refresh", by=ANA)

    assert pressed == ["message", "view"]


async def test_the_page_opens_home_and_shows_it(slack: LocalSlack, app, connect) -> None:
    @app.event("app_home_opened")
    async def show(event, client) -> None:
        await client.views_publish(user_id=event["user"], view=home())

    await connect()

    async with aiohttp.ClientSession(slack.url) as web:
        async with web.post("/sandbox/home", json={"as": ANA}) as answer:
            opened = await answer.json()
        await slack.until(lambda: slack.home(ANA))
        async with web.get("/sandbox/state", params={"as": ANA}) as answer:
            hers = await answer.json()
        async with web.get("/sandbox/state", params={"as": BEN}) as answer:
            his = await answer.json()
        action = {"as": ANA, "view_id": hers["home"]["id"], "block_id": "nowhere", "action_id": "refresh"}
        async with web.post("/sandbox/action", json=action) as answer:
            pressed = await answer.json()

    assert opened == {"ok": True}
    assert hers["home"]["blocks"][0]["text"]["text"] == "Needs you"
    assert (hers["home"]["errors"], his["home"]) == (None, None)
    assert pressed == {"ok": False, "error": "action_not_found"}
