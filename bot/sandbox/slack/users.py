"""The users.* methods: what the bot may learn about people."""

from zoneinfo import ZoneInfo

from bot.sandbox.slack.pages import page
from bot.sandbox.slack.refusals import Refusal
from bot.sandbox.slack.wire import Json
from bot.sandbox.slack.workspace import Workspace
from bot.sandbox.slack.world import Kind, Person


def show(workspace: Workspace, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/users.info."""
    return {"user": user_json(workspace, workspace.person(str(args.get("user") or "")))}


def listing(workspace: Workspace, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/users.list."""
    found = [user_json(workspace, person) for person in workspace.people.values()]
    return {**page(found, args, name="members"), "cache_ts": int(workspace.clock().timestamp())}


def lookup_by_email(workspace: Workspace, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/users.lookupByEmail: people of this workspace only."""
    email = str(args.get("email") or "").lower()
    for person in workspace.people.values():
        if person.email == email and person.kind in (Kind.MEMBER, Kind.GUEST):
            return {"user": user_json(workspace, person)}
    raise Refusal("users_not_found")


def user_json(workspace: Workspace, person: Person) -> Json:
    """The user object: https://docs.slack.dev/reference/objects/user-object/. The address needs `users:read.email`.

    Of a person of another organisation Slack tells no address.
    """
    local = workspace.clock().astimezone(ZoneInfo(person.zone))
    offset = local.utcoffset()
    profile = {
        "title": person.title,
        "real_name": person.real_name,
        "real_name_normalized": person.real_name,
        "display_name": person.handle,
        "display_name_normalized": person.handle,
        "first_name": person.real_name.split(" ")[0],
        "last_name": person.real_name.partition(" ")[2],
        "team": person.team,
    }
    if "users:read.email" in workspace.app.scopes and person.kind in (Kind.MEMBER, Kind.GUEST):
        profile["email"] = person.email
    return {
        "id": person.id,
        "team_id": person.team,
        "name": person.handle,
        "real_name": person.real_name,
        "deleted": False,
        "color": "9f69e7",
        "tz": person.zone,
        "tz_label": local.tzname(),
        "tz_offset": int(offset.total_seconds()) if offset else 0,
        "profile": profile,
        "is_admin": person.admin,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": person.kind is Kind.GUEST,
        "is_ultra_restricted": False,
        "is_stranger": person.kind is Kind.EXTERNAL,
        "is_bot": person.kind is Kind.BOT,
        "is_app_user": False,
        "updated": 1_700_000_000,
    }
