"""The events about channels: someone joins or leaves, it is shared, renamed or archived, the app is taken out of it.

The app is told only of channels it is in, as it was or as it is then. Fields: https://docs.slack.dev/reference/events/.
"""

from collections.abc import Iterator

from bot.sandbox.slack import world
from bot.sandbox.slack.events import wrapped
from bot.sandbox.slack.wire import Json
from bot.sandbox.slack.workspace import Workspace
from bot.sandbox.slack.world import Channel


def of_change(workspace: Workspace, before: Channel, after: Channel) -> list[Json]:
    """What the app is told when a channel changes so."""
    scope = "groups:read" if after.private else "channels:read"
    if scope not in workspace.app.scopes or not (before.bot_is_member or after.bot_is_member):
        return []
    changed = (*_members(workspace, before, after), *_itself(before, after))
    return [
        wrapped(workspace, {**event, "event_ts": workspace.new_ts()}, after)
        for event in changed
        if event["type"] in workspace.app.events
    ]


def _members(workspace: Workspace, before: Channel, after: Channel) -> Iterator[Json]:
    kind = "G" if after.private else "C"
    for user in sorted(after.members - before.members):
        team = workspace.people[user].team
        yield {
            "type": "member_joined_channel",
            "user": user,
            "channel": after.id,
            "channel_type": kind,
            "team": team,
            "inviter": world.CARA,
        }
    for user in sorted(before.members - after.members):
        if user == world.BOT:
            yield {"type": _named(after, "left"), "channel": after.id, "actor_id": world.CARA}
        else:
            team = workspace.people[user].team
            yield {
                "type": "member_left_channel",
                "user": user,
                "channel": after.id,
                "channel_type": kind,
                "team": team,
            }


def _itself(before: Channel, after: Channel) -> Iterator[Json]:
    if after.archived and not before.archived:
        yield {"type": _named(after, "archive"), "channel": after.id, "user": world.CARA, "is_moved": 0}
    if after.name != before.name:
        named = {"id": after.id, "name": after.name, "created": world.CREATED}
        yield {"type": _named(after, "rename"), "channel": named}
    if after.shared and not before.shared:
        yield {"type": "channel_shared", "connected_team_id": world.OTHER_TEAM, "channel": after.id}


def _named(channel: Channel, what: str) -> str:
    """Private channels' events go by their old name."""
    return f"{'group' if channel.private else 'channel'}_{what}"
