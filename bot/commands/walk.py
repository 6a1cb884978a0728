"""`onboarding-bot walk`: takes one onboarding through all the phases it has left, a step at a time.

The drive of https://docs.pivotal.app/api/guides/onboarding-phases, for trying out a workspace with a test onboarding.
Which step is next, and which is none, is for `bot.domain.moves` to say.
"""

import shlex
import signal
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any, cast

from rich.console import Console

from bot.commands import connection
from bot.commands.terminal import plain
from bot.config import ConfigurationError
from bot.domain.errors import BotError, NotFound, OutcomeUnknown, Refused, Stale, UpstreamError
from bot.domain.moves import Move, Verb, plan
from bot.domain.phases import Phases
from bot.pivotal import PivotalApi, PivotalError
from bot.pivotal import errors as pivotal_errors
from bot.pivotal.models import Onboarding

FAILED = 1
INTERRUPTED = 130


def main(reference: str, *, pause: float, yes_live: bool) -> int:
    """Walk with the settings of the environment and `.env`; gives the exit code."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    console = Console(highlight=False, soft_wrap=True)
    try:
        settings = connection.load()
        # A walk has time: people who use the bot with the same key go first.
        with settings.client() as api:
            walk = Walk(api.in_background(), settings.phases, console, reference, pause=pause, yes_live=yes_live)
            return walk.run()
    except ConfigurationError as error:
        return connection.complain(error)
    except KeyboardInterrupt:
        return INTERRUPTED


@dataclass
class Walk:
    """One walk: what it was asked for, and how far it has come. `pause` is in seconds."""

    api: PivotalApi
    phases: Phases
    console: Console
    reference: str
    pause: float = 2.0
    yes_live: bool = False
    sleep: Callable[[float], object] = time.sleep
    _seen: Onboarding | None = field(default=None, init=False)
    _steps: int = field(default=0, init=False)
    _taken: int = field(default=0, init=False)
    _underway: Move | None = field(default=None, init=False)

    def run(self) -> int:
        """Walk to the last phase; gives the exit code: 0 when it is reached, 1 with the reason said, 130 on Ctrl-C."""
        try:
            self._check_key()
            self._start()
            while self._seen is not None and not self.phases.terminal(self._seen.phase):
                self._step(self._seen)
        except KeyboardInterrupt:
            self._say("\nStopped.", "bold")
            self._say_where()
            return INTERRUPTED
        except pivotal_errors.NotFound:
            self._say(f"Pivotal has no {self._title}{' any more' if self._seen else ''}.", "red")
            return FAILED
        except BotError as error:
            self._stop(plain(f"{error.message} {error.hint}".strip()))
            return FAILED
        except PivotalError as error:
            self._stop(str(error))
            return FAILED
        self._say(f"Done: all {_steps(self._steps)} taken, {self._title} is in its last phase.", "bold green")
        return 0

    @property
    def _title(self) -> str:
        return f"onboarding #{self._seen.display_id}" if self._seen else f"onboarding {self.reference}"

    def _check_key(self) -> None:
        if self.api.mode != "test" and not self.yes_live:
            raise Refused(
                f"{self.api.key_prefix}… is a live key: this walk would launch and complete a real onboarding, "
                "with all that Pivotal sends out then. Nothing was changed.",
                hint="Use a test key (pivotal_test_…), or say --yes-live.",
            )

    def _start(self) -> None:
        seen = self._look()
        self._plan(seen)
        self._seen = seen
        place = self.phases.position(seen.phase) or 0
        self._steps = len(self.phases) - place
        name = f" “{seen.name}”" if seen.name else ""
        self._say(f"Onboarding #{seen.display_id}{name}, with a {self.api.mode} key", "bold")
        self._say(
            f"It is in {self.phases.label(seen.phase)}, phase {place} of {len(self.phases)}: "
            f"{_steps(self._steps)} to go, {self.pause:g} s between them."
        )

    def _step(self, before: Onboarding) -> None:
        """Take one step, from the very phase it was left in: a step that somebody else took is none of ours."""
        if self._taken:
            self._rest()
            fresh = self._look()
            if fresh.phase != before.phase:
                self._seen = fresh
                raise Stale(
                    f"Somebody moved it from {self.phases.label(before.phase)} to {self.phases.label(fresh.phase)} "
                    "meanwhile. Nothing was changed after that."
                )
            before = fresh
        move = self._plan(before)
        for effect in move.asks:
            self._say(f"     {effect}", "dim")
        self._underway = move
        self._seen = self._write(before, move)
        self._underway = None
        self._taken += 1
        self._say(f"{self._taken:>2}/{self._steps} {move.before} → {move.after}", "green")

    def _plan(self, onboarding: Onboarding) -> Move:
        return plan(Verb.ADVANCE, onboarding, phases=self.phases, test_key=self.api.mode == "test")

    def _look(self) -> Onboarding:
        try:
            return self.api.onboardings.get(self._seen.id if self._seen else self.reference.strip().removeprefix("#"))
        except ValueError:
            raise NotFound(f"{self.reference!r} is not the id or number of an onboarding.") from None

    def _write(self, before: Onboarding, move: Move) -> Onboarding:
        """Write once; when that may have been done without an answer, look instead of writing again."""
        try:
            after = self.api.onboardings.update(before.id, **cast("dict[str, Any]", move.changes))
        except PivotalError as error:
            if not error.maybe_applied:
                self._underway = None
                raise
            after = self._learn(before, move, error)
        if after.phase != move.changes["phase"]:
            self._seen, self._underway = after, None
            raise UpstreamError(f"Pivotal was told to move it to {move.after}, and did not.")
        return after

    def _learn(self, before: Onboarding, move: Move, error: PivotalError) -> Onboarding:
        self._say("     Pivotal did not say whether that was done. Looking …", "yellow")
        try:
            after = self._look()
        except PivotalError as unseen:
            raise OutcomeUnknown(f"{error} Looking did not work either: {unseen}") from unseen
        if after.phase == before.phase:
            self._underway = None
            raise UpstreamError(f"{error} The step was not made, and is not tried again on its own.") from error
        return after

    def _rest(self) -> None:
        left = (self._steps - self._taken) * self.pause
        told = f"{self._taken} of {_steps(self._steps)} taken; the next in {self.pause:g} s, all in about {left:g} s"
        with self.console.status(told) if self.console.is_terminal else nullcontext():
            self.sleep(self.pause)

    def _stop(self, why: str) -> None:
        self._say(why, "red")
        self._say_where()

    def _say_where(self) -> None:
        """Where it stands, as far as that is known, and how to go on."""
        if self._seen is None:
            return
        self._say(
            f"Onboarding #{self._seen.display_id} is in {self.phases.label(self._seen.phase)}, "
            f"{self._taken} of {_steps(self._steps)} taken."
        )
        if self._underway:
            self._say(
                f"It was just being moved to {self._underway.after}: that may or may not have been done. "
                "The next walk looks first."
            )
        live = " --yes-live" if self.yes_live else ""
        self._say(f"To go on from there: onboarding-bot walk {shlex.quote(self.reference)}{live}")

    def _say(self, text: str, style: str = "") -> None:
        self.console.print(text, style=style or None, markup=False)


def _steps(count: int) -> str:
    return f"{count} step{'' if count == 1 else 's'}"
