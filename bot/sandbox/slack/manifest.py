"""What the workspace reads from the app's manifest: its name, scopes, commands, shortcuts, events and Home tab."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.sandbox.slack.wire import Json


@dataclass(frozen=True)
class Command:
    """A slash command as the manifest registers it."""

    command: str
    description: str
    usage_hint: str
    should_escape: bool


@dataclass(frozen=True)
class Shortcut:
    """A shortcut as the manifest registers it; `type` is `global` or `message`."""

    name: str
    callback_id: str
    type: str
    description: str


# The scope an app needs to be told of an event, beside having subscribed to it.
EVENT_SCOPES: Mapping[str, str | None] = {
    "app_home_opened": None,
    "app_mention": "app_mentions:read",
    "link_shared": "links:read",
}


@dataclass(frozen=True)
class App:
    """The installed app."""

    name: str
    color: str
    scopes: frozenset[str]
    commands: tuple[Command, ...]
    interactive: bool
    shortcuts: tuple[Shortcut, ...] = ()
    events: frozenset[str] = frozenset()
    unfurl_domains: tuple[str, ...] = ()
    home_tab: bool = False

    @property
    def handle(self) -> str:
        """The bot user's short name, lower case without spaces, as Slack derives it."""
        return self.name.lower().replace(" ", "")

    def command(self, word: str) -> Command | None:
        """The registered command spelled `word`, slash included."""
        return next((command for command in self.commands if command.command == word), None)

    def shortcut(self, name: str) -> Shortcut | None:
        """The registered shortcut of that name or callback_id."""
        return next((one for one in self.shortcuts if name in (one.name, one.callback_id)), None)

    def hears(self, event: str) -> bool:
        """Whether the app is told of events of that kind: subscribed, and with the scope they need."""
        scope = EVENT_SCOPES[event]
        return event in self.events and (scope is None or scope in self.scopes)


def read(manifest: Json) -> App:
    """The parts of an app manifest that decide what the app may do.

    Fields as in https://docs.slack.dev/reference/app-manifest/; what is absent is not granted.
    """
    features = manifest.get("features") or {}
    display = manifest.get("display_information") or {}
    settings = manifest.get("settings") or {}
    scopes = (manifest.get("oauth_config") or {}).get("scopes") or {}
    bot_user = features.get("bot_user") or {}
    return App(
        name=bot_user.get("display_name") or display.get("name") or "Onboarding",
        color=display.get("background_color") or "#2c2d30",
        scopes=frozenset(scopes.get("bot") or ()) | frozenset(scopes.get("bot_optional") or ()),
        commands=tuple(
            Command(
                command=entry["command"],
                description=entry.get("description", ""),
                usage_hint=entry.get("usage_hint", ""),
                should_escape=bool(entry.get("should_escape", False)),
            )
            for entry in features.get("slash_commands") or ()
        ),
        interactive=bool((settings.get("interactivity") or {}).get("is_enabled")),
        shortcuts=tuple(
            Shortcut(entry["name"], entry["callback_id"], entry["type"], entry.get("description", ""))
            for entry in features.get("shortcuts") or ()
        ),
        events=frozenset((settings.get("event_subscriptions") or {}).get("bot_events") or ()),
        unfurl_domains=tuple(domain.lower() for domain in features.get("unfurl_domains") or ()),
        home_tab=bool((features.get("app_home") or {}).get("home_tab_enabled")),
    )
