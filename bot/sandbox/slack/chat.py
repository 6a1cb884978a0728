"""The chat.* methods: what the bot posts, changes and takes back."""

from bot.sandbox.slack import payloads, world
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.refusals import Refusal
from bot.sandbox.slack.wire import Json
from bot.sandbox.slack.workspace import Workspace
from bot.sandbox.slack.world import Channel


def post_message(workspace: Workspace, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/chat.postMessage."""
    channel = _writable(workspace, args)
    workspace.rate.take(channel.id)
    message = workspace.post(
        channel, user=world.BOT, text=args.get("text"), blocks=args.get("blocks"), thread_ts=args.get("thread_ts")
    )
    return {"channel": channel.id, "ts": message.ts, "message": payloads.message_json(workspace, message)}


def post_ephemeral(workspace: Workspace, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/chat.postEphemeral."""
    channel = _writable(workspace, args)
    if args.get("user") not in channel.members:
        raise Refusal("user_not_in_channel")
    message = workspace.post(
        channel,
        user=world.BOT,
        text=args.get("text"),
        blocks=args.get("blocks"),
        thread_ts=args.get("thread_ts"),
        ephemeral_to=args["user"],
    )
    return {"message_ts": message.ts}


def update(workspace: Workspace, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/chat.update."""
    message = _own(workspace, args, otherwise="cant_update_message")
    changed = workspace.replace(message, text=args.get("text"), blocks=args.get("blocks"))
    shown = payloads.message_json(workspace, changed)
    return {"channel": changed.channel, "ts": changed.ts, "text": changed.text, "message": shown}


def delete(workspace: Workspace, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/chat.delete."""
    message = _own(workspace, args, otherwise="cant_delete_message")
    workspace.delete(message)
    return {"channel": message.channel, "ts": message.ts}


def get_permalink(workspace: Workspace, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/chat.getPermalink."""
    channel = workspace.channel(str(args.get("channel") or ""))
    message = workspace.message(channel.id, str(args.get("message_ts") or ""))
    return {"channel": channel.id, "permalink": workspace.permalink(message)}


def _writable(workspace: Workspace, args: Json) -> Channel:
    channel = workspace.channel(str(args.get("channel") or ""))
    if channel.archived:
        raise Refusal("is_archived")
    if not channel.bot_is_member:
        raise Refusal("not_in_channel")
    return channel


def _own(workspace: Workspace, args: Json, *, otherwise: str) -> Message:
    channel = workspace.channel(str(args.get("channel") or ""))
    message = workspace.message(channel.id, str(args.get("ts") or ""))
    if channel.archived:
        raise Refusal("is_inactive")
    if not channel.bot_is_member:
        raise Refusal("not_in_channel")
    if message.user != world.BOT:
        raise Refusal(otherwise)
    return message
