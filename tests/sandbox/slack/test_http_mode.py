"""HTTP mode: signed requests to the app's request URL."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import LocalSlack
from bot.sandbox.slack.request_url import signature
from bot.sandbox.slack.world import ANA, ONBOARDING

BUTTON = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}


@pytest.fixture
async def slack(manifest) -> AsyncIterator[LocalSlack]:
    async with LocalSlack(manifest) as slack:  # Bolt compares the signed time with its own clock
        yield slack


async def serve(slack: LocalSlack, *routes: web.RouteDef) -> web.AppRunner:
    site = web.Application()
    site.add_routes(routes)
    runner = web.AppRunner(site)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.request_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    return runner


@pytest.fixture
async def app(slack: LocalSlack) -> AsyncIterator[AsyncApp]:
    client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
    app = AsyncApp(client=client, signing_secret=slack.signing_secret)
    server = app.server(port=0, path="/slack/events")
    runner = await serve(slack, web.post("/slack/events", server.handle_post_requests))
    yield app
    await runner.cleanup()


async def test_a_command_and_a_press_arrive_signed_and_are_answered(slack: LocalSlack, app) -> None:
    @app.command("/onboarding")
    async def command(ack, respond, body) -> None:
        await ack()
        await respond(text=body["text"], blocks=[{"type": "actions", "elements": [BUTTON]}])

    @app.action("go")
    async def press(ack, respond) -> None:
        await ack()
        await respond(text="Gone", replace_original=True)

    typed = await slack.types("/onboarding aurora & co", by=ANA, channel=ONBOARDING)
    pressed = await slack.clicks("Go", by=ANA)

    message = await slack.sees("Gone", by=ANA, channel=ONBOARDING)
    assert (typed.ok, pressed.ok) == (True, True)
    assert message.ephemeral_to == ANA
    assert slack.request_url is not None


async def test_another_secret_is_not_accepted(slack: LocalSlack, manifest) -> None:
    client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
    stranger = AsyncApp(client=client, signing_secret="another secret")
    runner = await serve(
        slack, web.post("/slack/events", stranger.server(port=0, path="/slack/events").handle_post_requests)
    )

    typed = await slack.types("/onboarding", by=ANA, channel=ONBOARDING)

    await runner.cleanup()
    assert typed.error == "dispatch_failed"
    assert slack.notices(ANA) == ["/onboarding failed with the error “dispatch_failed”"]


async def test_nobody_listening_is_a_failed_dispatch(slack: LocalSlack) -> None:
    slack.request_url = "http://127.0.0.1:9/slack/events"

    typed = await slack.types("/onboarding", by=ANA, channel=ONBOARDING)

    assert typed.error == "dispatch_failed"


async def test_commands_are_plain_forms_and_interactions_a_payload_field(slack: LocalSlack) -> None:
    seen = []

    async def receive(request: web.Request) -> web.Response:
        form = await request.post()
        seen.append((request.content_type, "payload" in form, form.get("command"), request.headers["User-Agent"]))
        return web.Response(text="")

    runner = await serve(slack, web.post("/slack/events", receive))
    client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
    await client.chat_postMessage(channel=ONBOARDING, text="x", blocks=[{"type": "actions", "elements": [BUTTON]}])

    await slack.types("/onboarding", by=ANA, channel=ONBOARDING)
    await slack.clicks("Go", by=ANA)

    await runner.cleanup()
    form = "application/x-www-form-urlencoded"
    agent = "Slackbot 1.0 (+https://api.slack.com/robots)"
    assert seen == [(form, False, "/onboarding", agent), (form, True, None, agent)]


def test_the_signature_is_the_one_slack_sdk_computes() -> None:
    body = "command=%2Fonboarding&text=a+b"

    assert signature("secret", "1788771600", body) == SignatureVerifier("secret").generate_signature(
        timestamp="1788771600", body=body
    )
