"""From the start of the process until it is connected, and the memory it holds then, to a bare bot of Bolt's.

Both speak Socket Mode with the local Slack. The bot's memory is there already, as it is whenever it is started again;
its very first start makes it.
"""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.listeners.manifest import manifest
from bot.sandbox.slack import LocalSlack
from tests.benchmarks.children import child, resident, settings
from tests.benchmarks.figure import Measure
from tests.benchmarks.rounds import compared
from tests.benchmarks.upstream import QuickPivotal

READY = "connected to Slack"
IDLE = 1.0
"""Seconds it is left alone before its memory is looked at."""


async def measure(rounds: int = 5) -> list[Measure]:
    """Start each in turn, so many times."""
    with TemporaryDirectory() as folder:
        home, pivotal = Path(folder), QuickPivotal(100)
        async with LocalSlack(manifest()) as slack, pivotal.running():
            set_to = settings(home, slack_api=slack.api_url, pivotal_url=pivotal.url) | {
                "SLACK_BOT_TOKEN": slack.bot_token,
                "SLACK_APP_TOKEN": slack.app_token,
            }
            del set_to["SLACK_SIGNING_SECRET"]

            async def started(*command: str) -> tuple[float, float]:
                begun = time.perf_counter()
                async with child(*command, home=home, set_to=set_to) as process:
                    await process.says(READY)
                    seconds = time.perf_counter() - begun
                    await asyncio.sleep(IDLE)
                    return seconds, resident(process.pid)

            first, _ = await started("bot", "serve")
            ours, bare = [], []
            for _ in range(rounds):
                ours.append(await started("bot", "serve"))
                bare.append(await started("tests.benchmarks.subjects", "socket"))

    def both(of: Callable[[tuple[float, float]], float]) -> tuple[list[float], list[float]]:
        return [of(one) for one in ours], [of(one) for one in bare]

    times, memory = both(lambda one: one[0]), both(lambda one: one[1])
    return [
        compared("starting", "until ready", *times, goal=1.8, unit="s"),
        compared("starting", "until ready, the very first time", [first], times[1][:1], goal=1.8, unit="s"),
        compared("starting", "idle memory", *memory, goal=1.6, unit="MiB"),
    ]
