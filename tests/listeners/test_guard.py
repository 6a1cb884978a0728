"""The guard before Bolt, in HTTP mode over real sockets: slow, large, broken and repeated requests."""

import asyncio
import gzip
import hashlib
import hmac
from types import SimpleNamespace
from urllib.parse import urlencode, urlsplit

import pytest
from aiohttp import web

from bot import webhooks
from bot.listeners import http
from bot.listeners.signatures import Signatures
from bot.sandbox.slack.world import ANA, ONBOARDING, TEAM

FORM = "application/x-www-form-urlencoded"
MEBIBYTE = 1024 * 1024


def sign(secret, stamp, body):
    return "v0=" + hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()


async def send(address, *pieces, hang_up=False):
    """Send these very bytes; the status of the answer, or 0 without one."""
    url = urlsplit(address)
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        if hang_up:
            return 0
        async with asyncio.timeout(10):
            return int((await reader.readline()).split()[1])
    finally:
        writer.close()


@pytest.fixture
def mode():
    return "http"


@pytest.fixture
def head(slack, clock):
    """`head(body)`: the head of a signed request, whose body may then be sent in any way."""

    def heads(body=b"", *, method="POST", path=http.PATH, kind=FORM, seconds=0, **more):
        stamp = str(int(clock().timestamp()) + seconds)
        lines = {
            "Host": "bot.example",
            "Content-Type": kind,
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": sign(slack.signing_secret, stamp, body),
            **(more or {"Content-Length": len(body)}),
        }
        text = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in lines.items())
        return f"{method} {path} HTTP/1.1\r\n{text}\r\n".encode()

    return heads


@pytest.fixture
def whoami(slack):
    """The body of a command, by a trigger of its own."""

    def body(trigger="1.2.3"):
        return urlencode(
            {
                "command": "/onboarding",
                "text": "whoami",
                "user_id": ANA,
                "team_id": TEAM,
                "channel_id": ONBOARDING,
                "response_url": f"{slack.url}/commands/T0HOME001/nowhere",
                "trigger_id": trigger,
            }
        ).encode()

    return body


@pytest.fixture
async def hurried(slack, clock):
    """Both doors on a port of their own, where a body has a tenth of a second to come; the address without a path."""
    arrived = []

    async def taken(*request):
        arrived.append(request)

    bolt, events = SimpleNamespace(async_dispatch=taken), SimpleNamespace(receive=taken)
    app = web.Application()
    http.add_route(app, bolt, signing_secret=slack.signing_secret, clock=clock, patience=0.1)
    webhooks.add_route(app, events, patience=0.1)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, lingering_time=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield SimpleNamespace(address=f"http://127.0.0.1:{runner.addresses[0][1]}", arrived=arrived)
    await runner.cleanup()


@pytest.mark.parametrize("path", [http.PATH, webhooks.PATH])
async def test_a_body_that_does_not_come_in_time_is_not_waited_for(hurried, head, whoami, path):
    answer = await send(hurried.address, head(whoami(), path=path), whoami()[:20])

    assert answer == 408
    assert hurried.arrived == []


@pytest.mark.parametrize("path", [http.PATH, webhooks.PATH])
async def test_a_body_that_says_it_is_too_large_is_refused_before_it_comes(hurried, head, path):
    assert await send(hurried.address, head(path=path, Content_Length=2 * MEBIBYTE)) == 413


@pytest.mark.parametrize("path", [http.PATH, webhooks.PATH])
async def test_a_body_that_does_not_say_how_large_it_is_is_cut_off(hurried, head, path):
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"

    answer = await send(hurried.address, head(path=path, Transfer_Encoding="chunked"), *[chunk] * 20)

    assert answer == 413
    assert hurried.arrived == []


@pytest.mark.parametrize(
    ("method", "path", "answer"),
    [("GET", http.PATH, 405), ("PUT", http.PATH, 405), ("POST", "/slack", 404), ("POST", "/", 404)],
)
async def test_another_method_or_path_leads_nowhere(bot, head, whoami, slack, method, path, answer):
    assert await send(bot.address, head(whoami(), method=method, path=path), whoami()) == answer
    assert slack.calls_of("users.info") == []


async def test_a_request_that_comes_again_byte_for_byte_is_refused_while_its_time_would_pass(
    bot, head, whoami, slack, clock
):
    request = head(whoami()) + whoami()

    answers = [await send(bot.address, request)]
    for _ in range(7):
        clock.passes(seconds=50)
        answers.append(await send(bot.address, request))
    await bot.settled()

    assert answers == [200] + [401] * 7
    assert len(slack.calls_of("users.info")) == 1


async def test_a_request_signed_ahead_of_our_time_is_remembered_until_it_is_too_old(head, whoami, slack, clock):
    signatures, ahead = Signatures(slack.signing_secret, clock=clock), str(int(clock().timestamp()) + 299)
    headers = {
        "X-Slack-Request-Timestamp": ahead,
        "X-Slack-Signature": sign(slack.signing_secret, ahead, whoami()),
    }

    first = not signatures.wrong(whoami(), headers)
    again = []
    for _ in range(10):
        clock.passes(seconds=65)
        again.append(not signatures.wrong(whoami(), headers))

    assert first
    assert not any(again)


async def test_a_command_sent_again_under_a_new_signature_is_taken_and_not_done_again(bot, head, whoami, slack):
    answers = [await send(bot.address, head(whoami(), seconds=seconds) + whoami()) for seconds in range(3)]
    await bot.settled()

    assert answers == [200, 200, 200]
    assert len(slack.calls_of("response_url")) == 1


async def test_two_commands_in_one_second_are_two(bot, head, whoami, slack):
    for trigger in ("1.1.1", "2.2.2"):
        assert await send(bot.address, head(whoami(trigger)) + whoami(trigger)) == 200
    await bot.settled()

    assert len(slack.calls_of("response_url")) == 2


async def test_what_is_signed_are_the_bytes_that_came_and_nothing_is_unpacked(bot, head, whoami, slack):
    packed = gzip.compress(whoami())

    as_sent = head(packed, Content_Length=len(packed), Content_Encoding="gzip")
    unpacked = head(whoami(), Content_Length=len(packed), Content_Encoding="gzip")

    assert await send(bot.address, as_sent, packed) == 400
    assert await send(bot.address, unpacked, packed) == 401
    assert slack.calls_of("users.info") == []


@pytest.mark.parametrize("body", [b"\xff\xfe", b"payload=" + b"%5B" * 100_000, b'{"a":' + b"9" * 5000 + b"}"])
async def test_what_is_signed_but_cannot_be_read_is_refused(bot, head, body):
    kind = "application/json" if body.startswith(b"{") else FORM

    assert await send(bot.address, head(body, kind=kind), body) == 400


async def test_a_body_in_broken_chunks_is_refused(bot, head, ask, caplog):
    assert await send(bot.address, head(Transfer_Encoding="chunked"), b"zz\r\nhello\r\n") == 400
    assert await send(bot.address, b"\x16\x03\x01 not http at all\r\n\r\n") == 400
    assert "Ana Ruiz" in await ask("whoami")
    assert caplog.records == []


async def test_a_caller_that_hangs_up_halfway_disturbs_nobody(bot, head, whoami, ask, caplog):
    await send(bot.address, head(whoami()), whoami()[:20], hang_up=True)

    assert "Ana Ruiz" in await ask("whoami")
    assert caplog.records == []
