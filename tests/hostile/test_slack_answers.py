"""Whatever Slack answers the bot: each call ends as a refusal would, and nothing goes where the readers are unknown.

`make test` tries 400 cases, always the same; `make soak` 8,000, other ones each time.
"""

import itertools
import json
from contextlib import suppress
from datetime import UTC, datetime

import aiohttp
import pytest
from aiohttp import web
from hypothesis import strategies as some
from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery import Delivery
from bot.domain.errors import BotError
from bot.sandbox.slack.world import ANA, BOT, ONBOARDING, TEAM
from bot.views.message import Picture, say
from tests.hostile.shapes import altered, encoded, tree
from tests.hostile.test_fuzz import many

HELLO = say("Hello")
CHANNEL = {"id": ONBOARDING, "name": "onboarding", "is_member": True, "previous_names": ["old"], "is_archived": False}
SHARED = {"is_shared": False, "is_ext_shared": False, "is_org_shared": False, "is_pending_ext_shared": False}
PENDING = ("is_pending_ext_shared", "pending_shared", "pending_connected_team_ids")
USER = {"id": ANA, "team_id": TEAM, "is_bot": False, "is_restricted": False, "is_ultra_restricted": False}
READERS = {
    "conversations.info": {
        "ok": True,
        "channel": {**CHANNEL, **SHARED, "pending_shared": [], "pending_connected_team_ids": []},
    },
    "conversations.members": {"ok": True, "members": [ANA, BOT], "response_metadata": {"next_cursor": ""}},
    "users.info": {"ok": True, "user": {**USER, "deleted": False, "is_stranger": False, "enterprise_user": {}}},
}
ANSWERS = {
    **READERS,
    "conversations.open": {"ok": True, "channel": {"id": "D0ANA0001", "user": ANA}},
    "chat.postMessage": {"ok": True, "channel": ONBOARDING, "ts": "1788762600.000100", "message": {}},
    "chat.update": {"ok": True, "channel": ONBOARDING, "ts": "1788762600.000100"},
    "chat.unfurl": {"ok": True},
    "files.getUploadURLExternal": {"ok": True, "upload_url": "http://127.0.0.1:9/nobody", "file_id": "F1"},
    "files.completeUploadExternal": {"ok": True, "files": [{"id": "F1"}]},
}
SHOWS = {"chat.postMessage", "chat.update", "chat.unfurl", "files.completeUploadExternal"}
REFUSALS = ("ratelimited", "not_in_channel", "user_not_visible", "fatal_error", "token_revoked", "", 5)
PICTURE = Picture(lambda: b"PNG", "title", "words")
ACTS = {
    "guard": lambda delivery: delivery.guard(ONBOARDING),
    "post": lambda delivery: delivery.post(ONBOARDING, HELLO),
    "update": lambda delivery: delivery.update(ONBOARDING, "1.2", HELLO),
    "unfurl": lambda delivery: delivery.unfurl(ONBOARDING, "1.2", {"https://my.pivotal.app/onboardings/89": HELLO}),
    "upload": lambda delivery: delivery.upload(ONBOARDING, PICTURE, thread_ts="1.2"),
    "tell": lambda delivery: delivery.tell(ANA, HELLO),
    "whisper": lambda delivery: delivery.whisper(ONBOARDING, HELLO, to=ANA),
    "withdraw": lambda delivery: delivery.withdraw(ONBOARDING, "1.2"),
    "readers": lambda delivery: delivery.readers.audience("D0ANA0001"),
    "welcome": lambda delivery: delivery.welcome(),
}
LIMITS = ("stranger", "restricted", "ultra_restricted")
GUARDED = ("post", "update", "unfurl", "upload")


def odd(method):
    """What may be answered to a method: what should be but for a field, a refusal, or anything at all."""
    refused = some.fixed_dictionaries({"ok": some.just(False), "error": some.sampled_from(REFUSALS)})
    nearly = encoded(altered(some.just(ANSWERS[method])) | refused | tree(tuple(ANSWERS[method]))).map(str.encode)
    return some.one_of(nearly, nearly, nearly, some.binary(max_size=40))


CASES = some.tuples(
    some.sampled_from([*GUARDED, *GUARDED, *ACTS]),
    some.lists(some.sampled_from([*READERS, *ANSWERS]), min_size=1, max_size=2, unique=True).flatmap(
        lambda methods: some.fixed_dictionaries({method: odd(method) for method in methods})
    ),
    some.sampled_from([200, 200, 200, 200, 429, 500]),
    some.sampled_from(["1", "nan", "-1", "1e999", "x", ""]),
)


def of_the_team(answers):
    """Whether Slack has said plainly that the team alone reads the channel: what would have to be so, spelled out."""
    try:
        info, members, asked = (json.loads(answers[method]) for method in READERS)
        channel, user = info["channel"], asked["user"]
        return (
            info["ok"] and members["ok"] and asked["ok"]
            and channel["is_shared"] is False and channel["is_ext_shared"] is False
            and any(channel.get(name) is not None for name in PENDING)
            and not any(channel.get(name) for name in PENDING)
            and BOT in members["members"]
            and (
                user.get("is_bot") is True
                or (user["team_id"] == TEAM and not any(user.get(f"is_{what}") for what in LIMITS))
            )
        )  # fmt: skip
    except (LookupError, TypeError, ValueError, AttributeError):
        return False


@pytest.fixture
async def served():
    """`served(answers, status, headers)`: the address of a Slack that answers so, and what it was asked for."""
    known, numbers = {}, itertools.count()

    async def answer(request):
        answers, status, headers, asked = known[request.match_info["number"]]
        method = request.match_info["method"]
        asked.append(method)
        if method in answers:
            return web.Response(status=status, body=answers[method], headers=headers, content_type="application/json")
        return web.json_response(ANSWERS.get(method, {"ok": True}))

    application = web.Application()
    application.router.add_route("*", "/{number}/api/{method}", answer)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()

    def serves(answers, status, headers):
        number, asked = str(next(numbers)), []
        known[number] = (answers, status, headers, asked)
        return f"http://127.0.0.1:{runner.addresses[0][1]}/{number}/api/", asked

    yield serves
    await runner.cleanup()


@many(400)
async def test_whatever_slack_answers(fuzz, served, cases):
    async def nothing(*_given):
        return None

    async def customers(_age):
        return set()

    async def remembers(channel, ts):
        assert (channel + ts).isprintable()

    async with aiohttp.ClientSession() as session:

        async def act(case):
            doing, answers, status, after = case
            address, asked = served(answers, status, {"Retry-After": after} if status == 429 else {})
            client = AsyncWebClient(token="xoxb-fuzz", base_url=address, session=session, retry_handlers=[])
            delivery = Delivery(
                client,
                clock=lambda: datetime(2026, 9, 7, 7, tzinfo=UTC),
                sleep=nothing,
                team=TEAM,
                me=BOT,
                customer_channels=customers,
                remember=remembers,
            )
            with suppress(BotError):
                await ACTS[doing](delivery)
            shown = SHOWS & set(asked)
            said = {method: json.dumps(body).encode() for method, body in READERS.items()} | answers
            readable = of_the_team(said) and (status == 200 or not set(READERS) & set(answers))
            assert doing not in GUARDED or not shown or readable, (case, asked)

        await fuzz(CASES, act, cases=cases)
