"""A picture in a thread: sent once, with its words, and told apart by whether anybody can see it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery import Delivery, NotPosted, Revoked, Uncertain, Unsent
from bot.domain.errors import Forbidden
from bot.listeners.manifest import manifest
from bot.sandbox.slack import LocalSlack
from bot.sandbox.slack.world import ANA, BOT, ONBOARDING, TEAM
from bot.views.message import Picture, say

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
PICTURE = Picture(lambda: PNG, "Open onboardings", "Review 5: 3 active, 2 at risk.")
STEPS = ["files.getUploadURLExternal", "upload", "files.completeUploadExternal"]


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def extras() -> tuple[str, ...]:
    return ("charts",)


@pytest.fixture
async def slack(extras) -> AsyncIterator[LocalSlack]:
    async with LocalSlack(manifest(extras=extras)) as local:
        yield local


@pytest.fixture
async def delivery(slack, slept) -> AsyncIterator[Delivery]:
    async def customers(_age: timedelta) -> set[str]:
        return set()

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, session=session, retry_handlers=[])
        clock = lambda: datetime(2026, 9, 11, 13, tzinfo=UTC)  # noqa: E731 - one expression
        yield Delivery(client, clock=clock, sleep=sleep, team=TEAM, me=BOT, customer_channels=customers)


@pytest.fixture
async def thread(delivery) -> str:
    return (await delivery.post(ONBOARDING, say("Portfolio"))).ts


def steps(slack):
    return [call.method for call in slack.calls if call.method in STEPS]


async def test_a_picture_stands_in_the_thread_with_its_title_and_words(slack, delivery, thread):
    await delivery.upload(ONBOARDING, PICTURE, thread_ts=thread)

    message = slack.last(by=ANA, channel=ONBOARDING)
    (file,) = message.files
    assert (message.thread_ts, file.content, file.title) == (thread, PNG, "Open onboardings")
    assert file.alt_text == "Review 5: 3 active, 2 at risk."
    assert steps(slack) == STEPS


@pytest.mark.parametrize("step", STEPS[:2])
async def test_a_line_that_breaks_before_it_is_shown_has_shown_nothing(step, slack, delivery, thread):
    slack.drops(step)

    with pytest.raises(Unsent):
        await delivery.upload(ONBOARDING, PICTURE, thread_ts=thread)

    assert steps(slack).count(step) == 1
    assert slack.files == []


async def test_a_line_that_breaks_while_it_is_shown_is_uncertain_and_never_repeated(slack, delivery, thread):
    slack.drops("files.completeUploadExternal")

    with pytest.raises(Uncertain):
        await delivery.upload(ONBOARDING, PICTURE, thread_ts=thread)

    assert steps(slack) == STEPS
    assert len(slack.files) == 1


async def test_a_picture_is_not_shown_where_others_came_to_read_while_it_was_drawn(slack, delivery, thread):
    loop = asyncio.get_running_loop()

    def draws() -> bytes:
        loop.call_soon_threadsafe(slack.becomes_external, ONBOARDING)
        return PNG

    with pytest.raises(Forbidden, match="shared"):
        await delivery.upload(ONBOARDING, Picture(draws, "t", "a"), thread_ts=thread)

    assert "files.completeUploadExternal" not in steps(slack)


async def test_an_upload_that_slack_does_not_take_is_not_shown(slack, delivery, thread):
    slack.fails("upload", error="invalid_length")

    with pytest.raises(Unsent):
        await delivery.upload(ONBOARDING, PICTURE, thread_ts=thread)

    assert "files.completeUploadExternal" not in steps(slack)


async def test_rate_limit_is_waited_out(slack, delivery, thread, slept):
    slack.fails("files.completeUploadExternal", error="ratelimited", retry_after=7)

    await delivery.upload(ONBOARDING, PICTURE, thread_ts=thread)

    assert slept == [7]
    assert len(slack.files) == 1


@pytest.mark.parametrize(("code", "family"), [("not_in_channel", NotPosted), ("token_revoked", Revoked)])
async def test_refusal_is_of_the_same_family_as_a_posts(code, family, slack, delivery, thread):
    slack.fails("files.completeUploadExternal", error=code)

    with pytest.raises(family):
        await delivery.upload(ONBOARDING, PICTURE, thread_ts=thread)


@pytest.mark.parametrize("extras", [()])
async def test_without_the_scope_nothing_is_sent(slack, delivery, thread):
    with pytest.raises(NotPosted) as refused:
        await delivery.upload(ONBOARDING, PICTURE, thread_ts=thread)

    assert refused.value.code == "missing_scope"
    assert steps(slack) == STEPS[:1]


async def test_a_picture_that_cannot_be_drawn_is_told(slack, delivery, thread):
    def broken() -> bytes:
        raise ImportError("matplotlib lacks a library")

    with pytest.raises(Unsent, match="could not be drawn"):
        await delivery.upload(ONBOARDING, Picture(broken, "t", "a"), thread_ts=thread)

    assert steps(slack) == []
