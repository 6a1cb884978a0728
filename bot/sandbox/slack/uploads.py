"""The files.* methods: the bot asks where to send a file, and once it is sent shares it in a channel or a thread."""

from bot.sandbox.slack import blocks as block_kit
from bot.sandbox.slack import world
from bot.sandbox.slack.refusals import Refusal
from bot.sandbox.slack.wire import Json
from bot.sandbox.slack.workspace import Workspace
from bot.sandbox.slack.world import Channel

ALT_CHARACTERS = 1000
PATH = "/upload/v1/"


def ask(workspace: Workspace, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/files.getUploadURLExternal."""
    name, alt_text = str(args.get("filename") or ""), str(args.get("alt_txt") or "")
    try:
        length = int(args.get("length") or 0)
    except ValueError as error:
        raise Refusal("invalid_arguments") from error
    if not length:
        raise Refusal("missing_argument")
    if not name or length < 0:
        raise Refusal("invalid_arguments")
    if len(alt_text) > ALT_CHARACTERS:
        raise Refusal("alt_txt_too_large")
    file_id, key = workspace.files.ask(name, length=length, alt_text=alt_text)
    return {"upload_url": f"{workspace.url}{PATH}{key}", "file_id": file_id}


def complete(workspace: Workspace, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/files.completeUploadExternal: once per file, privately without channel.

    Which error a file that was never sent, or is complete already, gets is not documented: here `file_not_found`.
    """
    titles = _titles(args.get("files"))
    channels = _channels(workspace, args)
    blocks = args.get("blocks") if not args.get("initial_comment") else None
    if blocks:
        block_kit.accept_message(blocks)
    thread_ts = args.get("thread_ts")
    if thread_ts and len(channels) != 1:
        raise Refusal("invalid_arguments")
    for channel in channels:
        if thread_ts:
            workspace.thread(channel, str(thread_ts))
    files = workspace.files.finish(titles)
    for channel in channels:
        workspace.post(
            channel,
            user=world.BOT,
            text=args.get("initial_comment"),
            blocks=blocks,
            thread_ts=thread_ts,
            files=tuple(files),
        )
    return {"files": [file.json(workspace.url) for file in files]}


def _titles(given: object) -> dict[str, str | None]:
    if not isinstance(given, list) or not given or not all(isinstance(one, dict) and one.get("id") for one in given):
        raise Refusal("invalid_arguments", ("missing required field: files",))
    return {str(one["id"]): one.get("title") for one in given}


def _channels(workspace: Workspace, args: Json) -> list[Channel]:
    named = [str(args["channel_id"])] if args.get("channel_id") else []
    also = [one.strip() for one in str(args.get("channels") or "").split(",") if one.strip()]
    found: list[Channel] = []
    for reference in [*named, *also]:
        channel = workspace.channel(reference)
        if reference not in (channel.id, channel.peer) or (reference in named and reference != channel.id):
            raise Refusal("channel_not_found")  # a name is no id
        if not channel.bot_is_member:
            raise Refusal("not_in_channel")
        if channel.archived:
            raise Refusal("posting_to_channel_denied")
        found.append(channel)
    return found
