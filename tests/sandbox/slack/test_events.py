"""The Events API: how the app is told, what it must answer, and when it is told again."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from slack_sdk.signature import SignatureVerifier

from bot.sandbox.slack import LocalSlack
from bot.sandbox.slack.world import ANA, AURORA_SHARED, ERIN, ONBOARDING


@pytest.fixture
def slow(app, clock) -> list[str | None]:
    """An app that is 4 s late for everything; what it says is its attempt's number, as Bolt passes it on."""
    attempts: list[str | None] = []

    @app.use
    async def late(req, next) -> None:  # noqa: A002 - Bolt names its arguments
        attempts.extend(req.headers.get("x-slack-retry-num", [None]))
        clock.passes(seconds=4)
        await next()

    @app.event("app_mention")
    async def mentioned() -> None:
        pass

    return attempts


def attempts(slack: LocalSlack) -> list[tuple[int, str | None, str | None]]:
    return [(one.attempt, one.reason, one.error) for one in slack.deliveries]


async def test_an_event_is_wrapped_as_slack_wraps_it(live) -> None:
    bodies = []

    @live.app.event("app_mention")
    async def mentioned(body) -> None:
        bodies.append(body)

    await live.slack.types("<@U0BOT0001> aurora", by=ERIN, channel=AURORA_SHARED)
    await live.slack.until(lambda: bodies)

    body = bodies[0]
    assert body["type"] == "event_callback"
    assert (body["team_id"], body["api_app_id"]) == ("T0HOME001", "A0BOT0001")
    assert body["event_id"].startswith("Ev")
    assert abs(body["event_time"] - float(body["event"]["ts"])) < 2
    assert body["is_ext_shared_channel"] is True
    assert body["event"]["team"] == "T0OTHER01"
    assert attempts(live.slack) == [(0, None, None)]


async def test_what_is_not_acknowledged_comes_again_at_once_after_a_minute_and_after_five(
    slack: LocalSlack, slow, connect, clock
) -> None:
    await connect()

    await slack.types("@Onboarding aurora", by=ANA, channel=ONBOARDING)
    await slack.until(lambda: len(slack.deliveries) == 2)
    clock.passes(seconds=59)
    await slack.redelivers()
    before = len(slack.deliveries)
    clock.passes(seconds=1)
    await slack.redelivers()
    clock.passes(minutes=5)
    await slack.redelivers()
    clock.passes(hours=1)
    await slack.redelivers()

    assert before == 2
    assert [(one.attempt, one.reason) for one in slack.deliveries] == [
        (0, None),
        (1, "timeout"),
        (2, "timeout"),
        (3, "timeout"),
    ]
    assert len({one.event_id for one in slack.deliveries}) == 1
    assert slow == ["0", "1", "2", "3"]


async def test_a_message_stands_though_the_app_is_away_and_is_told_when_it_is_back(
    slack: LocalSlack, app, connect, clock
) -> None:
    heard = []

    @app.event("app_mention")
    async def mentioned(event) -> None:
        heard.append(event["text"])

    said = await slack.types("@Onboarding aurora", by=ANA, channel=ONBOARDING)
    await slack.until(lambda: len(slack.deliveries) == 2)
    await connect()
    clock.passes(minutes=1)
    await slack.redelivers()

    assert said.ok
    assert attempts(slack) == [
        (0, None, "dispatch_failed"),
        (1, "connection_failed", "dispatch_failed"),
        (2, "connection_failed", None),
    ]
    await slack.until(lambda: heard == ["<@U0BOT0001> aurora"])


@dataclass
class Receiver:
    """An app that keeps what it is sent and answers as told."""

    repeats: bool = True
    status: int = 200
    no_retry: bool = False
    requests: list[tuple[dict, dict]] = field(default_factory=list)
    signed: list[bool] = field(default_factory=list)

    async def receive(self, request: web.Request) -> web.Response:
        text = await request.text()
        verifier = SignatureVerifier("sandbox-signing-secret")
        self.signed.append(verifier.is_valid_request(text, dict(request.headers)))
        body = await request.json()
        self.requests.append((dict(request.headers), body))
        if body["type"] == "url_verification":
            return web.Response(text=body["challenge"] if self.repeats else "hello")
        return web.Response(status=self.status, headers={"X-Slack-No-Retry": "1"} if self.no_retry else {})


@pytest.fixture
async def slack_by_http(manifest) -> AsyncIterator[LocalSlack]:
    async with LocalSlack(manifest) as slack:
        yield slack


@pytest.fixture
async def receiver(slack_by_http: LocalSlack) -> AsyncIterator[Receiver]:
    receiver = Receiver()
    site = web.Application()
    site.add_routes([web.post("/slack/events", receiver.receive)])
    runner = web.AppRunner(site)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack_by_http.request_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    yield receiver
    await runner.cleanup()


async def test_over_http_the_url_is_challenged_once_and_events_are_signed_json(slack_by_http, receiver) -> None:
    await slack_by_http.opens_home(by=ANA)
    await slack_by_http.opens_home(by=ANA)

    kinds = [body["type"] for _, body in receiver.requests]
    assert kinds == ["url_verification", "event_callback", "event_callback"]
    assert all(receiver.signed)
    headers = receiver.requests[1][0]
    assert headers["Content-Type"] == "application/json"
    assert "X-Slack-Retry-Num" not in headers


async def test_a_url_that_does_not_repeat_the_challenge_gets_no_events(slack_by_http, receiver) -> None:
    receiver.repeats = False

    await slack_by_http.opens_home(by=ANA)

    assert [body["type"] for _, body in receiver.requests] == ["url_verification"]
    assert slack_by_http.deliveries[0].error == "url_not_verified"


async def test_over_http_a_retry_says_so_in_its_headers(slack_by_http, receiver) -> None:
    receiver.status = 500

    await slack_by_http.opens_home(by=ANA)
    await slack_by_http.until(lambda: len(slack_by_http.deliveries) == 2)

    (_, first), (headers, second) = receiver.requests[1:3]
    assert (headers["X-Slack-Retry-Num"], headers["X-Slack-Retry-Reason"]) == ("1", "http_error")
    assert first["event_id"] == second["event_id"]


async def test_an_app_can_ask_not_to_be_told_again(slack_by_http, receiver) -> None:
    receiver.status, receiver.no_retry = 500, True

    await slack_by_http.opens_home(by=ANA)
    await slack_by_http.redelivers()

    assert attempts(slack_by_http) == [(0, None, "dispatch_failed")]


async def test_any_2xx_acknowledges_an_event(slack_by_http, receiver) -> None:
    receiver.status = 204

    await slack_by_http.opens_home(by=ANA)

    assert attempts(slack_by_http) == [(0, None, None)]
