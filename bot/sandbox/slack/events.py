"""The events an app is told of: Home opened, its name mentioned, its links posted. For channels: `channel_events.py`.

Fields: https://docs.slack.dev/reference/events/ and https://docs.slack.dev/apis/events-api/#callback-field.
"""

from urllib.parse import urlsplit

from bot.sandbox.slack import world, writing
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.payloads import TOKEN
from bot.sandbox.slack.wire import Json
from bot.sandbox.slack.workspace import Workspace
from bot.sandbox.slack.world import Channel, Person


def of_home(workspace: Workspace, person: Person) -> list[Json]:
    """What the app is told when that person opens its Home: the view too, once there is one."""
    if not workspace.app.hears("app_home_opened"):
        return []
    home = workspace.homes.of(person.id)
    channel = workspace.channels[world.direct_message(person.id)]
    event: Json = {
        "type": "app_home_opened",
        "user": person.id,
        "channel": channel.id,
        "tab": "home",
        "event_ts": workspace.new_ts(),
    }
    if home:
        event["view"] = home.json()
    return [wrapped(workspace, event, channel)]


def of_message(workspace: Workspace, message: Message) -> list[Json]:
    """What the app is told when a person posts that message: nothing, of a mention, of links, or of both.

    A mention is told only where the app is a member, and in direct messages never; links everywhere it could join.
    """
    channel = workspace.channels[message.channel]
    told: list[Json] = []
    in_reach = channel.bot_is_member and not channel.is_im
    if workspace.app.hears("app_mention") and in_reach and writing.mentions(message.text, world.BOT):
        told.append(wrapped(workspace, _app_mention(workspace, message), channel))
    links = own_links(workspace, message)
    if workspace.app.hears("link_shared") and links and (channel.bot_is_member or not channel.private):
        told.append(wrapped(workspace, _link_shared(workspace, message, links), channel))
    return told


def wrapped(workspace: Workspace, event: Json, channel: Channel) -> Json:
    """The event in the envelope that is the same for all."""
    number = workspace.new_ts().replace(".", "")
    return {
        "token": TOKEN,
        "team_id": world.TEAM,
        "context_team_id": world.TEAM,
        "context_enterprise_id": None,
        "api_app_id": world.APP,
        "event": event,
        "type": "event_callback",
        "event_id": f"Ev{int(number):X}",
        "event_time": int(workspace.clock().timestamp()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": world.TEAM,
                "user_id": world.BOT,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": channel.shared,
        "event_context": f"4-{number}",
    }


def own_links(workspace: Workspace, message: Message) -> dict[str, str]:
    """The message's addresses under a domain the app unfurls, each with that domain."""
    found = {}
    for url in writing.links(message.text):
        host = (urlsplit(url).hostname or "").lower()
        for domain in workspace.app.unfurl_domains:
            if host == domain or host.endswith(f".{domain}"):
                found[url] = domain
    return found


def _app_mention(workspace: Workspace, message: Message) -> Json:
    person = workspace.people[message.user]
    event: Json = {
        "type": "app_mention",
        "user": person.id,
        "text": message.text,
        "ts": message.ts,
        "team": person.team,
        "channel": message.channel,
        "event_ts": message.ts,
    }
    if person.team != world.TEAM:
        event |= {"user_team": person.team, "source_team": person.team}
    if message.thread_ts:
        event["thread_ts"] = message.thread_ts
    return event


def _link_shared(workspace: Workspace, message: Message, links: dict[str, str]) -> Json:
    unfurl_id = f"{message.channel}.{message.ts}.{len(workspace.unfurl_ids) + 1:064x}"
    workspace.unfurl_ids[unfurl_id] = (message.channel, message.ts)
    event: Json = {
        "type": "link_shared",
        "user": message.user,
        "channel": message.channel,
        "message_ts": message.ts,
        "is_bot_user_member": workspace.channels[message.channel].bot_is_member,
        "links": [{"url": url, "domain": domain} for url, domain in links.items()],
        "source": "conversations_history",
        "unfurl_id": unfurl_id,
        "event_ts": workspace.new_ts(),
    }
    if message.thread_ts:
        event["thread_ts"] = message.thread_ts
    return event
