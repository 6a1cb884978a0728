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

CTRL_C = b"\x03"
HIDES, SHOWS = "\x1b[?25l", "\x1b[?25h"
"""What hides the cursor, and what brings it back: https://invisible-island.net/xterm/ctlseqs/ctlseqs.html"""
_CODES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


class Terminal:
    """What a command shows; `shown` has every byte, `words` only what can be read."""

    def __init__(self, process: asyncio.subprocess.Process, screen: int) -> None:
        self.shown = ""
        self._process = process
        self._screen = screen
        asyncio.get_running_loop().add_reader(screen, self._read)

    @property
    def words(self) -> str:
        """The same without colours and movements of the cursor."""
        return _CODES.sub("", self.shown).replace("\r", "\n")

    async def says(self, pattern: str) -> None:
        """Wait until what matches is shown."""
        try:
            await until(lambda: re.search(pattern, self.words))
        except TimeoutError:
            raise AssertionError(f"It never showed {pattern!r}.\n{self.words}") from None

    def presses(self, keys: bytes) -> None:
        """Type on its keyboard."""
        os.write(self._screen, keys)

    async def ends(self) -> int:
        """Wait for its end and all it shows; gives the exit code."""
        code = await self._process.wait()
        await asyncio.sleep(0)
        self._read()
        return code

    def close(self) -> None:
        """Take the terminal away."""
        asyncio.get_running_loop().remove_reader(self._screen)
        os.close(self._screen)
        if self._process.returncode is None:
            self._process.kill()

    def _read(self) -> None:
        try:
            self.shown += os.read(self._screen, 65536).decode(errors="replace")
        except (BlockingIOError, OSError):  # Linux's way to say that nobody has the other end open any more
            asyncio.get_running_loop().remove_reader(self._screen)


@asynccontextmanager
async def on_terminal(*command: str, cwd: Path, **settings: str) -> AsyncIterator[Terminal]:
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
    terminal = Terminal(process, screen)
    try:
        yield terminal
    finally:
        terminal.close()
