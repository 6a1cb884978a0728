"""Who is who: user groups, admins, and people found by their address."""

import copy

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import LocalSlack
from bot.sandbox.slack.world import ANA, BEN, CARA, CS_TEAM, MANAGERS, MARA


async def refused(call) -> str:
    with pytest.raises(SlackApiError) as error:
        await call
    return error.value.response["error"]


async def test_user_groups_are_listed_with_members_when_asked(client) -> None:
    plain = (await client.usergroups_list())["usergroups"]
    full = (await client.usergroups_list(include_users=True, include_count=True))["usergroups"]

    assert [(group["id"], group["handle"]) for group in plain] == [(MANAGERS, "managers"), (CS_TEAM, "cs-team")]
    assert "users" not in plain[0]
    assert (full[0]["users"], full[0]["user_count"]) == ([CARA, MARA], 2)


async def test_the_members_of_a_group(client) -> None:
    assert (await client.usergroups_users_list(usergroup=CS_TEAM))["users"] == [ANA, BEN, MARA, CARA]
    assert await refused(client.usergroups_users_list(usergroup="S0NOTHERE")) == "no_such_subteam"


async def test_only_cara_is_an_admin(client) -> None:
    people = (await client.users_list())["members"]

    assert [person["id"] for person in people if person["is_admin"]] == [CARA]


@pytest.mark.parametrize("email", ["ana.ruiz@larkspur.example", "Ana.Ruiz@Larkspur.example"])
async def test_a_person_is_found_by_address(client, email: str) -> None:
    assert (await client.users_lookupByEmail(email=email))["user"]["id"] == ANA


@pytest.mark.parametrize("email", ["nobody@larkspur.example", "erin.walsh@aurora-foods.example", ""])
async def test_nobody_else_is_found_by_address(client, email: str) -> None:
    assert await refused(client.users_lookupByEmail(email=email)) == "users_not_found"


@pytest.mark.parametrize(
    ("scope", "method", "args"),
    [
        ("usergroups:read", "usergroups.list", {}),
        ("usergroups:read", "usergroups.users.list", {"usergroup": CS_TEAM}),
        ("users:read.email", "users.lookupByEmail", {"email": "ana.ruiz@larkspur.example"}),
    ],
)
async def test_each_needs_its_scope(manifest, scope: str, method: str, args: dict) -> None:
    without = copy.deepcopy(manifest)
    without["oauth_config"]["scopes"]["bot"].remove(scope)

    async with LocalSlack(without) as slack:
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        with pytest.raises(SlackApiError) as error:
            await client.api_call(method, params=args)

    answer = error.value.response
    assert (answer["error"], answer["needed"]) == ("missing_scope", scope)


async def test_the_page_knows_the_groups_by_name(slack: LocalSlack) -> None:
    async with (
        aiohttp.ClientSession(slack.url) as web,
        web.get("/sandbox/state", params={"as": ANA}) as answer,
    ):
        shown = await answer.json()

    assert shown["user_groups"][0] == {"id": MANAGERS, "handle": "managers", "name": "Managers"}
