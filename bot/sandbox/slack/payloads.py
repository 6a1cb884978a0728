"""The payloads Slack sends an app: a command, a press, a shortcut, a menu's search, a submitted or closed modal.

Fields: https://docs.slack.dev/interactivity/implementing-slash-commands/ and
https://docs.slack.dev/reference/interaction-payloads/. Events are in `events.py`.
"""

from bot.sandbox.slack import world, writing
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.values import values
from bot.sandbox.slack.views import View
from bot.sandbox.slack.windows import Origin
from bot.sandbox.slack.wire import Json
from bot.sandbox.slack.workspace import Workspace
from bot.sandbox.slack.world import Channel, Person

# The legacy verification token: Slack still sends one, nothing should trust it.
TOKEN = "sandbox-verification-token"  # noqa: S105 - a made-up value that guards nothing


def slash_command(workspace: Workspace, *, word: str, text: str, person: Person, channel: Channel) -> Json:
    """A slash command's fields, all strings."""
    command = workspace.app.command(word)
    escape = command is not None and command.should_escape
    return {
        "token": TOKEN,
        "team_id": person.team,
        "team_domain": person.team_domain,
        "channel_id": channel.id,
        "channel_name": _channel_name(channel),
        "user_id": person.id,
        "user_name": person.handle,
        "command": word,
        "text": writing.escaped(workspace, text) if escape else text,
        "api_app_id": world.APP,
        "is_enterprise_install": "false",
        "response_url": _response_url(workspace, Origin(person.id, channel.id), "commands"),
        "trigger_id": workspace.triggers.issue(person.id),
    }


def press_in_message(workspace: Workspace, message: Message, *, person: Person, action: Json) -> Json:
    """A `block_actions` payload for something pressed in a message, or in a preview below it."""
    preview = message.preview_of(action["block_id"])
    blocks = message.blocks if preview is None else message.unfurls[preview - 1].blocks
    picked = workspace.picked.get((message.channel, message.ts, person.id), {})
    # What replacing the original does to a preview is not documented: here its URL has none and posts anew.
    origin = Origin(person.id, message.channel, message.ts if preview is None else None)
    return {
        "type": "block_actions",
        **_who(workspace, person),
        **_in_message(workspace, message, preview),
        "state": {"values": values(list(blocks or ()), picked)},
        "response_url": _response_url(workspace, origin, "actions"),
        "actions": [action],
    }


def press_in_view(workspace: Workspace, view: View, *, person: Person, action: Json) -> Json:
    """A `block_actions` payload for something pressed in a modal or in Home: no channel, no response URL."""
    return {"type": "block_actions", **_who(workspace, person), **_in_view(view), "actions": [action]}


def suggestion(
    workspace: Workspace, where: Message | View, *, person: Person, block_id: str, action_id: str, query: str
) -> Json:
    """A `block_suggestion` payload for what was typed into an external menu: it opens no modal, it has no trigger."""
    who = _who(workspace, person, trigger=False)
    in_message = _in_message(workspace, where, where.preview_of(block_id)) if isinstance(where, Message) else {}
    place = _in_view(where) if isinstance(where, View) else in_message
    return {
        "type": "block_suggestion",
        **who,
        **place,
        "action_id": action_id,
        "block_id": block_id,
        "value": query,
    }


def global_shortcut(workspace: Workspace, callback_id: str, *, person: Person) -> Json:
    """A `shortcut` payload, which tells of no channel."""
    return {
        "type": "shortcut",
        **_who(workspace, person),
        "callback_id": callback_id,
        "action_ts": workspace.new_ts(),
    }


def message_shortcut(workspace: Workspace, callback_id: str, *, message: Message, person: Person) -> Json:
    """A `message_action` payload. Its response URL posts; the message it was used on it cannot change."""
    channel = workspace.channels[message.channel]
    return {
        "type": "message_action",
        **_who(workspace, person),
        "callback_id": callback_id,
        "action_ts": workspace.new_ts(),
        "message_ts": message.ts,
        "channel": {"id": channel.id, "name": _channel_name(channel)},
        "message": message_json(workspace, message),
        "response_url": _response_url(workspace, Origin(person.id, channel.id), "app"),
    }


def submission(workspace: Workspace, view: View, *, person: Person) -> Json:
    """A `view_submission` payload."""
    return {"type": "view_submission", **_who(workspace, person), "view": view.json(), "response_urls": []}


def closing(workspace: Workspace, view: View, *, person: Person, cleared: bool) -> Json:
    """A `view_closed` payload, which opens no further modal: it has no trigger."""
    who = _who(workspace, person, trigger=False)
    return {"type": "view_closed", **who, "view": view.json(), "is_cleared": cleared}


def action(block: Json, element: Json, *, value: Json | None, ts: str) -> Json:
    """One entry of `actions`: the element as pressed, with the value it now holds."""
    shown = ("text", "value", "url", "style", "placeholder", "confirm", "accessibility_label")
    own = {key: element[key] for key in shown if key in element}
    return {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        **own,
        **(value or {}),
        "action_ts": ts,
    }


def message_json(workspace: Workspace, message: Message) -> Json:
    """A message as Slack puts it into payloads and answers."""
    shown: Json = {"type": "message", "user": message.user, "ts": message.ts, "text": message.text, "team": world.TEAM}
    if message.user == world.BOT:
        shown |= {"bot_id": world.BOT_ID, "app_id": world.APP}
    if message.blocks is not None:
        shown["blocks"] = list(message.blocks)
    if message.thread_ts:
        shown["thread_ts"] = message.thread_ts
    if message.edited:
        shown["edited"] = {"user": message.user, "ts": message.ts}
    if message.files:
        shown |= {"upload": True, "files": [file.json(workspace.url) for file in message.files]}
    if message.unfurls:
        shown["attachments"] = [unfurl.json(number) for number, unfurl in enumerate(message.unfurls, 1)]
    return shown


def _in_message(workspace: Workspace, message: Message, preview: int | None) -> Json:
    """Where it was pressed. Of the message below which a preview stands the app is told nothing more, but the preview.

    See https://docs.slack.dev/messaging/unfurling-links-in-messages and slackapi/java-slack-sdk#1038.
    """
    channel = workspace.channels[message.channel]
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel,
        "is_ephemeral": message.ephemeral_to is not None,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    place: Json = {"container": container, "channel": {"id": channel.id, "name": _channel_name(channel)}}
    if preview is not None:
        unfurl = message.unfurls[preview - 1]
        whole = {"attachment_id": preview, "is_app_unfurl": True, "app_unfurl_url": unfurl.url}
        container |= {"type": "message_attachment", **whole}
        place["app_unfurl"] = unfurl.json(preview)
    elif message.ephemeral_to is None:  # Slack leaves the message out when it is ephemeral
        place["message"] = message_json(workspace, message)
    return place


def _in_view(view: View) -> Json:
    return {"container": {"type": "view", "view_id": view.id}, "view": view.json()}


def _who(workspace: Workspace, person: Person, *, trigger: bool = True) -> Json:
    return {
        "user": {"id": person.id, "username": person.handle, "name": person.handle, "team_id": person.team},
        "api_app_id": world.APP,
        "token": TOKEN,
        **({"trigger_id": workspace.triggers.issue(person.id)} if trigger else {}),
        "team": {"id": world.TEAM, "domain": "larkspur"},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def _channel_name(channel: Channel) -> str:
    return "directmessage" if channel.is_im else "privategroup" if channel.private else channel.name


def _response_url(workspace: Workspace, origin: Origin, kind: str) -> str:
    return f"{workspace.url}/{kind}/{world.TEAM}/{workspace.response_urls.issue(origin)}"
