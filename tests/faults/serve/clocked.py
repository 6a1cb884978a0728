"""`onboarding-bot serve` on a machine whose clock is wrong: by as many seconds as a file says at that moment.

The machine's own clock is everybody's, and cannot be set for one process: so this hands the bot another one.
"""

import asyncio
import gc
import sys
from datetime import datetime, timedelta
from pathlib import Path

from bot import config
from bot.app import running, utc_now
from bot.commands.process import configure_logs, interruptible, stopped


class Offset:
    """The file, as the test that writes it sees it."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.is_now()

    def is_now(self, **span: float) -> None:
        """Set the clock so far from the right time: `is_now(hours=-2)` is two hours behind it."""
        new = self.file.with_suffix(".new")
        new.write_text(str(timedelta(**span).total_seconds()))
        new.replace(self.file)


async def serve(file: Path) -> None:
    def clock() -> datetime:
        return utc_now() + timedelta(seconds=float(file.read_text()))

    settings = config.load()
    configure_logs(secrets=settings.secrets)
    async with running(settings, clock=clock):
        print("onboarding-bot is up.", flush=True)  # noqa: T201 - as `serve` does
        await stopped()


if __name__ == "__main__":
    gc.freeze()  # as `serve` does: what is imported stays
    asyncio.run(interruptible(serve(Path(sys.argv[1]))))
