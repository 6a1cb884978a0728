"""The bot as a process of its own: started, watched by what it prints, signalled, and ended with the test."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from inspect import isawaitable
from pathlib import Path
from typing import Any

import bot

SOURCE = Path(bot.__file__).resolve().parent.parent
PATIENCE = 40.0
"""Seconds something may take on a machine that does other things too; what works takes a fraction of it."""


async def until(condition: Callable[[], Any], *, within: float = PATIENCE) -> None:
    """Poll until the condition, which may be a coroutine function, holds: another process cannot be awaited."""
    async with asyncio.timeout(within):
        while True:
            holds = condition()
            if await holds if isawaitable(holds) else holds:
                return
            await asyncio.sleep(0.02)


class Process:
    """A running child; `out` and `err` hold what it has printed so far."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.pid = process.pid
        self.out = ""
        self.err = ""
        self._process = process
        self._readers = [asyncio.create_task(self._read("out")), asyncio.create_task(self._read("err"))]

    async def says(self, text: str, *, within: float = PATIENCE) -> None:
        """Wait until it has printed that; fails with all it said when it ends or takes too long without."""
        try:
            await until(lambda: text in self.out + self.err or self._process.returncode is not None, within=within)
        except TimeoutError:
            raise AssertionError(f"It never said {text!r}.\n{self.out}\n{self.err}") from None
        if self._process.returncode is not None:
            await asyncio.gather(*self._readers)
        assert text in self.out + self.err, f"It ended with {self._process.returncode}.\n{self.out}\n{self.err}"

    def gets(self, wanted: signal.Signals) -> None:
        """Send it a signal."""
        self._process.send_signal(wanted)

    async def ends(self, *, within: float = PATIENCE) -> int:
        """Wait for its end; gives the exit code, negative for the signal that killed it."""
        async with asyncio.timeout(within):
            code = await self._process.wait()
            await asyncio.gather(*self._readers)
        return code

    async def killed(self) -> None:
        """Kill it as a power cut would."""
        self.gets(signal.SIGKILL)
        await self.ends()

    async def stopped(self) -> int:
        """Ask it to stop, as a service manager does; gives the exit code."""
        self.gets(signal.SIGTERM)
        return await self.ends()

    @property
    def alive(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.returncode is None

    async def _read(self, name: str) -> None:
        stream = getattr(self._process, f"std{name}")
        while piece := await stream.read(4096):
            setattr(self, name, getattr(self, name) + piece.decode(errors="replace"))


@asynccontextmanager
async def running(*command: str, cwd: Path, module: str = "bot", **settings: str) -> AsyncIterator[Process]:
    """Run `python -m bot` with a command line; `settings` are all of its environment but what Python needs."""
    process = Process(
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", module, *command, cwd=cwd, env=environment(cwd, settings), stdout=PIPE, stderr=PIPE
        )
    )
    try:
        yield process
    finally:
        if process.alive:
            await process.killed()


def wired(slack: Any, pivotal: Any, database: str) -> dict[str, str]:
    """The settings that lead the bot, in Socket Mode, to its stand-ins and its memory."""
    return {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_API_URL": slack.api_url,
        "PIVOTAL_API_KEY": pivotal.live_key,
        "PIVOTAL_BASE_URL": pivotal.url,
        "DATABASE_URL": database,
    }


def environment(home: Path, settings: Mapping[str, str]) -> dict[str, str]:
    """What a child finds set: a home of its own, this source, and the settings."""
    inherited = {name: os.environ[name] for name in ("PATH", "TMPDIR", "LANG") if name in os.environ}
    return inherited | {"HOME": str(home), "PYTHONPATH": str(SOURCE), "PYTHONUNBUFFERED": "1", **settings}
