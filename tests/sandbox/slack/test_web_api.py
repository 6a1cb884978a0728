"""What the Web API says yes and no to, through the real slack-sdk client."""

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import LocalSlack
from bot.sandbox.slack.world import (
    ANA,
    AURORA_SHARED,
    BEN,
    BOT,
    CS_LEADS,
    ERIN,
    GUS,
    OLD_ONBOARDING,
    ONBOARDING,
    PARTNERS,
    RANDOM,
    direct_message,
)


async def refusal(call) -> str:
    with pytest.raises(SlackApiError) as refused:
        await call
    return refused.value.response["error"]


async def test_auth_test_says_who_the_bot_is(client) -> None:
    answer = await client.auth_test()

    assert (answer["user_id"], answer["bot_id"], answer["team_id"]) == (BOT, "B0BOT0001", "T0HOME001")
    assert "chat:write" in answer.headers["x-oauth-scopes"]


async def test_a_wrong_and_a_missing_token_are_told_apart(slack: LocalSlack) -> None:
    wrong = AsyncWebClient(token="xoxb-wrong", base_url=slack.api_url)
    without = AsyncWebClient(base_url=slack.api_url)

    assert await refusal(wrong.auth_test()) == "invalid_auth"
    assert await refusal(without.auth_test()) == "not_authed"


async def test_the_app_token_opens_connections_and_nothing_else(slack: LocalSlack, client) -> None:
    app_token_client = AsyncWebClient(token=slack.app_token, base_url=slack.api_url)

    assert await refusal(client.apps_connections_open(app_token=slack.bot_token)) == "not_allowed_token_type"
    assert await refusal(app_token_client.chat_postMessage(channel=ONBOARDING, text="x")) == "not_allowed_token_type"


async def test_an_unknown_method_is_named_so(client) -> None:
    assert await refusal(client.api_call("chat.shout")) == "unknown_method"


@pytest.mark.parametrize(
    ("channel", "error"),
    [
        ("C0NOWHERE", "channel_not_found"),
        ("", "channel_not_found"),
        (RANDOM, "not_in_channel"),
        (OLD_ONBOARDING, "is_archived"),
    ],
)
async def test_posting_where_the_bot_cannot_is_refused(client, channel: str, error: str) -> None:
    assert await refusal(client.chat_postMessage(channel=channel, text="Hello")) == error


async def test_a_private_channel_without_the_bot_does_not_exist_for_it(slack: LocalSlack, client) -> None:
    slack.removes_bot(CS_LEADS)

    assert await refusal(client.chat_postMessage(channel=CS_LEADS, text="Hello")) == "channel_not_found"
    assert await refusal(client.conversations_info(channel=CS_LEADS)) == "channel_not_found"


async def test_a_post_without_text_or_blocks_is_refused(client) -> None:
    assert await refusal(client.api_call("chat.postMessage", json={"channel": ONBOARDING})) == "no_text"


async def test_very_long_text_is_cut(slack: LocalSlack, client) -> None:
    await client.chat_postMessage(channel=ONBOARDING, text="x" * 40_001)

    assert len(slack.messages(ONBOARDING)[0].text) == 40_000


async def test_a_post_to_a_person_lands_in_their_direct_message(slack: LocalSlack, client) -> None:
    answer = await client.chat_postMessage(channel=ANA, text="Hello")

    assert answer["channel"] == direct_message(ANA)
    assert slack.seen(ANA, direct_message(ANA)) == "Hello"


async def test_form_fields_with_json_inside_are_read(slack: LocalSlack) -> None:
    form = {"token": slack.bot_token, "channel": ONBOARDING, "text": "t", "blocks": '[{"type": "divider"}]'}

    async with aiohttp.ClientSession() as session, session.post(slack.api_url + "chat.postMessage", data=form) as got:
        answer = await got.json()

    assert answer["ok"] is True
    assert answer["message"]["blocks"][0]["type"] == "divider"


async def test_an_update_keeps_blocks_it_does_not_mention_and_an_empty_list_removes_them(
    slack: LocalSlack, client
) -> None:
    posted = await client.chat_postMessage(channel=ONBOARDING, text="a", blocks=[{"type": "divider"}])

    await client.chat_update(channel=ONBOARDING, ts=posted["ts"], text="b")
    kept = slack.messages(ONBOARDING)[0].blocks
    await client.chat_update(channel=ONBOARDING, ts=posted["ts"], text="b", blocks=[])

    assert kept is not None
    assert kept[0]["type"] == "divider"
    assert slack.messages(ONBOARDING)[0].blocks is None


async def test_only_own_messages_that_exist_can_be_changed(slack: LocalSlack, client) -> None:
    await slack.types("Morning", by=ANA, channel=ONBOARDING)
    anas = slack.last(by=ANA, channel=ONBOARDING).ts

    assert await refusal(client.chat_update(channel=ONBOARDING, ts=anas, text="x")) == "cant_update_message"
    assert await refusal(client.chat_delete(channel=ONBOARDING, ts=anas)) == "cant_delete_message"
    assert await refusal(client.chat_update(channel=ONBOARDING, ts="1.1", text="x")) == "message_not_found"


async def test_a_deleted_message_is_gone(slack: LocalSlack, client) -> None:
    posted = await client.chat_postMessage(channel=ONBOARDING, text="a")

    await client.chat_delete(channel=ONBOARDING, ts=posted["ts"])

    assert slack.messages(ONBOARDING) == []
    assert await refusal(client.chat_update(channel=ONBOARDING, ts=posted["ts"], text="b")) == "message_not_found"


async def test_an_ephemeral_message_is_seen_by_one_and_neither_updated_nor_answered(slack: LocalSlack, client) -> None:
    sent = await client.chat_postEphemeral(channel=ONBOARDING, user=ANA, text="Only you")
    ts = sent["message_ts"]

    assert slack.seen(ANA, ONBOARDING) == "Only you"
    assert slack.messages(ONBOARDING, by=BEN) == []
    assert await refusal(client.chat_update(channel=ONBOARDING, ts=ts, text="x")) == "message_not_found"
    answer = client.chat_postMessage(channel=ONBOARDING, thread_ts=ts, text="x")
    assert await refusal(answer) == "cannot_reply_to_message"


async def test_an_ephemeral_message_needs_its_reader_in_the_channel(client) -> None:
    assert await refusal(client.chat_postEphemeral(channel=CS_LEADS, user=BEN, text="x")) == "user_not_in_channel"


async def test_a_thread_needs_its_first_message(client) -> None:
    assert await refusal(client.chat_postMessage(channel=ONBOARDING, thread_ts="1.1", text="x")) == "thread_not_found"


async def test_a_permalink_lies_on_the_page(slack: LocalSlack, client) -> None:
    posted = await client.chat_postMessage(channel=ONBOARDING, text="a")

    answer = await client.chat_getPermalink(channel=ONBOARDING, message_ts=posted["ts"])

    assert answer["permalink"] == f"{slack.url}/archives/{ONBOARDING}/p{posted['ts'].replace('.', '')}"


async def test_a_scope_the_manifest_lacks_is_named(manifest, clock) -> None:
    poor = {**manifest, "oauth_config": {"scopes": {"bot": ["commands"]}}}

    async with LocalSlack(poor, clock=clock) as slack:
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        with pytest.raises(SlackApiError) as refused:
            await client.chat_postMessage(channel=ONBOARDING, text="x")

    answer = refused.value.response
    assert (answer["error"], answer["needed"], answer["provided"]) == ("missing_scope", "chat:write", "commands")


async def test_each_kind_of_channel_needs_its_own_scope(client) -> None:
    with pytest.raises(SlackApiError) as refused:
        await client.conversations_info(channel=direct_message(ANA))

    assert refused.value.response["needed"] == "im:read"


async def test_without_the_email_scope_no_address_is_told(manifest, clock) -> None:
    poor = {**manifest, "oauth_config": {"scopes": {"bot": ["users:read"]}}}

    async with LocalSlack(poor, clock=clock) as slack:
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        user = (await client.users_info(user=ANA))["user"]

    assert "email" not in user["profile"]


async def test_people_are_told_apart(client) -> None:
    ana = (await client.users_info(user=ANA))["user"]
    gus = (await client.users_info(user=GUS))["user"]
    erin = (await client.users_info(user=ERIN))["user"]

    assert (ana["tz"], ana["tz_offset"], ana["profile"]["email"]) == (
        "Europe/Berlin",
        7200,
        "ana.ruiz@larkspur.example",
    )
    assert (ana["is_restricted"], ana["is_stranger"], ana["team_id"]) == (False, False, "T0HOME001")
    assert gus["is_restricted"] is True
    assert (erin["is_stranger"], erin["team_id"]) == (True, "T0OTHER01")


async def test_lists_come_in_pages(client) -> None:
    names = []
    async for page in await client.users_list(limit=3):
        names += [member["name"] for member in page["members"]]

    assert names == ["ana", "ben", "cara", "devon", "mara", "gus", "erin", "onboarding"]
    assert await refusal(client.users_list(cursor="nonsense")) == "invalid_cursor"
    assert await refusal(client.users_list(limit=-1)) == "invalid_limit"


async def test_channels_say_who_can_read_them(slack: LocalSlack, client) -> None:
    shared = (await client.conversations_info(channel=AURORA_SHARED))["channel"]
    partners = await client.conversations_members(channel=PARTNERS)
    slack.becomes_external(ONBOARDING)
    slack.invites_external(PARTNERS)

    assert shared["is_ext_shared"] is True
    assert GUS in partners["members"]
    assert (await client.conversations_info(channel=ONBOARDING))["channel"]["is_ext_shared"] is True
    assert (await client.conversations_info(channel=PARTNERS))["channel"]["is_pending_ext_shared"] is True


async def test_channels_change_while_the_app_runs(slack: LocalSlack, client) -> None:
    slack.removes_bot(ONBOARDING)
    slack.invites_bot(RANDOM)
    slack.archives(PARTNERS)
    slack.adds_guest(AURORA_SHARED)

    assert (await client.conversations_info(channel=ONBOARDING))["channel"]["is_member"] is False
    assert (await client.chat_postMessage(channel=RANDOM, text="Hello"))["ok"]
    assert (await client.conversations_info(channel=PARTNERS))["channel"]["is_archived"] is True
    assert GUS in (await client.conversations_members(channel=AURORA_SHARED))["members"]


async def test_the_channel_list_leaves_out_archived_and_private_ones_when_asked(client) -> None:
    public = await client.conversations_list(exclude_archived=True)
    private = await client.conversations_list(types="private_channel")

    names = [channel["name"] for channel in public["channels"]]
    assert "random" in names
    assert "old-onboarding" not in names
    assert "cs-leads" not in names
    assert [channel["name"] for channel in private["channels"]] == ["cs-leads"]


async def test_a_direct_message_is_opened_by_the_persons_id(client) -> None:
    opened = await client.conversations_open(users=ANA)

    assert opened["channel"]["id"] == direct_message(ANA)
    assert await refusal(client.conversations_open(users="U0NOBODY")) == "user_not_found"


async def test_bursts_pass_and_then_one_post_a_second(manifest, clock) -> None:
    async with LocalSlack(manifest, clock=clock, burst=2) as slack:
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, retry_handlers=[])
        await client.chat_postMessage(channel=ONBOARDING, text="1")
        await client.chat_postMessage(channel=ONBOARDING, text="2")
        with pytest.raises(SlackApiError) as refused:
            await client.chat_postMessage(channel=ONBOARDING, text="3")
        await client.chat_postMessage(channel=PARTNERS, text="another channel")
        clock.passes(seconds=1)
        await client.chat_postMessage(channel=ONBOARDING, text="3")

        response = refused.value.response
        assert (response.status_code, response["error"], response.headers["Retry-After"]) == (429, "ratelimited", "1")
        assert [message.text for message in slack.messages(ONBOARDING)] == ["1", "2", "3"]


async def test_calls_are_logged_without_the_token(slack: LocalSlack, client) -> None:
    await client.chat_postMessage(channel=ONBOARDING, text="a")
    await refusal(client.chat_postMessage(channel=RANDOM, text="b"))

    first, second = slack.calls_of("chat.postMessage")
    assert (first.args, first.ok) == ({"channel": ONBOARDING, "text": "a"}, True)
    assert (second.ok, second.error) == (False, "not_in_channel")


async def test_a_method_fails_as_often_as_asked(slack: LocalSlack, client) -> None:
    slack.fails("chat.postMessage", error="ratelimited", retry_after=2, times=1)

    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel=ONBOARDING, text="a")
    second = await client.chat_postMessage(channel=ONBOARDING, text="a")

    assert refused.value.response.headers["Retry-After"] == "2"
    assert second["ok"]
    assert len(slack.messages(ONBOARDING)) == 1


async def test_a_method_that_breaks_is_answered_by_a_proxy_and_not_done(slack: LocalSlack, client) -> None:
    slack.breaks("chat.postMessage", status=502)

    with pytest.raises(SlackApiError) as broken:
        await client.chat_postMessage(channel=ONBOARDING, text="a")
    second = await client.chat_postMessage(channel=ONBOARDING, text="b")

    assert (broken.value.response.status_code, broken.value.response.data[:8]) == (502, "upstream")
    assert second["ok"]
    assert [message.text for message in slack.messages(ONBOARDING)] == ["b"]


async def test_a_dropped_post_is_stored_though_the_app_never_hears_of_it(slack: LocalSlack, client) -> None:
    slack.drops("chat.postMessage")

    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel=ONBOARDING, text="a")

    assert [message.text for message in slack.messages(ONBOARDING)] == ["a"]


async def test_a_slow_method_waits_by_the_given_sleep(manifest, clock) -> None:
    slept = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async with LocalSlack(manifest, clock=clock, sleep=sleep) as slack:
        slack.slows("chat.postMessage", seconds=9)
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        await client.chat_postMessage(channel=ONBOARDING, text="a")
        await client.chat_postMessage(channel=ONBOARDING, text="b")

    assert slept == [9]
