"""`onboarding-bot --help`, to a process that imports the whole bot."""

import asyncio
import sys
import time
from collections.abc import Callable, Coroutine
from typing import Any

from tests.benchmarks.figure import Measure
from tests.benchmarks.rounds import compared, interleaved
from tests.processes import SOURCE


async def measure(rounds: int = 9) -> list[Measure]:
    """Run both in turn, so many times."""
    ours, whole = await interleaved([_run("-m", "bot", "--help"), _run("-c", "import bot.app")], rounds=rounds)
    return [compared("helping", "wall", ours, whole, goal=0.3, unit="s")]


def _run(*arguments: str) -> Callable[[], Coroutine[Any, Any, float]]:
    async def seconds() -> float:
        begun = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            sys.executable, *arguments, cwd=SOURCE, stdout=asyncio.subprocess.DEVNULL
        )
        assert await process.wait() == 0
        return time.perf_counter() - begun

    return seconds
