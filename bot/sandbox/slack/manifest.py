"""What the workspace reads from the app's manifest: its name, scopes and commands."""

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
class App:
    """The installed app."""

    name: str
    color: str
    scopes: frozenset[str]
    commands: tuple[Command, ...]
    interactive: bool

    @property
    def handle(self) -> str:
        """The bot user's short name, lower case without spaces, as Slack derives it."""
        return self.name.lower().replace(" ", "")

    def command(self, word: str) -> Command | None:
        """The registered command spelled `word`, slash included."""
        return next((command for command in self.commands if command.command == word), None)


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
    )
