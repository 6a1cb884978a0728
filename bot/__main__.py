"""The command line. Whatever a command needs is imported when it runs, so that `--help` costs nothing."""

import asyncio
import gc
import sys
from collections.abc import Coroutine, Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperArgument, TyperCommand, TyperOption

INTERRUPTED = 130
"""Exit code when a signal came before the work was up, or a second one before it was down; a plain stop is 0."""

_Secret = Annotated[str | None, typer.Option(help="Better in the environment.")]

app = typer.Typer(
    name="onboarding-bot",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from bot import __version__

        print(f"onboarding-bot {__version__}")  # noqa: T201 - what was asked for
        raise typer.Exit


@app.callback()
def everything(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version.")
    ] = False,
) -> None:
    """Customer onboardings from Pivotal, in Slack."""


class _NamesKinds(TyperCommand):
    """A command whose help names the digests there are: only then they are imported."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the help."""
        from bot.digests import DIGESTS

        *others, last = (f"`{kind}`" for kind in DIGESTS)
        for option in self.params:
            if option.name == "kind" and isinstance(option, TyperArgument | TyperOption):
                option.help = f"{option.help} {', '.join(others)} or {last}."
        super().format_help(ctx, formatter)


@app.command()
def demo(
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open the page.")] = False,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of the page; the next free one is taken if it is in use.")
    ] = 8765,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the bot’s memory for the next demo.")] = False,
) -> None:
    """Try everything on this computer: a local Slack, a local Pivotal, and the real bot between them."""
    from bot.commands import demo as script

    _run(script.run(port=port, keep=keep, browser=not no_browser), quiet=True)


@app.command()
def serve() -> None:
    """Run the bot for a real workspace, with the settings of the environment and `.env`."""
    # What is imported stays: looking for garbage in it, again and again while it grows, takes a tenth of the start.
    gc.disable()
    _run(_serve())


@app.command(cls=_NamesKinds)
def init(
    http: Annotated[bool | None, typer.Option("--http/--socket", help="How Slack reaches the bot.")] = None,
    url: Annotated[str | None, typer.Option(help="Public address, for HTTP mode’s manifest.")] = None,
    command: Annotated[str | None, typer.Option(help="The slash command people type.")] = None,
    alias: Annotated[str | None, typer.Option(help="Its short form.")] = None,
    slack_bot_token: _Secret = None,
    slack_app_token: _Secret = None,
    slack_signing_secret: _Secret = None,
    slack_api_url: Annotated[str | None, typer.Option(help="Another Slack, such as the local one.")] = None,
    pivotal_api_key: _Secret = None,
    pivotal_base_url: Annotated[str | None, typer.Option(help="Another Pivotal, such as the local one.")] = None,
    bot_admins: Annotated[str | None, typer.Option(help="Slack ids, with commas.")] = None,
    bot_managers: Annotated[str | None, typer.Option(help="Likewise, or `none`.")] = None,
    bot_readers: Annotated[str | None, typer.Option(help="`workspace`, or a user group’s id.")] = None,
    bot_writes: Annotated[str | None, typer.Option(help="`owners`, `team` or `off`.")] = None,
    channel: Annotated[str | None, typer.Option(help="A channel for a first digest: its id, or a link to it.")] = None,
    kind: Annotated[str, typer.Option("--digest", metavar="KIND", help="Which digest:")] = "at-risk",
    yes: Annotated[
        bool, typer.Option("--yes", help="Ask nothing: take what is given, there already, or usual.")
    ] = False,
) -> None:
    """Set the bot up for a workspace: asks for each value, checks it, and writes `.env`.

    What it asks for may be given as an option or in the environment; the latter keeps secrets out of the shell’s
    history. Other settings are not asked for, and of those in the environment it says that they are not written.
    Run again, it changes what you say and leaves the rest.
    """
    from bot.app import utc_now
    from bot.commands import init as script
    from bot.commands.manifest import check
    from bot.commands.process import configure_logs
    from bot.digests import DIGESTS

    if kind not in DIGESTS:
        raise _no_digest(kind, DIGESTS)
    check(url=url, command=command, alias=alias)
    configure_logs(quiet=True)
    given = {
        "bot_command": command,
        "bot_alias": alias,
        "slack_bot_token": slack_bot_token,
        "slack_app_token": slack_app_token,
        "slack_signing_secret": slack_signing_secret,
        "slack_api_url": slack_api_url,
        "pivotal_api_key": pivotal_api_key,
        "pivotal_base_url": pivotal_base_url,
        "bot_admins": bot_admins,
        "bot_managers": bot_managers,
        "bot_readers": bot_readers,
        "bot_writes": bot_writes,
    }
    settings = {name: value.strip() for name, value in given.items() if value is not None}
    options = script.Options(settings, http=http, url=url, channel=channel, kind=kind, yes=yes)
    raise typer.Exit(script.main(options, clock=utc_now))


@app.command()
def manifest(
    http: Annotated[
        bool | None, typer.Option("--http/--socket", help="Slack calls an address, or keeps a line.")
    ] = None,
    url: Annotated[str | None, typer.Option(metavar="URL", help="Public address, for HTTP mode.")] = None,
    command: Annotated[str | None, typer.Option(help="The slash command people type.")] = None,
    alias: Annotated[str | None, typer.Option(help="Its short form.")] = None,
    extras: Annotated[
        str,
        typer.Option(
            "--with",
            metavar="NAMES",
            help="Optional features, joined by commas: `mentions`, `unfurls`, `groups`, `charts`.",
        ),
    ] = "",
    link: Annotated[bool, typer.Option("--link", help="As a link that opens Slack’s form, filled in.")] = False,
) -> None:
    """Print the app manifest to paste into Slack; what you do not say is as it is set up."""
    from bot.commands import connection
    from bot.commands import manifest as script
    from bot.config import ConfigurationError

    try:
        document = script.main(command=command, alias=alias, http=http, url=url, extras=extras, link=link)
    except ConfigurationError as error:
        raise typer.Exit(connection.complain(error)) from None
    print(document, end="")  # noqa: T201 - what was asked for


@app.command()
def sandbox(
    only: Annotated[str, typer.Option(help="`pivotal` or `slack`.")],
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = 8765,
) -> None:
    """Run one of the local stand-ins on its own, for writing other clients against it."""
    if only not in ("pivotal", "slack"):
        raise typer.BadParameter("it is `pivotal` or `slack`.", param_hint="--only")
    from bot.commands import demo as script

    _run(script.stand_in(only, port=port), quiet=True)


@app.command()
def walk(
    reference: Annotated[str, typer.Argument(metavar="ID", help="The onboarding’s id, or its number in Pivotal.")],
    pause: Annotated[float, typer.Option(min=0, max=3600, metavar="SECONDS", help="Between two steps.")] = 2.0,
    yes_live: Annotated[bool, typer.Option("--yes-live", help="Walk with a live key too.")] = False,
) -> None:
    """Move a test onboarding through every phase it has left, a step at a time."""
    from bot.commands import walk as command

    raise typer.Exit(command.main(reference, pause=pause, yes_live=yes_live))


@app.command()
def contract(
    as_json: Annotated[bool, typer.Option("--json", help="Print the differences as JSON.")] = False,
) -> None:
    """Compare Pivotal’s OpenAPI document with this client; exit code 1 when a difference matters."""
    from bot.commands import contract as command

    raise typer.Exit(command.main(as_json=as_json))


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print what was found as JSON.")] = False,
) -> None:
    """Look at everything the bot needs, and say what to do about what is wrong; exit code 1 when something fails."""
    from bot.app import utc_now
    from bot.commands import doctor as command
    from bot.commands.process import configure_logs

    configure_logs(quiet=True)
    raise typer.Exit(command.main(as_json=as_json, clock=utc_now))


@app.command(cls=_NamesKinds)
def digest(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="One of")],
    filters: Annotated[str, typer.Option(metavar="WORDS", help="As in Slack: `phase:review owner:user_…`.")] = "",
    zone: Annotated[str | None, typer.Option(help="Whose calendar it follows, such as Europe/Berlin.")] = None,
    printed: Annotated[bool, typer.Option("--print", help="Print it to read; this is what happens anyway.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for other programs.")] = False,
) -> None:
    """Write a digest to the terminal, without Slack: exit code 1 when Pivotal does not answer."""
    from bot.app import utc_now
    from bot.commands import digest as command
    from bot.digests import DIGESTS

    if kind not in DIGESTS:
        raise _no_digest(kind, DIGESTS)
    if printed and as_json:
        raise typer.BadParameter("it is --print or --json.", param_hint="--json")
    raise typer.Exit(command.main(kind, filters=filters, zone=zone, as_json=as_json, clock=utc_now))


@app.command()
def audit(
    since: Annotated[str, typer.Option(metavar="WHEN", help="From when: 30d, 12h, 2w, or a day (UTC).")] = "30d",
    until: Annotated[str | None, typer.Option(metavar="WHEN", help="Until before when, likewise.")] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="As CSV, for a spreadsheet.")] = False,
) -> None:
    """Who tried to change what through the bot, and what came of it."""
    from bot.app import utc_now
    from bot.commands import audit as command

    now = utc_now()

    def read(said: str, option: str) -> datetime:
        try:
            return command.moment(said, now=now)
        except ValueError as error:
            raise typer.BadParameter(f"{error}.", param_hint=option) from None

    start, end = read(since, "--since"), now if until is None else read(until, "--until")
    raise typer.Exit(command.main(since=start, until=end, as_csv=as_csv, clock=utc_now))


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The copy to make; there must be no such file yet.")],
) -> None:
    """Copy the bot’s memory (SQLite) into a file, while the bot runs; with PostgreSQL, say what to use."""
    from bot.commands import backup as command

    raise typer.Exit(command.main(file))


@app.command()
def migrate(
    to: Annotated[str, typer.Option("--to", metavar="URL", help="An empty database: postgresql://user@host/name")],
) -> None:
    """Move the bot’s memory from its SQLite file to PostgreSQL: all of it, checked row for row, or nothing."""
    from bot.commands import migrate as command

    raise typer.Exit(command.main(to))


people = typer.Typer(
    help="Who is who: the links between Pivotal users and Slack users, as CSV; and forgetting people.",
    no_args_is_help=True,
)
app.add_typer(people, name="people")


@people.command(name="import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="With the columns pivotal_id, slack_id, name.")],
) -> None:
    """Link everybody in a CSV file, confirmed; a running bot knows it at once."""
    from bot.app import utc_now
    from bot.commands import people as command

    raise typer.Exit(command.take_in(file, clock=utc_now))


@people.command()
def export() -> None:
    """Print all links as CSV, and the owners nobody is linked to: fill in, and import."""
    from bot.app import utc_now
    from bot.commands import people as command

    raise typer.Exit(command.give_out(clock=utc_now))


@people.command()
def forget(
    slack_id: Annotated[str, typer.Argument(metavar="SLACK_ID", help="Whom to erase, such as U012AB3CD.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
) -> None:
    """Erase a person for good: their link, follows and own digests go, and in the audit a pseudonym stands for them."""
    from bot.app import utc_now
    from bot.commands import people as command

    if not yes:
        typer.confirm(f"Erase {command.called(slack_id, clock=utc_now)} for good?", abort=True)
    raise typer.Exit(command.erase(slack_id, clock=utc_now))


def _no_digest(kind: str, kinds: Iterable[str]) -> typer.BadParameter:
    *others, last = kinds
    return typer.BadParameter(f"There is no digest {kind}: {', '.join(others)} or {last}.")


async def _serve() -> None:
    import structlog

    from bot import config
    from bot.app import running
    from bot.commands.memory import updating
    from bot.commands.process import configure_logs, stopped

    gc.freeze()
    gc.enable()
    settings = config.load()
    configure_logs(secrets=settings.secrets)
    for name, meant in config.misspelled().items():
        structlog.get_logger().warning(f"{name} is no setting", meant=meant or None)
    async with running(settings, tell=updating()) as bot:
        where = f"listening on {bot.address}" if bot.address else "connected to Slack"
        print(f"onboarding-bot is {where}. Ctrl-C stops it.", flush=True)  # noqa: T201 - a terminal program speaks
        await stopped()
        print("Stopping …", flush=True)  # noqa: T201 - likewise


def _run(work: Coroutine[Any, Any, None], *, quiet: bool = False) -> None:
    """Run to the end: a clear sentence instead of a traceback for what a person can mend."""
    from bot.commands.process import configure_logs, interruptible
    from bot.config import ConfigurationError
    from bot.domain.errors import StartError

    configure_logs(quiet=quiet)
    try:
        asyncio.run(interruptible(work))
    except (asyncio.CancelledError, KeyboardInterrupt):
        raise SystemExit(INTERRUPTED) from None
    except ConfigurationError as error:
        print("The configuration cannot be used:", *(f"  - {one}" for one in error.problems), sep="\n", file=sys.stderr)  # noqa: T201
        if any(" is missing" in one for one in error.problems):
            print("onboarding-bot init asks for what is missing, and checks it.", file=sys.stderr)  # noqa: T201
        raise SystemExit(2) from None
    except StartError as error:
        from bot.commands.terminal import plain

        print(f"onboarding-bot cannot start. {plain(str(error))}", file=sys.stderr)  # noqa: T201
        raise SystemExit(1) from None


def main() -> None:
    """Entry point of `onboarding-bot` and of `python -m bot`."""
    app()


if __name__ == "__main__":
    main()
