"""Files as Slack takes them: asked for, sent, and shared once."""

import copy
from collections.abc import Awaitable
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError, SlackRequestError

from bot.sandbox.slack import LocalSlack
from bot.sandbox.slack.world import (
    ANA,
    CARA,
    CS_LEADS,
    DEVON,
    OLD_ONBOARDING,
    ONBOARDING,
    RANDOM,
    direct_message,
)

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(20)
ALT = "Onboardings by phase and state"


async def refused(call: Awaitable[Any]) -> str:
    with pytest.raises(SlackApiError) as error:
        await call
    return error.value.response["error"]


async def sent(client, *, content: bytes = PICTURE, length: int | None = None) -> tuple[str, int, str]:
    """Asks for an address and sends the bytes there: the file's id, the status, the address."""
    asked = await client.files_getUploadURLExternal(filename="chart.png", length=length or len(content), alt_txt=ALT)
    async with aiohttp.ClientSession() as web, web.post(asked["upload_url"], data=content) as answer:
        return asked["file_id"], answer.status, asked["upload_url"]


async def test_a_picture_stands_in_the_thread_with_its_words(slack: LocalSlack, client) -> None:
    root = await client.chat_postMessage(channel=ONBOARDING, text="Portfolio")

    answer = await client.files_upload_v2(
        content=PICTURE,
        filename="chart.png",
        title="The week",
        alt_txt=ALT,
        channel=ONBOARDING,
        thread_ts=root["ts"],
        initial_comment="As of Friday",
    )

    (file,) = slack.files
    message = slack.last(by=ANA, channel=ONBOARDING)
    assert (file.id, file.title, file.alt_text, file.content) == (answer["file"]["id"], "The week", ALT, PICTURE)
    assert (message.thread_ts, message.files, message.seen) == (root["ts"], (file,), f"As of Friday\nThe week {ALT}")
    assert [call.method for call in slack.calls[1:]] == [
        "files.getUploadURLExternal",
        "upload",
        "files.completeUploadExternal",
    ]


async def test_a_form_is_taken_as_well_as_raw_bytes(slack: LocalSlack, client) -> None:
    asked = await client.files_getUploadURLExternal(filename="chart.png", length=len(PICTURE))
    form = aiohttp.FormData()
    form.add_field("filename", PICTURE, filename="chart.png")

    async with aiohttp.ClientSession() as web, web.post(asked["upload_url"], data=form) as answer:
        assert answer.status == 200
    await client.files_completeUploadExternal(files=[{"id": asked["file_id"]}], channel_id=direct_message(ANA))

    (file,) = slack.last(by=ANA, channel=direct_message(ANA)).files
    assert (file.title, file.content) == ("chart.png", PICTURE)


async def test_without_a_channel_nobody_sees_it(slack: LocalSlack, client) -> None:
    file_id, _, _ = await sent(client)

    await client.files_completeUploadExternal(files=[{"id": file_id}])

    assert [file.id for file in slack.files] == [file_id]
    assert slack.messages(ONBOARDING, ANA) == []


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"length": 0}, "missing_argument"),
        ({"length": "many"}, "invalid_arguments"),
        ({"length": -1}, "invalid_arguments"),
        ({"filename": ""}, "invalid_arguments"),
        ({"alt_txt": "x" * 1001}, "alt_txt_too_large"),
    ],
)
async def test_an_address_is_not_given_for_anything(client, asked: dict, error: str) -> None:
    whole = {"filename": "chart.png", "length": 4, "alt_txt": "x" * 1000}

    assert await refused(client.files_getUploadURLExternal(**whole | asked)) == error


async def test_bytes_of_another_length_are_not_taken(slack: LocalSlack, client) -> None:
    file_id, status, _ = await sent(client, length=len(PICTURE) + 1)

    error = await refused(client.files_completeUploadExternal(files=[{"id": file_id}], channel_id=ONBOARDING))

    assert (status, error, slack.files) == (400, "file_not_found", [])


async def test_an_address_takes_one_file_once(client) -> None:
    _, _, address = await sent(client)

    async with aiohttp.ClientSession() as web, web.post(address, data=PICTURE) as again:
        assert again.status == 404
    async with aiohttp.ClientSession() as web, web.post(f"{address}x", data=PICTURE) as unknown:
        assert unknown.status == 404


async def test_a_file_is_completed_once(slack: LocalSlack, client) -> None:
    file_id, _, _ = await sent(client)
    await client.files_completeUploadExternal(files=[{"id": file_id}], channel_id=ONBOARDING)

    error = await refused(client.files_completeUploadExternal(files=[{"id": file_id}], channel_id=ONBOARDING))

    assert (error, len(slack.messages(ONBOARDING))) == ("file_not_found", 1)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"files": []}, "invalid_arguments"),
        ({"files": [{"title": "x"}]}, "invalid_arguments"),
        ({"files": [{"id": "F0NOTHING"}]}, "file_not_found"),
        ({"channel_id": "C0NOWHERE"}, "channel_not_found"),
        ({"channel_id": "#onboarding"}, "channel_not_found"),
        ({"channel_id": ANA}, "channel_not_found"),
        ({"channel_id": RANDOM}, "not_in_channel"),
        ({"channel_id": OLD_ONBOARDING}, "posting_to_channel_denied"),
        ({"thread_ts": "1.000001"}, "thread_not_found"),
        ({"channels": [CS_LEADS], "thread_ts": "1.000001"}, "invalid_arguments"),
    ],
)
async def test_what_cannot_be_shared_stays_to_be_shared(slack: LocalSlack, client, change: dict, error: str) -> None:
    file_id, _, _ = await sent(client)
    whole = {"files": [{"id": file_id}], "channel_id": ONBOARDING}

    assert await refused(client.files_completeUploadExternal(**whole | change)) == error

    await client.files_completeUploadExternal(**whole)
    assert slack.last(by=ANA, channel=ONBOARDING).files == tuple(slack.files)


async def test_without_the_scope_there_is_no_address(manifest, client) -> None:
    without = copy.deepcopy(manifest)
    without["oauth_config"]["scopes"]["bot"].remove("files:write")

    async with LocalSlack(without) as slack:
        client.base_url = slack.api_url
        error = await refused(client.files_getUploadURLExternal(filename="chart.png", length=4))

    assert error == "missing_scope"


async def test_an_upload_that_fails_is_an_error_of_the_sdk(slack: LocalSlack, client) -> None:
    slack.fails("upload", error="internal_error")

    with pytest.raises(SlackRequestError, match="Failed to upload"):
        await client.files_upload_v2(content=PICTURE, filename="chart.png", channel=ONBOARDING)

    assert slack.files == []


async def test_the_page_gets_the_bytes_for_whom_sees_the_message(slack: LocalSlack, client) -> None:
    await client.files_upload_v2(content=PICTURE, filename="chart.png", alt_txt=ALT, channel=CS_LEADS)

    async with aiohttp.ClientSession(slack.url) as web:
        async with web.get("/sandbox/state", params={"as": CARA}) as answer:
            (message,) = (await answer.json())["messages"][CS_LEADS]
        (shown,) = message["files"]
        async with web.get(shown["url"]) as picture:
            seen = (picture.status, picture.content_type, await picture.read())
        async with web.get(shown["url"].replace(CARA, DEVON)) as other:
            hidden = other.status

    assert (shown["alt_text"], shown["is_picture"]) == (ALT, True)
    assert (seen, hidden) == ((200, "image/png", PICTURE), 404)
