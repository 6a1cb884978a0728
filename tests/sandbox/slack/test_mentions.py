"""app_mention: where the app hears its name, and where it does not."""

import copy

import pytest

from bot.sandbox.slack import LocalSlack
from bot.sandbox.slack.world import ANA, BEN, CS_LEADS, ONBOARDING, RANDOM, direct_message


@pytest.fixture
async def heard(app, connect) -> list[dict]:
    events: list[dict] = []

    @app.event("app_mention")
    async def mentioned(event) -> None:
        events.append(event)

    await connect()
    return events


@pytest.mark.parametrize("name", ["<@U0BOT0001>", "@Onboarding", "@onboarding", "<@U0BOT0001|onboarding>"])
async def test_its_name_reaches_the_app_however_it_is_typed(slack: LocalSlack, heard, name: str) -> None:
    await slack.types(f"{name} aurora", by=ANA, channel=ONBOARDING)
    await slack.until(lambda: heard)

    event = heard[0]
    assert (event["user"], event["channel"], event["text"]) == (ANA, ONBOARDING, "<@U0BOT0001> aurora")
    assert event["ts"] == slack.last(by=ANA, channel=ONBOARDING).ts
    assert "thread_ts" not in event


async def test_in_a_thread_the_event_names_the_thread(slack: LocalSlack, heard, client) -> None:
    root = await client.chat_postMessage(channel=ONBOARDING, text="Aurora goes live")

    await slack.types("@Onboarding aurora", by=ANA, channel=ONBOARDING, thread_ts=root["ts"])
    await slack.until(lambda: heard)

    assert heard[0]["thread_ts"] == root["ts"]


@pytest.mark.parametrize(
    ("text", "channel"),
    [
        ("onboarding aurora", ONBOARDING),
        ("someone@onboarding.example", ONBOARDING),
        ("@Onboarding aurora", RANDOM),
        ("@Onboarding aurora", direct_message(ANA)),
    ],
)
async def test_without_its_name_outside_and_in_direct_messages_the_app_hears_nothing(
    slack: LocalSlack, heard, text: str, channel: str
) -> None:
    await slack.types(text, by=ANA, channel=channel)

    assert slack.deliveries == []


async def test_who_cannot_write_somewhere_mentions_nobody_there(slack: LocalSlack, heard) -> None:
    said = await slack.types("@Onboarding aurora", by=BEN, channel=CS_LEADS)

    assert said.error == "not_in_channel"
    assert slack.deliveries == []


@pytest.mark.parametrize("lacking", ["scope", "subscription"])
async def test_without_scope_or_subscription_the_app_hears_nothing(manifest, lacking: str) -> None:
    without = copy.deepcopy(manifest)
    if lacking == "scope":
        without["oauth_config"]["scopes"]["bot"].remove("app_mentions:read")
    else:
        without["settings"]["event_subscriptions"]["bot_events"].remove("app_mention")

    async with LocalSlack(without) as slack:
        await slack.types("@Onboarding aurora", by=ANA, channel=ONBOARDING)

    assert slack.deliveries == []
