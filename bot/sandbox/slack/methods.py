"""The Web API's methods as a table: what each is called, which token and scope it takes, what runs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.sandbox.slack import chat, conversations, users, views, world
from bot.sandbox.slack.refusals import Refusal
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


def views_open(workspace: Workspace, args: Json) -> Json:
    """Open a modal: https://docs.slack.dev/reference/methods/views.open."""
    view = args.get("view")
    if not isinstance(view, dict):
        raise Refusal("invalid_arguments", ("missing required field: view",))
    views.accept(view)  # first: a modal refused for its content does not spend the trigger
    person = workspace.triggers.use(str(args.get("trigger_id") or ""))
    opened = workspace.modals.open(person, view)
    workspace.changed()
    return {"view": opened.json()}


def views_update(workspace: Workspace, args: Json) -> Json:
    """Change an open modal: https://docs.slack.dev/reference/methods/views.update."""
    view = args.get("view")
    if not isinstance(view, dict):
        raise Refusal("invalid_arguments", ("missing required field: view",))
    updated = workspace.modals.update(
        view, view_id=args.get("view_id"), external_id=args.get("external_id"), seen=args.get("hash")
    )
    workspace.changed()
    return {"view": updated.json()}


# views.push, views.publish, usergroups.*, files.* and chat.unfurl join here with the features that call them.
METHODS: Mapping[str, Method] = {
    "auth.test": Method(auth_test),
    "chat.postMessage": Method(chat.post_message, "chat:write"),
    "chat.update": Method(chat.update, "chat:write"),
    "chat.delete": Method(chat.delete, "chat:write"),
    "chat.postEphemeral": Method(chat.post_ephemeral, "chat:write"),
    "chat.getPermalink": Method(chat.get_permalink),
    "conversations.info": Method(conversations.show),
    "conversations.list": Method(conversations.listing),
    "conversations.members": Method(conversations.members),
    "conversations.open": Method(conversations.open_dm, "im:write"),
    "users.info": Method(users.show, "users:read"),
    "users.list": Method(users.listing, "users:read"),
    "views.open": Method(views_open),
    "views.update": Method(views_update),
}
