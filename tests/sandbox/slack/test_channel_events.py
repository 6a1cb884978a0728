"""What the app hears about channels."""

import copy

import pytest

from bot.sandbox.slack import LocalSlack
from bot.sandbox.slack.world import BOT, CS_LEADS, ERIN, GUS, ONBOARDING, OTHER_TEAM, RANDOM

EVENTS = [
    "member_joined_channel",
    "member_left_channel",
    "channel_left",
    "group_left",
    "channel_archive",
    "group_archive",
    "channel_rename",
    "channel_shared",
]


@pytest.fixture
def manifest(manifest) -> dict:
    wider = copy.deepcopy(manifest)
    wider["settings"]["event_subscriptions"]["bot_events"] += EVENTS
    return wider


@pytest.fixture
async def slack(manifest, clock):
    async with LocalSlack(manifest, clock=clock) as slack:
        yield slack


@pytest.fixture
async def heard(app, connect) -> list[dict]:
    events: list[dict] = []

    async def keep(event) -> None:
        events.append(event)

    for kind in EVENTS:
        app.event(kind)(keep)
    await connect()
    return events


@pytest.mark.parametrize(
    ("change", "channel", "expected"),
    [
        ("archives", ONBOARDING, {"type": "channel_archive", "channel": ONBOARDING}),
        ("archives", CS_LEADS, {"type": "group_archive", "channel": CS_LEADS}),
        ("removes_bot", ONBOARDING, {"type": "channel_left", "channel": ONBOARDING}),
        ("removes_bot", CS_LEADS, {"type": "group_left", "channel": CS_LEADS}),
        ("invites_bot", RANDOM, {"type": "member_joined_channel", "channel": RANDOM, "user": BOT}),
        ("adds_guest", ONBOARDING, {"type": "member_joined_channel", "channel": ONBOARDING, "user": GUS}),
    ],
)
async def test_a_change_of_a_channel_reaches_the_app(slack: LocalSlack, heard, change, channel, expected) -> None:
    getattr(slack, change)(channel)

    await slack.until(lambda: heard)
    assert {name: heard[0][name] for name in expected} == expected


async def test_a_channel_that_is_shared_says_with_whom_and_who_came(slack: LocalSlack, heard) -> None:
    slack.becomes_external(ONBOARDING)

    await slack.until(lambda: len(heard) == 2)
    told = {event["type"]: event for event in heard}
    assert told["channel_shared"]["connected_team_id"] == OTHER_TEAM
    assert (told["member_joined_channel"]["user"], told["member_joined_channel"]["team"]) == (ERIN, OTHER_TEAM)


async def test_a_renamed_channel_keeps_its_id(slack: LocalSlack, heard) -> None:
    slack.renames(ONBOARDING, "onboardings")

    await slack.until(lambda: heard)
    assert (heard[0]["channel"]["id"], heard[0]["channel"]["name"]) == (ONBOARDING, "onboardings")


async def test_of_a_channel_it_is_not_in_the_app_hears_nothing(slack: LocalSlack, heard) -> None:
    slack.archives(RANDOM)
    slack.adds_guest(ONBOARDING)

    await slack.until(lambda: heard)
    assert [event["channel"] for event in heard] == [ONBOARDING]


async def test_of_a_private_channel_it_hears_only_with_the_scope(manifest) -> None:
    without = copy.deepcopy(manifest)
    without["oauth_config"]["scopes"]["bot"].remove("groups:read")

    async with LocalSlack(without) as slack:
        slack.archives(CS_LEADS)
        slack.archives(ONBOARDING)
        await slack.until(lambda: slack.deliveries)

    assert {delivery.type for delivery in slack.deliveries} == {"channel_archive"}
