"""The usergroups.* methods: which user groups there are and who is in them."""

from bot.sandbox.slack import world
from bot.sandbox.slack.refusals import Refusal
from bot.sandbox.slack.wire import Json
from bot.sandbox.slack.workspace import Workspace
from bot.sandbox.slack.world import UserGroup

_YES = (True, 1, "1", "true", "True")


def listing(workspace: Workspace, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/usergroups.list: no pages, members and counts on request."""
    with_users, with_count = args.get("include_users") in _YES, args.get("include_count") in _YES
    return {"usergroups": [_group_json(group, users=with_users, count=with_count) for group in workspace.user_groups]}


def members(workspace: Workspace, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/usergroups.users.list."""
    wanted = str(args.get("usergroup") or "")
    for group in workspace.user_groups:
        if group.id == wanted:
            return {"users": list(group.members)}
    raise Refusal("no_such_subteam")


def _group_json(group: UserGroup, *, users: bool, count: bool) -> Json:
    shown: Json = {
        "id": group.id,
        "team_id": world.TEAM,
        "is_usergroup": True,
        "is_subteam": True,
        "name": group.name,
        "description": group.description,
        "handle": group.handle,
        "is_external": False,
        "date_create": world.CREATED,
        "date_update": world.CREATED,
        "date_delete": 0,
        "auto_type": None,
        "auto_provision": False,
        "enterprise_subteam_id": "",
        "created_by": world.CARA,
        "updated_by": world.CARA,
        "deleted_by": None,
        "prefs": {"channels": [], "groups": []},
    }
    if users:
        shown["users"] = list(group.members)
    if count:
        shown["user_count"] = len(group.members)
    return shown
