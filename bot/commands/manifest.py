"""`onboarding-bot manifest`: the app's description for Slack, to paste, or as a link that opens it filled in."""

from collections.abc import Collection
from typing import Annotated

import typer
from pydantic import AfterValidator, SecretStr, field_validator

from bot.commands import connection
from bot.config import command_name, public
from bot.listeners.http import PATH
from bot.listeners.manifest import EXTRAS, Names, as_link, as_yaml
from bot.listeners.manifest import command as described
from bot.listeners.manifest import manifest as describe

USUAL = Names()


class App(connection.Connection):
    """The settings that concern the app, as far as there are any, by the names that `serve` reads them by."""

    bot_command: str = USUAL.command
    bot_alias: str = USUAL.alias
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    public_url: Annotated[str, AfterValidator(public)] | None = None

    _names = field_validator("bot_command", "bot_alias")(command_name)

    @property
    def http(self) -> bool:
        """Whether Slack is to call an address: only the signing secret is set, as in HTTP mode."""
        return bool(self.slack_signing_secret and not self.slack_app_token)


def main(*, command: str | None, alias: str | None, http: bool | None, url: str | None, extras: str, link: bool) -> str:
    """What to print; what is not said is as it is set up.

    Raises BadParameter for options that cannot be used, or not together, and ConfigurationError.
    """
    check(url=url, command=command, alias=alias)
    app = connection.read(App)
    called = app.http if http is None else http
    url = url or (app.public_url if called else None)
    if called and not url:
        why = "it" if http else "HTTP mode, which is set up (SLACK_SIGNING_SECRET, and no SLACK_APP_TOKEN),"
        raise typer.BadParameter(
            f"{why} needs the public address: --http --url https://bot.example.com.", param_hint="--http"
        )
    if url and not called:
        raise typer.BadParameter("it is for HTTP mode: --http --url ….", param_hint="--url")
    wanted = [name.strip() for name in extras.split(",") if name.strip()]
    if unknown := [name for name in wanted if name not in EXTRAS]:
        *others, last = EXTRAS
        raise typer.BadParameter(
            f"There is no “{unknown[0]}”; there are {', '.join(others)} and {last}.", param_hint="--with"
        )
    document = describe(
        Names(command or app.bot_command, alias or app.bot_alias),
        request_url=request_url(url) if url else None,
        extras=wanted,
        web=app.pivotal_base_url,  # the links of another Pivotal are shown too
    )
    return f"{as_link(document)}\n" if link else as_yaml(document)


def line(names: Names, *, http: bool, url: str | None, extras: Collection[str] = ()) -> str:
    """The command that prints the manifest of such an app, whatever is set up where it is typed."""
    mode = f"--http --url {url or 'https://bot.example.com'}" if http else "--socket"
    return f"{described(extras)} {mode} --command {names.command} --alias {names.alias}"


def check(*, url: str | None, command: str | None, alias: str | None) -> None:
    """Raise BadParameter for an option that says what Slack would not take."""
    for option, value, usable in (
        ("--url", url, public),
        ("--command", command, command_name),
        ("--alias", alias, command_name),
    ):
        try:
            if value is not None:
                usable(value)
        except ValueError as error:
            raise typer.BadParameter(f"it {error}.", param_hint=option) from None


def request_url(url: str) -> str:
    """Where Slack is to send its requests, for a public address with or without that path."""
    address = url.rstrip("/")
    return address if address.endswith(PATH) else address + PATH
