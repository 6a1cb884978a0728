"""`onboarding-bot init`: asks for what the bot needs, one thing at a time, checks each, and writes `.env` last."""

import asyncio
import os
import re
import sys
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from aiohttp import ClientError
from rich.console import Console
from slack_sdk.errors import SlackApiError

from bot.commands import connection, init_digest, init_file, memory
from bot.commands import init_questions as ask_for
from bot.commands import manifest as script
from bot.commands.init_asking import Asker, Check, Question, shown_as
from bot.commands.init_checks import Checks, Unfit, Workspace, channel_id, looks, one_of, public
from bot.commands.progress import progress
from bot.commands.terminal import plain
from bot.config import ConfigurationError, Settings, load
from bot.delivery import refusal
from bot.domain.errors import BotError, MemoryAway, StartError
from bot.listeners.manifest import Names, as_link, command, manifest
from bot.views.terms import when

FAILED = 1
INTERRUPTED = 130
FILE = Path(".env")

ValueT = TypeVar("ValueT")


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line was given: settings by their lower-case names, and what is none."""

    settings: Mapping[str, str]
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


_UNKNOWN = frozenset({"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"})
"""How Slack says that it does not know a token."""


class Setup:
    """One run: six steps, each of which adds to what is to be written."""

    def __init__(self, options: Options, console: Console, *, clock: Callable[[], datetime]) -> None:
        self.environment = {name: value for name in Settings.model_fields if (value := os.environ.get(name.upper()))}
        self.options = options
        self.given = self.environment | dict(options.settings)
        self.present = init_file.read(FILE)
        self.new = not (self.present.get("slack_bot_token") or self.given.get("slack_bot_token"))
        asks = not options.yes and sys.stdin.isatty()
        given = self.given | ({"channel": options.channel} if options.channel else {})
        self.ask = Asker(given, self.present, asks=asks, console=console)
        self.wanted: dict[str, str] = {}
        self.place = ""
        self.checks = Checks(slack=self._plain("slack_api_url"), pivotal=self._plain("pivotal_base_url"), clock=clock)

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
            question = replace(ask_for.MODE, usual="http" if self._was_http() or self.options.url else "socket")
            http = self.ask.value(question, one_of("socket", "http")).lower() == "http"
        self.ask.well("http: Slack calls an address of yours." if http else "socket: no public address is needed.")
        return http

    def _manifest(self, *, http: bool) -> None:
        """What the Slack app is made from: a link for a new one, or what to paste when something about it changes."""
        self.ask.heading("2 of 6 · The Slack app")
        for name in ("bot_command", "bot_alias", "slack_api_url", "pivotal_base_url"):
            if name in self.given:
                looks(name, self.given[name])
                self.wanted[name] = self.given[name]
        names = Names(self._plain("bot_command"), self._plain("bot_alias"))
        before = Names(self._before("bot_command"), self._before("bot_alias"))
        turned = http != self._was_http()
        if self.options.url and not http:
            raise Unfit("An address is for HTTP mode: --http --url ….")
        url = self.options.url or self._plain("public_url") if http else ""
        if http and not url and self.ask.asks and (self.new or turned):
            url = self.ask.value(ask_for.ADDRESS, public)
        if url:
            looks("public_url", url)
        if http or turned:
            self.wanted["public_url"] = url
        if not self.new:
            changes = turned or names != before or (http and url != self._before("public_url"))
            self._changed_app(names, http=http, url=url, changes=changes)
            return
        line = script.line(names, http=http, url=url)
        if http and not url:
            self.ask.say(f"With your own address, this prints what the app is made from:\n{line} --link")
        else:
            self.ask.say("Open this link, choose your workspace, and press Next, then Create:")
            self.ask.say(as_link(manifest(names, request_url=script.request_url(url) if url else None)))
            plain = command() if names == Names() and not http else line
            self.ask.say(f"Or paste what {plain} prints: api.slack.com/apps > Create New App > From a manifest.")
            self.ask.pause("Press Enter when the app is there. ")

    def _changed_app(self, names: Names, *, http: bool, url: str, changes: bool) -> None:
        """What prints the manifest of an app that is there, with the optional features it has."""
        try:
            extras = self._asked(self.checks.extras(self._plain("slack_bot_token")))
        except Unfit:  # which is told when the token is looked at
            extras = []
        if changes:
            line = script.line(names, http=http, url=url, extras=extras)
            self.ask.say(f"The app changes. Paste what this prints under App Manifest in its settings:\n{line}")
        else:
            self.ask.say(f"{command(extras)} prints what the app is made from, to paste under App Manifest.")

    def _was_http(self) -> bool:
        """Whether Slack calls an address, as far as it is set up."""
        return bool(self.present.get("slack_signing_secret") and not self.present.get("slack_app_token"))

    def _app(self, *, http: bool) -> None:
        """The secret that lets the Slack app and the bot find each other."""
        if http:
            self._setting(ask_for.SIGNING, lambda _: "Noted. Slack has no way to check it before its first request.")
            self.wanted["slack_app_token"] = ""
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
        """The channel of a first digest; nothing without one, or when the bot was set up before."""
        self.ask.heading("6 of 6 · A first digest")
        admin = self._admin()
        if not self.options.channel and not (self.new and admin and self.ask.asks):
            self.ask.say(f"{self._plain('bot_command')} subscribe, typed in a channel, subscribes it to one.")
            return ""
        if admin is None:
            raise Unfit("A digest is subscribed by a person: name one in BOT_ADMINS, beside the groups.")
        guests = _parts(self._plain("bot_guests_allowed"))
        key = self.wanted["pivotal_api_key"]

        def check(value: str) -> str:
            with progress(self.ask.console) as tell:
                work = init_digest.check(
                    self.checks, workspace, channel_id(value), key=key, guests_allowed=guests, tell=tell
                )
                self.place = f"#{self._asked(work)}"
            return f"{self.place}: your team alone reads it."

        return channel_id(self.ask.value(ask_for.CHANNEL, check))

    def _write(self) -> None:
        """Write what is different from what the file says, or from what holds without a line."""
        self.ask.console.print()
        for name in (one for one, value in self.wanted.items() if self.environment.get(one, value) != value):
            self.ask.console.print(f"The environment has another {name.upper()}, which wins while it is set there.")
        new = {name: value for name, value in self.wanted.items() if value != self.present.get(name, _usual(name))}
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
        if self.present.get("slack_bot_token"):
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

        self.wanted[question.name] = self.ask.value(question, checked)

    def _asked(self, work: Coroutine[Any, Any, ValueT]) -> ValueT:
        """What a check finds out; raises Unfit, in words, for whatever it could not."""
        try:
            return asyncio.run(work)
        except StartError as error:
            raise Unfit(plain(str(error)), again=not _of_no_use(error.__cause__)) from error
        except BotError as error:
            told = plain(f"{error.message} {error.advice(self._plain('bot_command'))}")
            raise Unfit(told.strip(), again=True) from error
        except MemoryAway as error:
            raise Unfit("The bot’s memory does not answer. Check DATABASE_URL.", again=True) from error
        except SlackApiError as error:
            raise Unfit(f"Slack refused to say ({refusal(error) or 'no answer'}).", again=True) from error
        except (ClientError, TimeoutError, OSError) as error:
            raise Unfit(f"There is no answer: {error}.", again=True) from error

    def _plain(self, name: str) -> str:
        """A setting as it will be: wanted, given, there already, or usual."""
        return self.wanted.get(name) or self.given.get(name) or self.present.get(name) or _usual(name)

    def _before(self, name: str) -> str:
        """A setting as the file has it: there, or usual."""
        return self.present.get(name) or _usual(name)

    def _admin(self) -> str | None:
        """The first admin who is a person."""
        return next((one for one in _parts(self.wanted["bot_admins"]) if re.fullmatch(r"[UW][A-Z0-9]+", one)), None)


def _complain(text: str) -> None:
    Console(stderr=True, highlight=False, markup=False, soft_wrap=True).print(text, style="red")


def _parts(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]


def _of_no_use(cause: BaseException | None) -> bool:
    """Whether Slack does not know a token, and will not a moment later either."""
    return isinstance(cause, SlackApiError) and refusal(cause) in _UNKNOWN


def _usual(name: str) -> str:
    """What a setting is without a line for it, as it would be written."""
    field = Settings.model_fields[name]
    usual = None if field.is_required() else field.default
    return str(usual) if isinstance(usual, str) else ""
