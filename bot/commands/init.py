"""`onboarding-bot init`: asks for what the bot needs, one thing at a time, checks each, and writes `.env` last."""

import asyncio
import re
import sys
from collections.abc import Callable, Collection, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from rich.console import Console

from bot.commands import connection, init_app, init_digest, init_file, memory
from bot.commands import init_questions as ask_for
from bot.commands.init_asking import Asker, Check, Question, shown_as
from bot.commands.init_checks import Checks, Unfit, Workspace, channel_id, looks, one_of, outcome
from bot.commands.init_values import Values, environment
from bot.commands.progress import progress
from bot.config import ConfigurationError, load
from bot.views.terms import when

FAILED = 1
INTERRUPTED = 130
FILE = Path(".env")

ValueT = TypeVar("ValueT")


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line was given: settings by their lower-case names, and what is none."""

    settings: Mapping[str, str] = field(repr=False)
    http: bool | None = None
    url: str | None = None
    channel: str | None = None
    kind: str = "at-risk"
    yes: bool = False


def main(options: Options, *, clock: Callable[[], datetime]) -> int:
    """Set up, or change what is set up; gives the exit code. The old `.env` stays until everything is checked."""
    console = Console(highlight=False, markup=False, soft_wrap=True)
    try:
        return Setup(options, console, clock=clock).run()
    except ConfigurationError as error:
        return connection.complain(error)
    except (Unfit, OSError) as error:
        _complain(f"{error} Nothing was written.")
        return FAILED
    except (KeyboardInterrupt, EOFError):
        console.print("\nStopped. Nothing was written.")
        return INTERRUPTED


class Setup:
    """One run: six steps, each of which adds to what is to be written."""

    def __init__(self, options: Options, console: Console, *, clock: Callable[[], datetime]) -> None:
        self.options = options
        self.values = Values(options.settings, init_file.read(FILE), environment())
        asks = not options.yes and sys.stdin.isatty()
        given = {**self.values.given, **({"channel": options.channel} if options.channel else {})}
        self.ask = Asker(given, self.values.present, asks=asks, console=console)
        self.place = ""
        self.checks = Checks(
            slack=self.values.now("slack_api_url"), pivotal=self.values.now("pivotal_base_url"), clock=clock
        )

    def run(self) -> int:
        """Go through the steps, write, and subscribe; gives the exit code."""
        self.ask.console.print("This connects onboarding-bot with your Slack workspace and your Pivotal.", style="bold")
        if self.ask.asks:
            self.ask.console.print(
                "Enter takes what stands in [brackets]. Nothing is written before the end; Ctrl-C stops."
            )
        http = self._mode()
        self._manifest(http=http)  # before what is missing is said: the app is where most of it comes from
        self.ask.need(ask_for.SIGNING if http else ask_for.APP_TOKEN, ask_for.BOT_TOKEN, ask_for.KEY, ask_for.ADMINS)
        self._app(http=http)
        workspace = self._bot_token()
        self._pivotal()
        self._people(workspace)
        channel = self._channel(workspace)
        self._write()
        return self._end(workspace, channel)

    def _mode(self) -> bool:
        """Whether Slack is to call an address; otherwise the bot keeps a connection open."""
        self.ask.heading("1 of 6 · How Slack reaches the bot")
        if (http := self.options.http) is None:
            question = replace(ask_for.MODE, usual="http" if self.values.was_http or self.options.url else "socket")
            http = self.ask.value(question, one_of("socket", "http")).lower() == "http"
        self.ask.well("http: Slack calls an address of yours." if http else "socket: no public address is needed.")
        return http

    def _manifest(self, *, http: bool) -> None:
        self.ask.heading("2 of 6 · The Slack app")
        for name in ("bot_command", "bot_alias", "slack_api_url", "pivotal_base_url"):
            if name in self.values.given:
                looks(name, self.values.given[name])
                self.values.wanted[name] = self.values.given[name]
        init_app.describe(self.values, self.ask, http=http, url=self.options.url, extras=self._extras)

    def _extras(self) -> Collection[str]:
        """The optional features of the app that is there, as far as Slack tells."""
        try:
            return self._asked(self.checks.extras(self.values.now("slack_bot_token")))
        except Unfit:  # which is told when the token is looked at
            return ()

    def _app(self, *, http: bool) -> None:
        """The secret that lets the Slack app and the bot find each other."""
        if http:
            self._setting(ask_for.SIGNING, lambda _: "Noted. Slack has no way to check it before its first request.")
            self.values.wanted["slack_app_token"] = ""
        else:
            self._setting(ask_for.APP_TOKEN, self._app_token)

    def _app_token(self, token: str) -> str:
        self._asked(self.checks.app_token(token))
        return "Slack opens a connection with it."

    def _bot_token(self) -> Workspace:
        self.ask.heading("3 of 6 · The bot in your workspace")
        found: list[Workspace] = []

        def check(token: str) -> str:
            found.append(self._asked(self.checks.bot_token(token)))
            return found[-1].told

        self._setting(ask_for.BOT_TOKEN, check)
        return found[-1]

    def _pivotal(self) -> None:
        self.ask.heading("4 of 6 · Pivotal")
        self._setting(ask_for.KEY, lambda key: self._asked(self.checks.pivotal_key(key)))

    def _people(self, workspace: Workspace) -> None:
        self.ask.heading("5 of 6 · Who may look, and who may change")

        def known(value: str) -> str:
            ids = [one for one in _parts(value) if one != ask_for.READERS.usual]
            return (
                ", ".join(self._asked(self.checks.people(workspace, ids))) or "Everybody in the workspace, but guests."
            )

        for question in (ask_for.ADMINS, ask_for.MANAGERS, ask_for.READERS):
            self._setting(question, known)
        self._setting(ask_for.WRITES, one_of("owners", "team", "off"))

    def _channel(self, workspace: Workspace) -> str:
        """The channel of a first digest; nothing without one, or when there is a digest already."""
        self.ask.heading("6 of 6 · A first digest")
        admin = self._admin()
        if not self.options.channel and not (admin and self.ask.asks and self._no_digest_yet()):
            self.ask.say(f"{self.values.now('bot_command')} subscribe, typed in a channel, subscribes it to one.")
            return ""
        if admin is None:
            raise Unfit("A digest is subscribed by a person: name one in BOT_ADMINS, beside the groups.")
        guests = _parts(self.values.now("bot_guests_allowed"))
        key = self.values.wanted["pivotal_api_key"]

        def check(value: str) -> str:
            with progress(self.ask.console) as tell:
                work = init_digest.check(
                    self.checks, workspace, channel_id(value), key=key, guests_allowed=guests, tell=tell
                )
                self.place = f"#{self._asked(work)}"
            return f"{self.place}: your team alone reads it."

        return channel_id(self.ask.value(ask_for.CHANNEL, check))

    def _no_digest_yet(self) -> bool:
        try:
            return asyncio.run(init_digest.none_yet(memory.load(), clock=self.checks.clock))
        except ConfigurationError:  # of which the end tells, when all else is written
            return False

    def _write(self) -> None:
        self.ask.console.print()
        for name in self.values.overruled:
            self.ask.console.print(f"The environment has another {name.upper()}, which wins while it is set there.")
        if left_out := ", ".join(name.upper() for name in self.values.left_out):
            self.ask.console.print(f"Not written, but set in the environment: {left_out}. {FILE} may have them too.")
        new = self.values.changes
        if not new:
            self.ask.console.print(f"{FILE} stays as it is.")
            return
        try:
            init_file.write(FILE, new)
        except OSError as error:
            raise Unfit(f"{FILE} cannot be written: {error.strerror}.") from error
        self.ask.console.print(f"Written to {FILE}, readable by you only:", style="bold")
        for name, value in new.items():
            self.ask.say(f"{name.upper()}={shown_as(name, value)}")

    def _end(self, workspace: Workspace, channel: str) -> int:
        """Subscribe, and say what comes next; what is written by now stays."""
        try:
            if channel:
                self._subscribe(workspace, channel)
            load(FILE)
        except ConfigurationError as error:
            return connection.complain(error)
        except (Unfit, KeyboardInterrupt) as error:
            why = str(error) or "Stopped."
            _complain(f"{FILE} is written; the digest is not subscribed. {why}")
            return FAILED if isinstance(error, Unfit) else INTERRUPTED
        if self.values.present.get("slack_bot_token"):
            self.ask.console.print("A bot that runs takes settings up when it is started again.")
        else:
            self.ask.console.print(
                "Next: onboarding-bot doctor looks everything over, onboarding-bot serve starts the bot."
            )
        return 0

    def _subscribe(self, workspace: Workspace, channel: str) -> None:
        work = init_digest.subscribe(
            self.checks,
            workspace,
            channel,
            kind=self.options.kind,
            admin=self._admin() or "",
            database_url=memory.load(),
        )
        subscription, new = self._asked(work)
        gets = "gets" if new else "gets already, and nothing is changed there:"
        self.ask.console.print(f"{self.place} {gets} the {subscription.kind} digest, {when(subscription)}.")

    def _setting(self, question: Question, check: Check) -> None:
        def checked(value: str) -> str:
            looks(question.name, value)
            return check(value)

        self.values.wanted[question.name] = self.ask.value(question, checked)

    def _asked(self, work: Coroutine[Any, Any, ValueT]) -> ValueT:
        return outcome(work, command=self.values.now("bot_command"))

    def _admin(self) -> str | None:
        """The first admin who is a person."""
        return next(
            (one for one in _parts(self.values.wanted["bot_admins"]) if re.fullmatch(r"[UW][A-Z0-9]+", one)), None
        )


def _complain(text: str) -> None:
    Console(stderr=True, highlight=False, markup=False, soft_wrap=True).print(text, style="red")


def _parts(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]
