"""The Web API's methods as a table: what each is called, which token and scope it takes, what runs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.sandbox.slack import chat, conversations, surfaces, unfurls, uploads, user_groups, users, world
from bot.sandbox.slack.wire import Json
from bot.sandbox.slack.workspace import Workspace

Run = Callable[[Workspace, Json], Json]


@dataclass(frozen=True)
class Method:
    """One method. `scope` is what its token needs; a method whose scope depends on the channel asks itself."""

    run: Run
    scope: str | None = None


def auth_test(workspace: Workspace, args: Json) -> Json:
    """Who the token belongs to: https://docs.slack.dev/reference/methods/auth.test."""
    return {
        "url": f"{workspace.url}/",
        "team": world.TEAM_NAME,
        "user": workspace.app.handle,
        "team_id": world.TEAM,
        "user_id": world.BOT,
        "bot_id": world.BOT_ID,
        "is_enterprise_install": False,
    }


METHODS: Mapping[str, Method] = {
    "auth.test": Method(auth_test),
    "chat.postMessage": Method(chat.post_message, "chat:write"),
    "chat.update": Method(chat.update, "chat:write"),
    "chat.delete": Method(chat.delete, "chat:write"),
    "chat.postEphemeral": Method(chat.post_ephemeral, "chat:write"),
    "chat.getPermalink": Method(chat.get_permalink),
    "chat.unfurl": Method(unfurls.unfurl, "links:write"),
    "conversations.info": Method(conversations.show),
    "conversations.list": Method(conversations.listing),
    "conversations.members": Method(conversations.members),
    "conversations.open": Method(conversations.open_dm, "im:write"),
    "files.getUploadURLExternal": Method(uploads.ask, "files:write"),
    "files.completeUploadExternal": Method(uploads.complete, "files:write"),
    "users.info": Method(users.show, "users:read"),
    "users.list": Method(users.listing, "users:read"),
    "users.lookupByEmail": Method(users.lookup_by_email, "users:read.email"),
    "usergroups.list": Method(user_groups.listing, "usergroups:read"),
    "usergroups.users.list": Method(user_groups.members, "usergroups:read"),
    "views.open": Method(surfaces.open_modal),
    "views.push": Method(surfaces.push_modal),
    "views.update": Method(surfaces.update_modal),
    "views.publish": Method(surfaces.publish_home),
}
