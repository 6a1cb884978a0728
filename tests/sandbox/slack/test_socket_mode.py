"""A real Bolt app over a real WebSocket."""

import aiohttp
import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import LocalSlack
from bot.sandbox.slack.world import ANA, AURORA_SHARED, BEN, CS_LEADS, ERIN, LAUNCHES, ONBOARDING, direct_message


def card(label: str = "Advance") -> list[dict]:
    button = {
        "type": "button",
        "action_id": "ob:advance",
        "text": {"type": "plain_text", "text": label},
        "value": "v",
        "accessibility_label": f"{label} Aurora",
    }
    return [
        {"type": "section", "text": {"type": "mrkdwn", "text": "*Aurora*"}},
        {"type": "actions", "block_id": "card", "elements": [button]},
    ]


def answers_with_card(app: AsyncApp) -> list[dict]:
    bodies: list[dict] = []

    @app.command("/onboarding")
    async def show(ack, body, respond) -> None:
        bodies.append(body)
        await ack()
        await respond(text="Aurora", blocks=card())

    return bodies


async def test_a_command_is_answered_privately_through_its_response_url(slack: LocalSlack, app, connect) -> None:
    answers_with_card(app)
    await connect()

    acknowledged = await slack.types("/onboarding aurora", by=ANA, channel=ONBOARDING)

    assert acknowledged.ok
    message = await slack.sees("Aurora", by=ANA, channel=ONBOARDING)
    assert message.ephemeral_to == ANA
    assert slack.messages(ONBOARDING, by=BEN) == []


async def test_a_command_carries_all_of_slacks_fields(slack: LocalSlack, app, connect) -> None:
    bodies = answers_with_card(app)
    await connect()

    await slack.types("/onboarding aurora", by=ANA, channel=CS_LEADS)

    body = bodies[0]
    assert body["command"] == "/onboarding"
    assert body["text"] == "aurora"
    assert (body["team_id"], body["team_domain"]) == ("T0HOME001", "larkspur")
    assert (body["user_id"], body["user_name"]) == (ANA, "ana")
    assert (body["channel_id"], body["channel_name"]) == (CS_LEADS, "privategroup")
    assert body["api_app_id"] == "A0BOT0001"
    assert body["response_url"].startswith(slack.url)
    assert body["trigger_id"]


async def test_a_person_of_another_organisation_acts_under_their_own_team(slack: LocalSlack, app, connect) -> None:
    bodies = answers_with_card(app)

    @app.action("ob:advance")
    async def advance(ack, body) -> None:
        bodies.append(body)
        await ack()

    await connect()
    await slack.types("/onboarding", by=ERIN, channel=AURORA_SHARED)

    await slack.clicks("Advance", by=ERIN)

    command, press = bodies
    assert (command["team_id"], command["team_domain"]) == ("T0OTHER01", "aurora-foods")
    assert press["user"]["team_id"] == "T0OTHER01"
    assert press["team"]["id"] == "T0HOME001"


async def test_should_escape_names_people_and_channels_and_escapes_markup(slack: LocalSlack, app, connect) -> None:
    bodies = answers_with_card(app)
    await connect()

    await slack.types(f"/onboarding link @ben <@{ANA}> #launches List & <Co>", by=ANA, channel=direct_message(ANA))

    assert bodies[0]["text"] == f"link <@{BEN}|ben> <@{ANA}|ana> <#{LAUNCHES}|launches> List &amp; &lt;Co&gt;"
    assert bodies[0]["channel_name"] == "directmessage"


async def test_without_should_escape_the_text_arrives_as_typed(slack: LocalSlack, app, connect) -> None:
    texts = []

    @app.command("/raw")
    async def raw(ack, body) -> None:
        texts.append(body["text"])
        await ack()

    await connect()

    await slack.types("/raw @ben & co", by=ANA, channel=ONBOARDING)

    assert texts == ["@ben & co"]


async def test_a_press_on_a_private_card_replaces_it_in_place(slack: LocalSlack, app, connect) -> None:
    answers_with_card(app)
    bodies = []

    @app.action("ob:advance")
    async def advance(ack, body, respond) -> None:
        bodies.append(body)
        await ack()
        await respond(text="Moved", blocks=card("Advance further"), replace_original=True)

    await connect()
    await slack.types("/onboarding aurora", by=ANA, channel=ONBOARDING)

    pressed = await slack.clicks("Advance", by=ANA)

    assert pressed.ok
    await slack.until(lambda: "Advance further" in slack.seen(ANA, ONBOARDING))
    assert len(slack.messages(ONBOARDING, by=ANA)) == 1
    body = bodies[0]
    assert body["container"]["is_ephemeral"] is True
    assert body["container"]["message_ts"] == slack.last(by=ANA, channel=ONBOARDING).ts
    assert "message" not in body
    assert body["user"]["team_id"] == "T0HOME001"
    assert body["actions"][0]["value"] == "v"
    assert body["actions"][0]["block_id"] == "card"
    assert body["actions"][0]["action_ts"]


async def test_a_press_on_a_posted_card_carries_the_message_and_chat_update_changes_it(
    slack: LocalSlack, app, connect, client
) -> None:
    @app.action("ob:advance")
    async def advance(ack, body, client) -> None:
        await ack()
        await client.chat_update(
            channel=body["channel"]["id"], ts=body["message"]["ts"], text="Moved", blocks=card("Next")
        )
        await client.chat_postMessage(
            channel=body["channel"]["id"], thread_ts=body["message"]["ts"], text="Ana advanced it"
        )

    await connect()
    posted = await client.chat_postMessage(channel=ONBOARDING, text="Aurora", blocks=card())

    await slack.clicks("Advance Aurora", by=BEN)

    line = await slack.sees("Ana advanced it", by=ANA, channel=ONBOARDING)
    changed = slack.messages(ONBOARDING)[0]
    assert (changed.ts, changed.text, changed.edited) == (posted["ts"], "Moved", True)
    assert line.thread_ts == posted["ts"]


async def test_ten_presses_together_arrive_as_ten(slack: LocalSlack, app, connect, client) -> None:
    triggers = []

    @app.action("ob:advance")
    async def advance(ack, body) -> None:
        await ack()
        triggers.append(body["trigger_id"])

    await connect()
    await client.chat_postMessage(channel=ONBOARDING, text="Aurora", blocks=card())

    pressed = await slack.clicks("Advance", by=ANA, times=10)

    assert pressed.ok
    assert len(set(triggers)) == 10


async def test_an_old_card_can_be_pressed_as_it_looked(slack: LocalSlack, app, connect, client) -> None:
    values = []

    @app.action("ob:advance")
    async def advance(ack, body) -> None:
        await ack()
        values.append(body["actions"][0]["text"]["text"])

    await connect()
    posted = await client.chat_postMessage(channel=ONBOARDING, text="Aurora", blocks=card())
    old = slack.last(by=ANA, channel=ONBOARDING)
    await client.chat_update(channel=ONBOARDING, ts=posted["ts"], text="Aurora", blocks=card("Next"))

    await slack.clicks("Advance", by=ANA, message=old)

    assert values == ["Advance"]


async def test_without_a_connection_the_person_sees_that_it_failed(slack: LocalSlack) -> None:
    acknowledged = await slack.types("/onboarding aurora", by=ANA, channel=ONBOARDING)

    assert acknowledged.error == "dispatch_failed"
    assert slack.notices(ANA) == ["/onboarding failed with the error “dispatch_failed”"]
    assert slack.notices(BEN) == []


async def test_an_acknowledgement_after_three_seconds_is_late(slack: LocalSlack, app, connect, clock) -> None:
    @app.command("/onboarding")
    async def slow(ack) -> None:
        clock.passes(seconds=3.1)
        await ack()

    await connect()

    acknowledged = await slack.types("/onboarding", by=ANA, channel=ONBOARDING)

    assert acknowledged.error == "operation_timeout"
    assert slack.notices(ANA) == ["/onboarding failed with the error “operation_timeout”"]


async def test_a_missing_acknowledgement_is_waited_for_no_longer_than_the_timeout(manifest, clock) -> None:
    async with LocalSlack(manifest, clock=clock, ack_timeout=0.05) as slack, aiohttp.ClientSession() as session:
        client = AsyncWebClient(base_url=slack.api_url)
        opened = await client.apps_connections_open(app_token=slack.app_token)
        async with session.ws_connect(opened["url"]) as socket:
            hello = await socket.receive_json()
            acknowledged = await slack.types("/onboarding", by=ANA, channel=ONBOARDING)
            envelope = await socket.receive_json()

    assert hello["type"] == "hello"
    assert hello["connection_info"] == {"app_id": "A0BOT0001"}
    assert envelope["type"] == "slash_commands"
    assert envelope["accepts_response_payload"] is True
    assert acknowledged.error == "operation_timeout"


async def test_each_envelope_goes_to_one_of_several_connections(slack: LocalSlack, app, connect) -> None:
    bodies = answers_with_card(app)
    await connect()
    await connect()

    for _ in range(4):
        await slack.types("/onboarding", by=ANA, channel=ONBOARDING)

    assert slack.connections == 2
    assert len(bodies) == 4


async def test_after_a_refresh_the_app_has_come_anew(slack: LocalSlack, app, connect) -> None:
    answers_with_card(app)
    await connect()

    await slack.disconnects()

    await slack.connected()
    acknowledged = await slack.types("/onboarding", by=ANA, channel=ONBOARDING)
    assert acknowledged.ok
    assert len(slack.calls_of("apps.connections.open")) == 2


async def test_an_eleventh_connection_is_turned_away(slack: LocalSlack, client) -> None:
    async with aiohttp.ClientSession() as session:
        sockets = []
        for _ in range(11):
            opened = await client.apps_connections_open(app_token=slack.app_token)
            sockets.append(await session.ws_connect(opened["url"]))

        last = await sockets[10].receive_json()

        assert last == {"type": "disconnect", "reason": "too_many_websockets"}
        assert slack.connections == 10
        for socket in sockets:
            await socket.close()


async def test_a_ticket_opens_one_connection_only(slack: LocalSlack, client) -> None:
    opened = await client.apps_connections_open(app_token=slack.app_token)
    async with aiohttp.ClientSession() as session, session.ws_connect(opened["url"]):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect(opened["url"])

    assert refused.value.status == 403
