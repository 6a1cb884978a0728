"""Links: told to the app when posted, unfurled below the message, and refused."""

import copy

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from bot.sandbox.slack import LocalSlack
from bot.sandbox.slack.world import ANA, BEN, CARA, CS_LEADS, ONBOARDING, RANDOM

URL = "https://my.pivotal.example/customers/1-aurora?tab=a&b=2"
BLOCKS = [{"type": "section", "text": {"type": "mrkdwn", "text": "*Aurora Foods* · Review"}}]
MORE = {"type": "button", "text": {"type": "plain_text", "text": "Open"}, "action_id": "open", "value": "89"}


@pytest.fixture
async def heard(app, connect) -> list[dict]:
    events: list[dict] = []

    @app.event("link_shared")
    async def shared(event) -> None:
        events.append(event)

    await connect()
    return events


@pytest.fixture
async def posted(slack: LocalSlack, heard) -> dict:
    """The event about a link that Ana posted."""
    await slack.types(f"See {URL}, please", by=ANA, channel=ONBOARDING)
    await slack.until(lambda: heard)
    return heard[0]


async def refused(call) -> str:
    with pytest.raises(SlackApiError) as error:
        await call
    return error.value.response["error"]


async def test_a_posted_link_is_unfurled_below_its_message(live) -> None:
    @live.app.event("link_shared")
    async def shared(event, client) -> None:
        unfurls = {link["url"]: {"blocks": BLOCKS} for link in event["links"]}
        await client.chat_unfurl(unfurl_id=event["unfurl_id"], source=event["source"], unfurls=unfurls)

    await live.slack.types(f"See {URL}", by=ANA, channel=ONBOARDING)

    message = await live.slack.sees("Aurora Foods", by=ANA, channel=ONBOARDING)
    assert message.user == ANA
    assert message.text == "See <https://my.pivotal.example/customers/1-aurora?tab=a&amp;b=2>"
    assert [unfurl.url for unfurl in message.unfurls] == [URL]


async def test_the_event_names_message_domain_and_address(slack: LocalSlack, posted) -> None:
    message = slack.last(by=ANA, channel=ONBOARDING)

    assert posted["links"] == [{"url": URL, "domain": "pivotal.example"}]
    assert (posted["channel"], posted["message_ts"], posted["user"]) == (ONBOARDING, message.ts, ANA)
    assert (posted["source"], posted["is_bot_user_member"]) == ("conversations_history", True)
    assert "thread_ts" not in posted


async def test_in_a_public_channel_without_the_bot_it_hears_so(slack: LocalSlack, heard) -> None:
    await slack.types(URL, by=ANA, channel=RANDOM)
    await slack.until(lambda: heard)

    assert heard[0]["is_bot_user_member"] is False


async def test_in_a_private_channel_without_the_bot_it_hears_nothing(slack: LocalSlack, heard) -> None:
    slack.removes_bot(CS_LEADS)

    await slack.types(URL, by=CARA, channel=CS_LEADS)

    assert slack.deliveries == []


@pytest.mark.parametrize(
    "text", ["https://notpivotal.example/1", "https://pivotal.example.evil.example/1", "pivotal.example", "no link"]
)
async def test_other_links_are_not_told(slack: LocalSlack, heard, text: str) -> None:
    await slack.types(text, by=ANA, channel=ONBOARDING)

    assert slack.deliveries == []


async def test_one_message_tells_each_link_once(slack: LocalSlack, heard) -> None:
    other = "https://pivotal.example/customers/2"

    await slack.types(f"{URL} {other} {URL}", by=ANA, channel=ONBOARDING)
    await slack.until(lambda: heard)

    assert [link["url"] for link in heard[0]["links"]] == [URL, other]


async def test_a_second_unfurl_replaces_the_first(slack: LocalSlack, posted, client) -> None:
    where = {"channel": posted["channel"], "ts": posted["message_ts"]}
    await client.chat_unfurl(**where, unfurls={URL: {"blocks": BLOCKS}})

    await client.chat_unfurl(**where, unfurls={URL: {"title": "Aurora", "title_link": URL, "text": "Launch"}})

    async with (
        aiohttp.ClientSession(slack.url) as web,
        web.get("/sandbox/state", params={"as": ANA}) as answer,
    ):
        (message,) = (await answer.json())["messages"][ONBOARDING]
    (unfurl,) = message["unfurls"]
    assert unfurl["url"] == URL
    assert unfurl["blocks"][0]["text"]["text"] == f"*<{URL}|Aurora>*\nLaunch"


async def test_a_button_in_a_preview_says_which_preview(slack: LocalSlack, posted, app, client) -> None:
    presses = []

    @app.action("open")
    async def open_it(ack, body, respond) -> None:
        presses.append(body)
        await ack()
        await respond("Private", replace_original=True)

    where = {"channel": posted["channel"], "ts": posted["message_ts"]}
    blocks = [*BLOCKS, {"type": "actions", "elements": [MORE]}]
    await client.chat_unfurl(**where, unfurls={URL: {"blocks": blocks}})

    await slack.clicks("Open", by=BEN)
    await slack.sees("Private", by=BEN, channel=ONBOARDING)

    (body,) = presses
    assert body["container"] == {
        "type": "message_attachment",
        "message_ts": posted["message_ts"],
        "channel_id": ONBOARDING,
        "is_ephemeral": False,
        "attachment_id": 1,
        "is_app_unfurl": True,
        "app_unfurl_url": URL,
    }
    assert "message" not in body
    assert body["app_unfurl"]["blocks"][1]["elements"][0]["value"] == body["actions"][0]["value"] == "89"
    original, answer = slack.messages(ONBOARDING, BEN)
    assert (original.user, original.unfurls[0].url, answer.ephemeral_to) == (ANA, URL, BEN)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"channel": None}, "missing_channel"),
        ({"ts": None}, "missing_ts"),
        ({"unfurls": None}, "missing_unfurls"),
        ({"unfurls": ["x"]}, "invalid_unfurls_format"),
        ({"channel": "C0NOWHERE"}, "cannot_find_channel"),
        ({"ts": "1.000001"}, "cannot_find_message"),
        ({"unfurls": {"https://pivotal.example/other": {"text": "x"}}}, "cannot_unfurl_message"),
        ({"unfurls": {URL: {}}}, "cannot_parse_attachment"),
        ({"unfurls": {URL: {"blocks": [{"type": "wobble"}]}}}, "invalid_blocks"),
        ({"unfurl_id": "x"}, "missing_source"),
        ({"source": "composer"}, "missing_unfurl_id"),
        ({"unfurl_id": "x", "source": "elsewhere"}, "invalid_source"),
        ({"unfurl_id": "x", "source": "conversations_history"}, "invalid_unfurl_id"),
    ],
)
async def test_what_cannot_be_unfurled_is_refused(slack: LocalSlack, posted, client, change, error) -> None:
    whole = {"channel": ONBOARDING, "ts": posted["message_ts"], "unfurls": {URL: {"blocks": BLOCKS}}}

    assert await refused(client.api_call("chat.unfurl", json=whole | change)) == error
    assert slack.last(by=ANA, channel=ONBOARDING).unfurls == ()


async def test_a_link_of_another_domain_is_not_the_apps_to_unfurl(slack: LocalSlack, heard, client) -> None:
    await slack.types("https://other.example/1", by=ANA, channel=ONBOARDING)
    ts = slack.last(by=ANA, channel=ONBOARDING).ts

    call = client.chat_unfurl(channel=ONBOARDING, ts=ts, unfurls={"https://other.example/1": {"text": "x"}})

    assert await refused(call) == "cannot_unfurl_url"


@pytest.mark.parametrize("lacking", ["links:read", "links:write"])
async def test_both_scopes_are_needed(manifest, client, lacking: str) -> None:
    without = copy.deepcopy(manifest)
    without["oauth_config"]["scopes"]["bot"].remove(lacking)

    async with LocalSlack(without) as slack:
        client.base_url = slack.api_url
        await slack.types(URL, by=ANA, channel=ONBOARDING)
        ts = slack.last(by=ANA, channel=ONBOARDING).ts
        error = await refused(client.chat_unfurl(channel=ONBOARDING, ts=ts, unfurls={URL: {"text": "x"}}))

    assert (error, bool(slack.deliveries)) == (
        ("cannot_unfurl_url", False) if lacking == "links:read" else ("missing_scope", True)
    )
