"""`onboarding-bot manifest`: the app's description for Slack, to paste, or as a link that opens it filled in."""

import typer

from bot.commands import connection
from bot.listeners.http import PATH
from bot.listeners.manifest import EXTRAS, Names, as_link, as_yaml
from bot.listeners.manifest import manifest as describe


def main(names: Names, *, http: bool | None, url: str | None, extras: str, link: bool) -> str:
    """What to print; raises BadParameter for options that do not go together, and ConfigurationError."""
    if http and not url:
        raise typer.BadParameter(
            "it needs the public address: --http --url https://bot.example.com.", param_hint="--http"
        )
    if url and not http:
        raise typer.BadParameter("it is for HTTP mode: --http --url ….", param_hint="--url")
    wanted = [name.strip() for name in extras.split(",") if name.strip()]
    if unknown := [name for name in wanted if name not in EXTRAS]:
        raise typer.BadParameter(f"there is {' and '.join(EXTRAS)}, no {unknown[0]!r}.", param_hint="--with")
    web = connection.load().pivotal_base_url  # the links of another Pivotal are shown too
    document = describe(names, request_url=request_url(url) if url else None, extras=wanted, web=web)
    return f"{as_link(document)}\n" if link else as_yaml(document)


def request_url(public: str) -> str:
    """Where Slack is to send its requests, for a public address with or without that path."""
    address = public.rstrip("/")
    return address if address.endswith(PATH) else address + PATH
