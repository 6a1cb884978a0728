"""Requests of another workspace or organisation are refused, whoever they say has sent them."""

from urllib.parse import urlencode

import pytest
from aiohttp import ClientSession

from bot.listeners.bolt import Identity
from bot.listeners.origin import origin
from bot.sandbox.slack.request_url import signature
from bot.sandbox.slack.world import ANA, ONBOARDING, OTHER_TEAM, TEAM

ALONE = Identity(team=TEAM, user="U", bot="B", token="xoxb-x")
IN_A_GRID = Identity(team=TEAM, user="U", bot="B", token="xoxb-x", enterprise="E0OURS001")


@pytest.mark.parametrize(
    "body",
    [
        {"team_id": TEAM},
        {"team_id": TEAM, "enterprise_id": ""},
        {"team": {"id": TEAM}, "user": {"team_id": TEAM}, "enterprise": None},
        {"team": None, "user": {"team_id": TEAM}},
        {"team_id": TEAM, "event": {"type": "app_mention"}, "authorizations": [{"team_id": TEAM}]},
        {"team_id": OTHER_TEAM, "event": {"type": "app_mention", "team": TEAM}, "authorizations": [{"team_id": TEAM}]},
    ],
)
def test_a_request_of_our_workspace_is_ours(body):
    assert origin(body, ALONE) == TEAM


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"team_id": OTHER_TEAM}, OTHER_TEAM),
        ({"team": {"id": OTHER_TEAM}, "user": {"team_id": TEAM}}, OTHER_TEAM),
        ({"team": {"id": TEAM}, "user": {"team_id": OTHER_TEAM}}, OTHER_TEAM),
        ({"team_id": TEAM, "enterprise_id": "E0OTHER01"}, "E0OTHER01"),
        ({"team": {"id": TEAM}, "enterprise": {"id": "E0OTHER01"}}, "E0OTHER01"),
        ({"team_id": TEAM, "event": {"type": "app_mention", "user_team": OTHER_TEAM}}, OTHER_TEAM),
        ({"team_id": TEAM, "event": {"type": "x"}, "authorizations": [{"team_id": OTHER_TEAM}]}, OTHER_TEAM),
        ({"team_id": TEAM, "event": {"type": "x"}, "context_enterprise_id": "E0OTHER01"}, "E0OTHER01"),
        ({"team_id": TEAM, "event": {"type": "x", "enterprise": "E0OTHER01"}}, "E0OTHER01"),
        ({}, "nowhere"),
        ({"team": "T", "user": [], "event": "x"}, "nowhere"),
    ],
)
def test_a_request_that_names_another_is_not(body, named):
    assert origin(body, ALONE) == named


def test_within_an_organisation_our_own_is_known_and_its_other_workspaces_are_not_ours():
    assert origin({"team_id": TEAM, "enterprise_id": "E0OURS001"}, IN_A_GRID) == TEAM
    assert origin({"team_id": TEAM, "enterprise_id": "E0OTHER01"}, IN_A_GRID) == "E0OTHER01"
    assert origin({"team_id": "T0SISTER1", "enterprise_id": "E0OURS001"}, IN_A_GRID) == "T0SISTER1"


class TestAtTheDoor:
    @pytest.fixture
    def mode(self):
        return "http"

    @pytest.mark.parametrize("of", [{"team_id": OTHER_TEAM}, {"team_id": TEAM, "enterprise_id": "E0OTHER01"}])
    async def test_even_an_admins_name_opens_nothing_from_elsewhere(self, slack, bot, clock, pivotal, audited, of):
        fields = {"command": "/onboarding", "text": "advance #89", "user_id": ANA, "channel_id": ONBOARDING, **of}
        body = urlencode({**fields, "trigger_id": "1.2.3", "response_url": f"{slack.url}/commands/{TEAM}/nowhere"})
        stamp = str(int(clock().timestamp()))
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signature(slack.signing_secret, stamp, body),
        }

        async with ClientSession() as session, session.post(bot.address, data=body, headers=headers) as answer:
            assert answer.status == 200
        await bot.settled()

        assert ("Ana Ruiz", "advance", "refused") in await audited()
        assert pivotal.patches(89) == []
