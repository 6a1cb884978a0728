"""What the checks of Slack say of a token, its scopes and the line, by a local Slack that refuses as Slack does."""

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.findings import Finding, Level, Part
from bot.listeners.slack_checks import SlackChecks, asked_for, connected
from bot.sandbox.slack import LocalSlack
from bot.services.checkup import examine

LINE = Finding(Part.SLACK, "socket", Level.OK, "there is one")


async def line():
    return (LINE,)


@pytest.fixture
async def client(slack):
    """`client(token, url)`: one that is closed with the test."""
    async with aiohttp.ClientSession() as session:
        yield lambda token=slack.bot_token, url=slack.api_url: AsyncWebClient(
            token=token, base_url=url, session=session, retry_handlers=[]
        )


@pytest.fixture
def asked(client, clock):
    """`await asked(token=…)`: what is found, by name."""

    async def asks(*, groups=False, **where):
        checks = SlackChecks(client(**where), line=line, groups=groups, clock=clock)
        return {one.name: one for one in await examine(checks.checks())}

    return asks


async def test_a_token_that_works_is_told_by_its_kind_and_workspace(asked, slack):
    found = await asked()

    assert found["token"].found == "xoxb-…, onboarding in Larkspur"
    assert found["scopes"].found == "all 6 that are needed"
    assert {one.level for one in found.values()} == {Level.OK}
    assert len(slack.calls_of("auth.test")) == 1


@pytest.mark.parametrize(
    ("removed", "added", "level", "told"),
    [
        (["users:read"], [], Level.FAIL, "missing: users:read"),
        ([], ["channels:history", "admin"], Level.WARN, "not needed: admin, channels:history"),
        ([], ["links:read"], Level.WARN, "missing for link previews: links:write"),
        ([], ["links:read", "links:write"], Level.OK, "all 6 that are needed and those for unfurls"),
    ],
)
async def test_scopes_are_compared_with_the_manifest(asked, installed, removed, added, level, told):
    scopes = installed["oauth_config"]["scopes"]["bot"]
    scopes[:] = [*(one for one in scopes if one not in removed), *added]
    async with LocalSlack(installed) as slack:
        found = (await asked(url=slack.api_url))["scopes"]

    assert (found.level, found.found) == (level, told)


async def test_groups_that_the_settings_name_want_their_scope(asked):
    found = (await asked(groups=True))["scopes"]

    assert found.found == "missing for roles by user group: usergroups:read"
    assert "`onboarding-bot manifest --with groups`" in found.remedy


async def test_the_remedy_names_the_features_there_are_so_that_none_is_taken_away(asked, installed):
    scopes = installed["oauth_config"]["scopes"]["bot"]
    scopes[:] = [*scopes, "app_mentions:read", "links:read"]
    async with LocalSlack(installed) as slack:
        found = (await asked(url=slack.api_url, groups=True))["scopes"]

    assert "`onboarding-bot manifest --with mentions,unfurls,groups`" in found.remedy


async def test_what_cannot_be_known_without_a_token_is_not_called_wrong(asked):
    found = await asked(token="xoxb-of-another")

    assert (found["token"].level, found["token"].found) == (Level.FAIL, "Slack refuses the bot token (invalid_auth)")
    assert (found["scopes"].level, found["scopes"].remedy) == (Level.WARN, "Mend “token” first.")
    assert found["clock"].level is Level.OK
    assert found["socket"] is LINE


@pytest.mark.parametrize(("page", "told"), [("/", "is not Slack’s Web API"), ("/static/", "is not Slack’s Web API")])
async def test_a_page_that_is_not_slack_is_told_apart(asked, slack, page, told):
    found = await asked(url=f"{slack.url}{page}")

    assert found["token"].level is Level.FAIL
    assert told in found["token"].found


async def test_a_rate_limit_is_not_taken_for_a_bad_token(asked, slack):
    slack.fails("auth.test", error="ratelimited", retry_after=7)

    assert (await asked())["token"].remedy == "Try again in a minute."


async def test_the_app_token_is_tried_without_a_connection(client, slack):
    (taken,) = await asked_for(client(), slack.app_token)
    (refused,) = await asked_for(client(), "xapp-of-another")
    (away,) = await asked_for(client(url="http://127.0.0.1:1/api/"), slack.app_token)

    assert [one.level for one in (taken, refused, away)] == [Level.OK, Level.FAIL, Level.FAIL]
    assert refused.found == "Slack refuses the app token (invalid_auth)"
    assert slack.connections == 0


@pytest.mark.parametrize("mode", ["socket"])
async def test_a_silent_socket_is_told(bot, clock):
    (lively,) = await connected(bot.socket, "", clock=clock)
    clock.passes(seconds=50)
    (silent,) = await connected(bot.socket, "", clock=clock)

    assert (lively.level, lively.found) == (Level.OK, "connected since 07 Sep 06:30 UTC")
    assert (silent.level, silent.found) == (Level.WARN, "connected since 07 Sep 06:30 UTC, but silent for 50 s")


@pytest.mark.parametrize("mode", ["socket"])
async def test_a_socket_that_is_closed_is_told(bot, clock):
    await bot.socket.close()

    (found,) = await connected(bot.socket, "", clock=clock)

    assert (found.level, found.found) == (Level.FAIL, "this process has no connection to Slack")
