"""What one person's Slack shows, as the JSON the page draws."""

from bot.sandbox.slack import world
from bot.sandbox.slack.files import File
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.views import View
from bot.sandbox.slack.wire import Json
from bot.sandbox.slack.workspace import Workspace
from bot.sandbox.slack.world import Channel, Kind, Person


def screen(workspace: Workspace, person: str, *, pivotal: str | None, tries: list[Json]) -> Json:
    """Everything visible to `person` and nothing else."""
    app = workspace.app
    seen = [channel for channel in workspace.channels.values() if workspace.sees(person, channel.id)]
    view, home = workspace.modals.top(person), workspace.homes.of(person)
    return {
        "workspace": {"name": world.TEAM_NAME, "team_id": world.TEAM},
        "me": person,
        "app": {"name": app.name, "user_id": world.BOT, "color": app.color, "home_tab": app.home_tab},
        "pivotal": pivotal,
        "people": [_person(someone) for someone in workspace.people.values()],
        "channels": [_channel(workspace, channel, person) for channel in seen],
        "commands": [
            {"command": command.command, "usage_hint": command.usage_hint, "description": command.description}
            for command in app.commands
        ],
        "shortcuts": [
            {
                "name": shortcut.name,
                "callback_id": shortcut.callback_id,
                "type": shortcut.type,
                "description": shortcut.description,
            }
            for shortcut in app.shortcuts
        ],
        "user_groups": [
            {"id": group.id, "handle": group.handle, "name": group.name} for group in workspace.user_groups
        ],
        "tries": tries,
        "messages": {
            channel.id: [
                _message(workspace, message, person) for message in workspace.messages(channel.id, person=person)
            ]
            for channel in seen
        },
        "view": _view(view) if view else None,
        "home": _view(home) if home else None,
        "notices": [
            {"id": notice.id, "text": notice.text, "channel": notice.channel, "at": notice.at}
            for notice in workspace.notices(person)
        ],
        "typing": False,
    }


def _person(person: Person) -> Json:
    return {
        "id": person.id,
        "name": person.handle,
        "real_name": person.real_name,
        "title": person.title,
        "tz": person.zone,
        "kind": person.kind.value,
    }


def _channel(workspace: Workspace, channel: Channel, person: str) -> Json:
    return {
        "id": channel.id,
        "name": channel.name,
        "kind": "im" if channel.is_im else "private" if channel.private else "channel",
        "peer": world.BOT if channel.is_im else None,
        "topic": channel.topic,
        "archived": channel.archived,
        "shared": channel.shared or channel.pending_shared,
        "has_guest": any(workspace.people[member].kind is Kind.GUEST for member in channel.members),
        "bot_is_member": channel.bot_is_member,
        "is_member": person in channel.members,
    }


def _message(workspace: Workspace, message: Message, person: str) -> Json:
    author = workspace.people[message.user]
    return {
        "ts": message.ts,
        "user": message.user,
        "username": author.real_name,
        "is_bot": author.kind is Kind.BOT,
        "text": message.text,
        "blocks": list(message.blocks) if message.blocks is not None else None,
        "thread_ts": message.thread_ts,
        "edited": message.edited,
        "ephemeral": message.ephemeral_to is not None,
        "files": [_file(file, person) for file in message.files],
        "unfurls": [{"url": unfurl.url, "blocks": list(unfurl.blocks)} for unfurl in message.unfurls],
    }


def _file(file: File, person: str) -> Json:
    return {
        "id": file.id,
        "name": file.name,
        "title": file.title,
        "alt_text": file.alt_text,
        "is_picture": file.is_picture,
        "url": f"/sandbox/files/{file.id}?as={person}",
    }


def _view(view: View) -> Json:
    return {**view.json(), "errors": view.errors or None, "state_values": view.values}
