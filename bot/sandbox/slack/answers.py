"""What an app's answers do: a body sent to a response URL, and what an acknowledgement carries."""

from typing import Any

from bot.sandbox.slack import world
from bot.sandbox.slack.refusals import Refusal
from bot.sandbox.slack.views import View
from bot.sandbox.slack.windows import Origin
from bot.sandbox.slack.wire import Json
from bot.sandbox.slack.workspace import Workspace

TROUBLE = "We had some trouble connecting. Try again?"


def to_response_url(workspace: Workspace, key: str, body: Json) -> None:
    """Do what a body POSTed to a response URL asks for; raises Slack's refusals."""
    respond(workspace, workspace.response_urls.use(key), body)


def respond(workspace: Workspace, origin: Origin, body: Json) -> None:
    """Post, replace or delete, as https://docs.slack.dev/interactivity/handling-user-interaction/ describes.

    Only a press has an original: a command's response URL posts anew whatever it is asked.
    """
    text, blocks = body.get("text"), body.get("blocks")
    if origin.ts and body.get("delete_original"):
        workspace.delete(workspace.message(origin.channel, origin.ts, person=origin.person))
    elif origin.ts and body.get("replace_original"):
        original = workspace.message(origin.channel, origin.ts, person=origin.person)
        workspace.replace(original, text=text, blocks=blocks if blocks is not None else [])
    else:
        everyone = body.get("response_type") == "in_channel"
        workspace.post(
            workspace.channels[origin.channel],
            user=world.BOT,
            text=text,
            blocks=blocks,
            thread_ts=body.get("thread_ts"),
            ephemeral_to=None if everyone else origin.person,
        )


def to_command(workspace: Workspace, origin: Origin, payload: Any) -> None:
    """Show what a command's acknowledgement carries; an empty one shows nothing."""
    if isinstance(payload, dict) and (payload.get("text") or payload.get("blocks")):
        respond(workspace, origin, payload)


def to_submission(workspace: Workspace, view: View, payload: Any) -> dict[str, str]:
    """Do what a submission's acknowledgement says: nothing, `errors`, `update`, `push` or `clear`.

    Returns the sentences shown beside the fields; raises a refusal when Slack could not follow the answer.
    """
    body = payload if isinstance(payload, dict) else {}
    match body.get("response_action"):
        case None:
            workspace.modals.close(view)
        case "clear":
            workspace.modals.clear(view.person)
        case "update":
            workspace.modals.update(body.get("view") or {}, view_id=view.id)
        case "push":
            workspace.modals.push(view.person, body.get("view") or {})
        case "errors":
            return _field_errors(view, body.get("errors"))
        case _:
            raise Refusal("invalid_arguments")
    return {}


def _field_errors(view: View, errors: Any) -> dict[str, str]:
    inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not set(errors) <= inputs:
        raise Refusal("invalid_arguments")
    return {str(block): str(text) for block, text in errors.items()}
