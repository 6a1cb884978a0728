"""The bot's commands on a terminal of their own: what is shown there, and Ctrl-C as a person presses it."""

import asyncio
import fcntl
import os
import pty
import re
import sys
import termios
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.processes import environment, until

CTRL_C = "\x03"
HIDES, SHOWS = "\x1b[?25l", "\x1b[?25h"
"""What hides the cursor, and what brings it back: https://invisible-island.net/xterm/ctlseqs/ctlseqs.html"""
_CODES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


class Terminal:
    """What a command shows; `shown` has every byte, `out` only what can be read."""

    def __init__(self, process: asyncio.subprocess.Process, screen: int) -> None:
        self._bytes = b""
        self._heard = 0
        self._process = process
        self._screen = screen
        asyncio.get_running_loop().add_reader(screen, self._read)

    @property
    def shown(self) -> str:
        """All of it, codes too."""
        return self._bytes.decode(errors="replace")

    @property
    def out(self) -> str:
        """The same without colours and movements of the cursor."""
        return _CODES.sub("", self.shown).replace("\r\n", "\n").replace("\r", "\n")

    async def says(self, text: str) -> None:
        """Wait until it has said that, after what it was waited for before."""
        await self.shows(re.escape(text), after=self._heard)
        self._heard = self.out.index(text, self._heard) + len(text)

    async def shows(self, pattern: str, *, after: int = 0) -> None:
        """Wait until what matches is shown; a command that ends without it fails the test."""
        found = re.compile(pattern)
        try:
            await until(lambda: found.search(self.out, after) or self._process.returncode is not None)
        except TimeoutError:
            raise AssertionError(f"It never showed {pattern!r}.\n{self.out}") from None
        self._read()
        assert found.search(self.out, after), f"It ended without {pattern!r}.\n{self.out}"

    def types(self, text: str) -> None:
        """Type a line, or press Ctrl-C."""
        os.write(self._screen, (text if text == CTRL_C else f"{text}\n").encode())

    async def types_unseen(self, text: str) -> None:
        """Type a line once the terminal has stopped showing what is typed."""
        await until(lambda: not termios.tcgetattr(self._screen)[3] & termios.ECHO)
        self.types(text)

    async def ends(self) -> int:
        """Wait for its end and all it shows; gives the exit code."""
        code = await self._process.wait()
        await asyncio.sleep(0)
        self._read()
        return code

    async def close(self) -> None:
        """Take the terminal away, and what still runs on it."""
        asyncio.get_running_loop().remove_reader(self._screen)
        os.close(self._screen)
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()

    def _read(self) -> None:
        try:
            self._bytes += os.read(self._screen, 65536)
        except BlockingIOError:  # nothing new
            return
        except OSError:  # Linux's way to say that nobody has the other end open any more
            asyncio.get_running_loop().remove_reader(self._screen)


@asynccontextmanager
async def terminal(*command: str, cwd: Path, **settings: str) -> AsyncIterator[Terminal]:
    """Run `python -m bot` with a terminal; `settings` are all of its environment but what Python needs."""
    screen, inner = pty.openpty()
    os.set_blocking(screen, False)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *command,
        cwd=cwd,
        env=environment(cwd, settings) | {"TERM": "xterm", "COLUMNS": "120"},
        stdin=inner,
        stdout=inner,
        stderr=inner,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )
    os.close(inner)
    child = Terminal(process, screen)
    try:
        yield child
    finally:
        await child.close()
