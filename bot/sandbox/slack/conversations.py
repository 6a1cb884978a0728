"""The conversations.* methods: what the bot may learn about channels."""

from bot.sandbox.slack import world
from bot.sandbox.slack.pages import page
from bot.sandbox.slack.refusals import Refusal
from bot.sandbox.slack.wire import Json
from bot.sandbox.slack.workspace import Workspace
from bot.sandbox.slack.world import Channel


def show(workspace: Workspace, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.info."""
    channel = workspace.channel(str(args.get("channel") or ""))
    workspace.require(_scope(channel))
    shown = channel_json(channel)
    if args.get("include_num_members") in (True, "1", "true"):
        shown["num_members"] = len(channel.members)
    return {"channel": shown}


def listing(workspace: Workspace, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.list."""
    types = [kind.strip() for kind in str(args.get("types") or "public_channel").split(",")]
    scopes = {"public_channel": "channels:read", "private_channel": "groups:read", "im": "im:read", "mpim": "mpim:read"}
    for kind in types:
        if kind not in scopes:
            raise Refusal("invalid_types")
        workspace.require(scopes[kind])
    without_archived = args.get("exclude_archived") in (True, "1", "true")
    found = [
        channel_json(channel)
        for channel in workspace.channels.values()
        if _type(channel) in types
        and (channel.bot_is_member or not channel.private)
        and not (without_archived and channel.archived)
    ]
    return page(found, args, name="channels")


def members(workspace: Workspace, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.members."""
    channel = workspace.channel(str(args.get("channel") or ""))
    workspace.require(_scope(channel))
    return page(sorted(channel.members), args, name="members")


def open_dm(workspace: Workspace, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.open, for one person: there are no group messages here."""
    users = [user for user in str(args.get("users") or "").split(",") if user]
    known = workspace.channels.get(str(args.get("channel") or ""))
    if known is not None and known.is_im and known.peer:
        users = [known.peer]
    elif args.get("channel"):
        raise Refusal("channel_not_found")
    if not users:
        raise Refusal("users_list_not_supplied")
    if len(users) > 1:
        workspace.require("mpim:write")
        raise Refusal("too_many_users")
    if users[0] == world.BOT:
        raise Refusal("cannot_dm_bot")
    channel = workspace.channels[world.direct_message(workspace.person(users[0]).id)]
    brief = {"id": channel.id}
    return {
        "no_op": True,
        "already_open": True,
        "channel": channel_json(channel) if args.get("return_im") in (True, "1", "true") else brief,
    }


def channel_json(channel: Channel) -> Json:
    """The conversation object: https://docs.slack.dev/reference/objects/conversation-object/."""
    if channel.is_im:
        return {
            "id": channel.id,
            "created": world.CREATED,
            "is_im": True,
            "is_channel": False,
            "is_group": False,
            "is_mpim": False,
            "is_archived": False,
            "is_org_shared": False,
            "user": channel.peer,
            "is_user_deleted": False,
        }
    teams = [world.TEAM, world.OTHER_TEAM] if channel.shared else [world.TEAM]
    return {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "created": world.CREATED,
        "creator": world.CARA,
        "context_team_id": world.TEAM,
        "is_channel": not channel.private,
        "is_group": channel.private,
        "is_im": False,
        "is_mpim": False,
        "is_private": channel.private,
        "is_archived": channel.archived,
        "is_general": False,
        "is_frozen": False,
        "is_member": channel.bot_is_member,
        "is_shared": channel.shared,
        "is_org_shared": False,
        "is_ext_shared": channel.shared,
        "is_pending_ext_shared": channel.pending_shared,
        "pending_shared": [world.OTHER_TEAM] if channel.pending_shared else [],
        "pending_connected_team_ids": [world.OTHER_TEAM] if channel.pending_shared else [],
        "shared_team_ids": teams,
        "topic": {"value": channel.topic, "creator": world.CARA, "last_set": world.CREATED},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "previous_names": [],
    }


def _type(channel: Channel) -> str:
    return "im" if channel.is_im else "private_channel" if channel.private else "public_channel"


def _scope(channel: Channel) -> str:
    return "im:read" if channel.is_im else "groups:read" if channel.private else "channels:read"
