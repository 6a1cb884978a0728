"""Where a request comes from: the workspace the bot is installed in, or another one, which it does not serve.

What Slack says of it: https://docs.slack.dev/apis/events-api/#callback-field and
https://docs.slack.dev/reference/interaction-payloads/.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.listeners.bolt import Identity


def origin(body: Mapping[str, Any], identity: Identity) -> str:
    """The id of our workspace, or of the first other workspace or organisation that the request names.

    A request that names none of any kind is taken for another's: Slack sends none such.
    """
    teams = [team for team in _teams(body) if isinstance(team, str) and team]
    enterprises = [one for one in _enterprises(body) if isinstance(one, str) and one]
    foreign = [team for team in teams if team != identity.team]
    foreign += [one for one in enterprises if one != identity.enterprise]
    if foreign or not teams:
        return foreign[0] if foreign else "nowhere"
    return identity.team


def _teams(body: Mapping[str, Any]) -> Iterator[object]:
    """The workspace it was sent for, and the one its person belongs to."""
    event = _part(body, "event")
    if event:
        # In a channel of two organisations the envelope may name the other one; whose event it is, the event says.
        yield event.get("user_team") or event.get("team") or body.get("team_id")
        for installed in body.get("authorizations") or ():
            yield installed.get("team_id") if isinstance(installed, Mapping) else None
        return
    yield body.get("team_id")
    yield _part(body, "team").get("id")
    yield _part(body, "user").get("team_id")


def _enterprises(body: Mapping[str, Any]) -> Iterator[object]:
    yield body.get("enterprise_id")
    yield _part(body, "enterprise").get("id")
    event = _part(body, "event")
    yield event.get("enterprise")
    if event:
        yield body.get("context_enterprise_id")


def _part(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = body.get(name)
    return part if isinstance(part, Mapping) else {}
