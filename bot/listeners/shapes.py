"""Whether a request has the shape of one that Slack sends, as far as Bolt and the door take it for granted."""

from collections.abc import Mapping
from typing import Any

OBJECTS = ("event", "user", "team", "view", "channel", "container", "enterprise", "message", "app_unfurl")
TEXTS = (
    "type",
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
    "event": ("type", "subtype", "channel_type", "bot_id"),
}


def well_formed(body: Mapping[str, Any]) -> bool:
    """Whether what is there is of the right kind; what is missing is for whoever needs it to miss."""
    parts = {name: body.get(name) for name in OBJECTS}
    if not all(part is None or isinstance(part, Mapping) for part in parts.values()):
        return False
    texts = [body.get(name) for name in TEXTS]
    for name, fields in WITHIN.items():
        texts += [(parts[name] or {}).get(field) for field in fields]
    actions, installed = body.get("actions"), body.get("authorizations")
    for listed in (actions, installed):
        if listed is not None and not (isinstance(listed, list) and all(isinstance(one, Mapping) for one in listed)):
            return False
    texts += [action.get(field) for action in actions or () for field in ("type", "action_id", "block_id", "value")]
    return all(text is None or isinstance(text, str) for text in texts)
