"""The payloads Slack sends an app: a command, a press, a submitted or closed modal.

Fields: https://docs.slack.dev/interactivity/implementing-slash-commands/ and
https://docs.slack.dev/reference/interaction-payloads/. Events (app_mention, link_shared), shortcuts and
block_suggestion get their builders here when something needs them.
"""

import re

from bot.sandbox.slack import world
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
        "text": escaped(workspace, text) if escape else text,
        "api_app_id": world.APP,
        "is_enterprise_install": "false",
        "response_url": _response_url(workspace, Origin(person.id, channel.id), "commands"),
        "trigger_id": workspace.triggers.issue(person.id),
    }


def escaped(workspace: Workspace, text: str) -> str:
    """The text with `&`, `<`, `>` escaped and people and channels as `<@U…|name>` and `<#C…|name>`.

    People are recognised as `@handle`, `@Real Name` or `<@U…>`, channels as `#name` or `<#C…>`.
    """
    marks: dict[str, str] = {}
    for person in workspace.people.values():
        mark = f"<@{person.id}|{person.handle}>"
        marks |= {f"<@{person.id}>": mark, f"@{person.real_name.lower()}": mark, f"@{person.handle}": mark}
    for channel in workspace.channels.values():
        if not channel.is_im:
            mark = f"<#{channel.id}|{channel.name}>"
            marks |= {f"<#{channel.id}>": mark, f"#{channel.name}": mark}
    ready = set(marks.values())
    known = sorted([*marks, *ready], key=len, reverse=True)
    pattern = re.compile("(" + "|".join(re.escape(mark) for mark in known) + r")(?!\w)", re.IGNORECASE)
    pieces = pattern.split(text)
    for at, piece in enumerate(pieces):
        if at % 2:
            pieces[at] = piece if piece in ready else marks.get(piece, marks.get(piece.lower(), piece))
        else:
            pieces[at] = piece.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "".join(pieces)


def press_in_message(workspace: Workspace, message: Message, *, person: Person, action: Json) -> Json:
    """A `block_actions` payload for something pressed in a message."""
    channel = workspace.channels[message.channel]
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel,
        "is_ephemeral": message.ephemeral_to is not None,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    picked = workspace.picked.get((message.channel, message.ts, person.id), {})
    payload = {
        "type": "block_actions",
        **_who(workspace, person),
        "container": container,
        "channel": {"id": channel.id, "name": _channel_name(channel)},
        "state": {"values": values(list(message.blocks or ()), picked)},
        "response_url": _response_url(workspace, Origin(person.id, channel.id, message.ts), "actions"),
        "actions": [action],
    }
    if message.ephemeral_to is None:  # Slack leaves the message out when it is ephemeral
        payload["message"] = message_json(message)
    return payload


def press_in_modal(workspace: Workspace, view: View, *, person: Person, action: Json) -> Json:
    """A `block_actions` payload for something pressed in a modal: no channel, no response URL."""
    return {
        "type": "block_actions",
        **_who(workspace, person),
        "container": {"type": "view", "view_id": view.id},
        "view": view.json(),
        "actions": [action],
    }


def submission(workspace: Workspace, view: View, *, person: Person) -> Json:
    """A `view_submission` payload."""
    return {"type": "view_submission", **_who(workspace, person), "view": view.json(), "response_urls": []}


def closing(workspace: Workspace, view: View, *, person: Person, cleared: bool) -> Json:
    """A `view_closed` payload, which opens no further modal: it has no trigger."""
    who = _who(workspace, person)
    del who["trigger_id"]
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


def message_json(message: Message) -> Json:
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
    return shown


def _who(workspace: Workspace, person: Person) -> Json:
    return {
        "user": {"id": person.id, "username": person.handle, "name": person.handle, "team_id": person.team},
        "api_app_id": world.APP,
        "token": TOKEN,
        "trigger_id": workspace.triggers.issue(person.id),
        "team": {"id": world.TEAM, "domain": "larkspur"},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def _channel_name(channel: Channel) -> str:
    return "directmessage" if channel.is_im else "privategroup" if channel.private else channel.name


def _response_url(workspace: Workspace, origin: Origin, kind: str) -> str:
    return f"{workspace.url}/{kind}/{world.TEAM}/{workspace.response_urls.issue(origin)}"
