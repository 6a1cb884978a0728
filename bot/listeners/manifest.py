"""The app manifest to paste into Slack: exactly what the code registers and calls, and why each scope is needed.

The format is that of https://docs.slack.dev/reference/app-manifest.
"""

from dataclasses import dataclass
from typing import Any

import yaml

SCOPES = {
    "commands": "the slash command itself",
    "chat:write": "post digests and shared cards, keep them current, and tell a subscriber when one could not be sent",
    "users:read": "tell members from guests and people of other organisations; names and time zones",
    "channels:read": "see whether customers can read a public channel before posting there",
    "groups:read": "the same for private channels the bot was invited to",
    "im:write": "open the direct message that tells a subscriber what happened to a digest",
}
METHODS: dict[str, tuple[str, ...]] = {
    "auth.test": (),
    "apps.connections.open": (),
    "chat.postEphemeral": ("chat:write",),
    "chat.postMessage": ("chat:write",),
    "chat.update": ("chat:write",),
    "conversations.info": ("channels:read", "groups:read"),
    "conversations.members": ("channels:read", "groups:read"),
    "conversations.open": ("im:write",),
    "users.info": ("users:read",),
    "views.open": (),
    "views.publish": (),
    "views.push": (),
    "views.update": (),
}
"""Every Web API method the bot calls, and the scopes it needs; without any, every token of its kind may."""

USAGE = "acme | mine | at-risk | launches | advance acme | subscribe | help"


@dataclass(frozen=True, slots=True)
class Names:
    """What people type."""

    command: str = "/onboarding"
    alias: str = "/ob"

    @property
    def all(self) -> tuple[str, ...]:
        """Both names, once each."""
        return tuple(dict.fromkeys((self.command, self.alias)))


def manifest(names: Names = Names(), *, request_url: str | None = None) -> dict[str, Any]:
    """Describe the app to Slack: in Socket Mode, or in HTTP mode when Slack is to call `request_url`."""
    address = {"url": request_url} if request_url else {}
    return {
        "_metadata": {"major_version": 1},
        "display_information": {
            "name": "Onboarding",
            "description": "Customer onboardings from Pivotal: look up, move on, and be told what is at risk",
            "background_color": "#2c5e4f",
        },
        "features": {
            "bot_user": {"display_name": "Onboarding", "always_online": True},
            "slash_commands": [
                {
                    "command": name,
                    **address,
                    "description": "Show a customer onboarding, or move it on",
                    "usage_hint": USAGE,
                    "should_escape": True,
                }
                for name in names.all
            ],
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "interactivity": {"is_enabled": True, **({"request_url": request_url} if request_url else {})},
            "org_deploy_enabled": False,
            "socket_mode_enabled": request_url is None,
            "token_rotation_enabled": False,
        },
    }


def as_yaml(document: dict[str, Any]) -> str:
    """Write a manifest the way Slack's editor shows it."""
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)
