"""How far long work is: on a terminal a bar with counts and time left, elsewhere a plain line now and then."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

Tell = Callable[[str, int, int | None], None]
"""Told what is being done, how much of it is, and of how much, where that is known."""

EVERY = 5.0
"""Seconds between two plain lines: what is over sooner needs none."""


@contextmanager
def progress(console: Console, *, clock: Callable[[], float] = time.monotonic) -> Iterator[Tell]:
    """Show what is told for as long as the context lasts; on a terminal nothing of it stays. `clock` gives seconds.

    Where nothing is told, nothing is shown.
    """
    if not console.is_terminal:
        yield _Lines(console, clock).tell
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(compact=True),
        TextColumn("left"),
    )
    # What is printed goes above the bar on a terminal, and where it was sent to elsewhere: into a file or a program.
    above = sys.stdout.isatty()
    bars = Progress(*columns, console=console, transient=True, redirect_stdout=above, get_time=clock)
    try:
        yield _Bar(bars).tell
    finally:
        if bars.live.is_started:
            bars.stop()


def steps(console: Console, what: str, *, clock: Callable[[], float] = time.monotonic) -> Callable[[int, int], None]:
    """Give what is to be told of work in a few steps, how many of them are done: each is a line that stays."""
    began = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal began
        now = clock()
        began = began if done else now
        if done < total:
            console.print(f"{what}: step {done + 1} of {total}{_left(total - done, done, seconds=now - began)} …")

    return tell


class _Bar:
    """One bar, which begins anew with each thing that is done."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._task: TaskID | None = None
        self._what = ""

    def tell(self, what: str, done: int, total: int | None) -> None:
        if self._task is not None and what == self._what:
            self._bars.update(self._task, completed=done, total=total)
            return
        if self._task is not None:
            self._bars.remove_task(self._task)
        self._bars.start()
        self._what, self._task = what, self._bars.add_task(what, completed=done, total=total)


class _Lines:
    """A line every few seconds, none for what is quick."""

    def __init__(self, console: Console, clock: Callable[[], float]) -> None:
        self._console = console
        self._clock = clock
        self._what = ""
        self._first = 0
        self._began = self._told = clock()

    def tell(self, what: str, done: int, total: int | None) -> None:
        now = self._clock()
        if what != self._what:
            self._what, self._first, self._began = what, done, now
        if now - self._told < EVERY:
            return
        self._told = now
        of = "" if total is None else f" of {total:,}"
        rest = 0 if total is None else total - done
        self._console.print(f"{what}: {done:,}{of}{_left(rest, done - self._first, seconds=now - self._began)}")


def _left(rest: int, done: int, *, seconds: float) -> str:
    """How long the rest takes at the speed of what is done, where that can be said."""
    if done <= 0 or seconds <= 0 or rest <= 0:
        return ""
    left = rest * seconds / done
    return f", about {left / 60:.0f} min left" if left >= 100 else f", about {left:.0f} s left"
