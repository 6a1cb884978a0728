"""The views.* methods: the app opens, lays over and changes a modal, and publishes a person's Home."""

from bot.sandbox.slack import views, world
from bot.sandbox.slack.refusals import Refusal
from bot.sandbox.slack.wire import Json
from bot.sandbox.slack.workspace import Workspace


def open_modal(workspace: Workspace, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/views.open."""
    view = _view(args)
    views.accept(view)  # first: a modal refused for its content does not spend the trigger
    person = workspace.triggers.use(str(args.get("trigger_id") or ""))
    opened = workspace.modals.open(person, view)
    workspace.changed()
    return {"view": opened.json()}


def push_modal(workspace: Workspace, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/views.push."""
    view = _view(args)
    views.accept(view)
    person = workspace.triggers.use(str(args.get("trigger_id") or ""))
    pushed = workspace.modals.push(person, view)
    workspace.changed()
    return {"view": pushed.json()}


def update_modal(workspace: Workspace, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/views.update."""
    updated = workspace.modals.update(
        _view(args), view_id=args.get("view_id"), external_id=args.get("external_id"), seen=args.get("hash")
    )
    workspace.changed()
    return {"view": updated.json()}


def publish_home(workspace: Workspace, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/views.publish."""
    if not args.get("user_id"):
        raise Refusal("invalid_arguments", ("missing required field: user_id",))
    view = _view(args)
    if not workspace.app.home_tab:
        raise Refusal("not_enabled")
    person = workspace.person(str(args["user_id"]))
    if person.id == world.BOT:
        raise Refusal("user_not_found")
    published = workspace.homes.publish(person.id, view, seen=args.get("hash"))
    workspace.changed()
    return {"view": published.json()}


def _view(args: Json) -> Json:
    view = args.get("view")
    if not isinstance(view, dict):
        raise Refusal("invalid_arguments", ("missing required field: view",))
    return view
