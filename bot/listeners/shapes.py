"""Whether a request has the shape of one that Slack sends this app, as far as Bolt and the door take it for granted.

What Slack sends: https://docs.slack.dev/interactivity/implementing-slash-commands/,
https://docs.slack.dev/reference/interaction-payloads/ and https://docs.slack.dev/apis/events-api/.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import structlog
from slack_bolt.request.async_request import AsyncBoltRequest

log = structlog.get_logger()

COMMAND = ("user_id", "channel_id", "response_url")
NEEDED: Mapping[str, tuple[str, ...]] = {
    "event_callback": ("event_id", "event.type"),
    "block_actions": ("user.id",),
    "block_suggestion": ("user.id", "action_id"),
    "view_submission": ("user.id", "view.id", "view.type", "view.callback_id", "view.title.text"),
    "view_closed": ("user.id", "view.id", "view.type", "view.callback_id"),
    "shortcut": ("user.id", "callback_id"),
    "message_action": ("user.id", "callback_id", "channel.id", "message_ts"),
    "url_verification": ("challenge",),
    "app_rate_limited": (),
}
"""By `type`, the texts that are always there."""
HEARD: Mapping[str, tuple[str, ...]] = {
    "app_mention": ("event.channel", "event.ts"),
    "channel_shared": ("event.channel",),
    "link_shared": ("event.channel", "event.message_ts"),
    "member_joined_channel": ("event.channel",),
}
"""Those of an event, by the event's own type."""
OBJECTS = ("user", "team", "view", "channel", "container", "enterprise", "message", "app_unfurl")
TEXTS = (
    "command",
    "text",
    "callback_id",
    "action_id",
    "block_id",
    "value",
    "team_id",
    "user_id",
    "channel_id",
    "enterprise_id",
    "event_id",
    "trigger_id",
    "response_url",
    "api_app_id",
    "challenge",
)
WITHIN = {
    "view": ("id", "type", "callback_id", "private_metadata", "hash"),
    "user": ("id", "team_id"),
    "team": ("id",),
    "channel": ("id",),
    "enterprise": ("id",),
    "event": ("type", "subtype", "channel_type", "bot_id", "thread_ts"),
}
EITHER = ("user", "channel", "team", "enterprise")
"""What an event names by its id, or, some kinds of it, as an object."""
IDS = (
    *("team_id", "user_id", "channel_id", "enterprise_id", "event_id", "trigger_id", "api_app_id", "message_ts"),
    *("view.id", "view.hash", "user.id", "user.team_id", "team.id", "channel.id", "enterprise.id"),
    *("container.channel_id", "container.message_ts", "container.view_id", "message.ts", "message.thread_ts"),
    *(f"event.{name}{within}" for name in EITHER for within in ("", ".id")),
    *("event.ts", "event.event_ts", "event.message_ts", "event.thread_ts", "event.bot_id", "event.inviter"),
)
"""What is looked up or kept by its name."""
LONGEST = 255
"""Characters of an id: Slack's own stay far below, and an index takes no text of any length."""


def read(body: Mapping[str, Any]) -> AsyncBoltRequest | None:
    """The request as Bolt takes it; None, and a line in the log, when it is of a shape that Slack does not send."""
    found = next(_wrong(body), None)
    if found is None:
        try:
            # To Bolt, what is null is there, and "socket_mode" means a body that is verified and parsed already.
            present = {name: part for name, part in body.items() if part is not None or name not in OBJECTS}
            return AsyncBoltRequest(mode="socket_mode", body=present, headers={})
        except (KeyError, IndexError, TypeError, AttributeError, ValueError, RecursionError) as error:
            found = type(error).__name__
    log.error("request not understood", why="its shape", where=found)
    return None


def _wrong(body: Mapping[str, Any]) -> Iterator[str]:
    """The names of what is missing, or of another kind than what Slack sends."""
    yield from _missing(body)
    for name in OBJECTS:
        if not isinstance(body.get(name), Mapping | None):
            yield name
    if not isinstance(body.get("event", {}), Mapping):
        yield "event"
    yield from (name for name in TEXTS if not isinstance(body.get(name), str | None))
    for name, fields in WITHIN.items():
        part = body.get(name) or {}
        yield from (f"{name}.{field}" for field in fields if not isinstance(part.get(field), str | None))
    event = body.get("event", {})
    yield from (f"event.{name}" for name in EITHER if not isinstance(event.get(name), str | Mapping | None))
    yield from (path for path in IDS if isinstance(found := _at(body, path), str) and not _is_id(found))
    yield from _wrong_lists(body)


def _missing(body: Mapping[str, Any]) -> Iterator[str]:
    kind = body.get("type")
    needed: tuple[str, ...] = COMMAND if "command" in body else ()
    if "type" in body or not (needed or "ssl_check" in body):
        if not isinstance(kind, str) or kind not in NEEDED:
            yield "type"
            return
        heard = _at(body, "event.type")
        needed += NEEDED[kind] + (HEARD.get(heard, ()) if isinstance(heard, str) else ())
    yield from (path for path in needed if not isinstance(_at(body, path), str))
    if kind == "block_actions" and not body.get("actions"):
        yield "actions"


def _is_id(text: str) -> bool:
    """Whether an id is of a length and of characters that ids have: nothing that cannot be seen is one."""
    return text.isprintable() and len(text) <= LONGEST


def _at(body: Mapping[str, Any], path: str) -> Any:
    found: Any = body
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _wrong_lists(body: Mapping[str, Any]) -> Iterator[str]:
    for name in ("actions", "authorizations", "response_urls"):
        listed = body.get(name)
        if listed is not None and not (isinstance(listed, list) and all(isinstance(one, Mapping) for one in listed)):
            yield name
    for action in body.get("actions") or ():
        if not isinstance(action.get("action_id"), str):
            yield "actions.action_id"
        if not all(isinstance(action.get(name), str | None) for name in ("type", "block_id", "value")):
            yield "actions"
        if not isinstance(action.get("selected_option"), Mapping | None):
            yield "actions.selected_option"
    event = body.get("event", {})
    if event.get("type") == "link_shared" and not _are_links(event.get("links")):
        yield "event.links"


def _are_links(listed: Any) -> bool:
    return isinstance(listed, list) and all(isinstance(_at(one, "url"), str) for one in listed)
