"""The app manifest to paste into Slack: exactly what the code registers and calls, and why each scope is needed.

The format is that of https://docs.slack.dev/reference/app-manifest.
"""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any
from urllib.parse import quote, urlsplit

from bot.listeners.withdrawing import EVENTS
from bot.views.finding import CARD_HERE, FIND

SCOPES = {
    "commands": "the slash command itself, and the shortcuts",
    "chat:write": "post digests and shared cards, keep them current, and tell a subscriber when one could not be sent",
    "users:read": "tell members from guests and people of other organisations; names and time zones",
    "channels:read": "see whether customers can read a public channel before posting there",
    "groups:read": "the same for private channels the bot was invited to",
    "im:write": "open the direct message that tells a subscriber what happened to a digest",
}
METHODS: dict[str, tuple[str, ...]] = {
    "auth.test": (),
    "apps.connections.open": (),
    "chat.delete": ("chat:write",),
    "chat.postEphemeral": ("chat:write",),
    "chat.postMessage": ("chat:write",),
    "chat.unfurl": ("links:write",),
    "chat.update": ("chat:write",),
    "conversations.info": ("channels:read", "groups:read"),
    "conversations.members": ("channels:read", "groups:read"),
    "conversations.open": ("im:write",),
    "files.completeUploadExternal": ("files:write",),
    "files.getUploadURLExternal": ("files:write",),
    "usergroups.users.list": ("usergroups:read",),
    "users.info": ("users:read",),
    "users.list": ("users:read",),
    "views.open": (),
    "views.publish": (),
    "views.push": (),
    "views.update": (),
}
"""Every Web API method the bot calls, and the scopes it needs; without any, every token of its kind may."""

NEW_APP = "https://api.slack.com/apps?new_app=1&manifest_json="
"""Slack's page for a new app, filled in with what follows:
https://docs.slack.dev/app-manifests/configuring-apps-with-app-manifests.
"""
DOMAIN = "my.pivotal.app"
"""Whose links are unfurled."""
_NAME = re.compile(r"(?:[a-z0-9-]+\.)+[a-z][a-z0-9-]*")
"""A domain's name as Slack takes it: no bare host, no number."""


@dataclass(frozen=True, slots=True)
class Extra:
    """A feature that needs more than the bot asks for by itself: its scopes and why, and the events it hears."""

    title: str
    scopes: Mapping[str, str]
    events: tuple[str, ...]
    package: str = ""
    """What has to be installed for it: the extra of the same name brings it."""


EXTRAS = {
    "mentions": Extra(
        "answers to mentions",
        {"app_mentions:read": "read the messages that mention the bot, and no others, to answer in their thread"},
        ("app_mention",),
    ),
    "unfurls": Extra(
        "link previews",
        {
            "links:read": "see links to Pivotal where they are posted",
            "links:write": "show a small card below such a link",
        },
        ("link_shared",),
    ),
    "groups": Extra(
        "roles by user group",
        {"usergroups:read": "know who is in the user groups that the settings name as admins, managers or readers"},
        (),
    ),
    "charts": Extra(
        "the portfolio’s chart",
        {"files:write": "put the chart of the portfolio digest into its thread, as a picture"},
        (),
        package="matplotlib",
    ),
}
"""What `onboarding-bot manifest --with …` adds, by the word people type."""

USAGE = "acme | mine | at-risk | launches | advance #89 | subscribe | help"


@dataclass(frozen=True, slots=True)
class Names:
    """What people type."""

    command: str = "/onboarding"
    alias: str = "/ob"

    @property
    def all(self) -> tuple[str, ...]:
        """Both names, once each."""
        return tuple(dict.fromkeys((self.command, self.alias)))


def command(extras: Collection[str] = ()) -> str:
    """What prints the manifest of the app that is set up: of the extras, what is not named is taken away."""
    named = ",".join(name for name in EXTRAS if name in extras)
    return f"onboarding-bot manifest --with {named}" if named else "onboarding-bot manifest"


def begun(scopes: Collection[str] | None) -> list[str]:
    """The extras that have a scope of theirs by now: a new manifest is to name them too."""
    return [name for name, extra in EXTRAS.items() if any(scope in (scopes or ()) for scope in extra.scopes)]


def off(scopes: Collection[str] | None) -> dict[str, str]:
    """The extras that lack something, each with how to get it; no scope when Slack did not say which ones there are."""
    told = {}
    for name, extra in EXTRAS.items():
        missing = [scope for scope in extra.scopes if scopes is not None and scope not in scopes]
        if missing:
            many = len(missing) > 1
            lacks = f"the scope{'s' * many} {' and '.join(missing)} {'are' if many else 'is'} missing"
            told[name] = f"{extra.title}, because {lacks}: see `{command({*begun(scopes), name})}`"
        elif extra.package and not find_spec(extra.package):
            told[name] = (
                f"{extra.title}, because {extra.package} is missing: in the bot’s folder, "
                f"`pip install --constraint constraints.txt --editable '.[{name}]'`"
            )
    return told


def unfurled(web: str) -> list[str]:
    """The domains whose links are shown: Pivotal's own, and that of the installation at `web` where it is another."""
    host = urlsplit(web).hostname or ""
    return list(dict.fromkeys([DOMAIN, *([host] if _NAME.fullmatch(host) else [])]))


def manifest(
    names: Names = Names(), *, request_url: str | None = None, extras: Collection[str] = (), web: str = ""
) -> dict[str, Any]:
    """Describe the app to Slack: in Socket Mode, or in HTTP mode when Slack is to call `request_url`.

    `extras` are the names of those wanted; without any the bot asks for the least. `web` is an address of the Pivotal
    whose links are shown.
    """
    address = {"url": request_url} if request_url else {}
    wanted = [extra for name, extra in EXTRAS.items() if name in extras]
    scopes = [*SCOPES, *(scope for extra in wanted for scope in extra.scopes)]
    events = ["app_home_opened", *EVENTS, *(event for extra in wanted for event in extra.events)]
    return {
        "_metadata": {"major_version": 1},
        "display_information": {
            "name": "Onboarding",
            "description": "Customer onboardings from Pivotal: look up, move on, and be told what is at risk",
            "background_color": "#2c5e4f",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "Onboarding", "always_online": True},
            "shortcuts": [
                {
                    "name": "Find onboarding",
                    "type": "global",
                    "callback_id": FIND,
                    "description": "Look up a customer onboarding, for your eyes only",
                },
                {
                    "name": "Onboarding card here",
                    "type": "message",
                    "callback_id": CARD_HERE,
                    "description": "Post the card of an onboarding in the thread of this message",
                },
            ],
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
            **({"unfurl_domains": unfurled(web)} if "unfurls" in extras else {}),
        },
        "oauth_config": {"scopes": {"bot": scopes}},
        "settings": {
            "event_subscriptions": {**({"request_url": request_url} if request_url else {}), "bot_events": events},
            "interactivity": {"is_enabled": True, **({"request_url": request_url} if request_url else {})},
            "org_deploy_enabled": False,
            "socket_mode_enabled": request_url is None,
            "token_rotation_enabled": False,
        },
    }


def as_yaml(document: dict[str, Any]) -> str:
    """Write a manifest the way Slack's editor shows it."""
    import yaml  # to print it; the running bot only compares

    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)


def as_link(document: dict[str, Any]) -> str:
    """The address at which Slack offers to create the app of a manifest."""
    return NEW_APP + quote(json.dumps(document, separators=(",", ":")), safe="")
