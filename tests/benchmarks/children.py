"""Who is measured, as processes of their own: the bot as `onboarding-bot serve`, and what it is compared with."""

import json
import os
import sys
from asyncio import create_subprocess_exec
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot.sandbox.slack.world import CARA
from tests.benchmarks.upstream import APP_TOKEN, BOT_TOKEN, KEY, SIGNING_SECRET
from tests.processes import Process, environment

LISTENING = "listening on "


def settings(folder: Path, *, slack_api: str, pivotal_url: str, socket: bool = False) -> dict[str, str]:
    """What the bot is started with; the references read those of Slack."""
    return {
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_API_URL": slack_api,
        "PIVOTAL_API_KEY": KEY,
        "PIVOTAL_BASE_URL": pivotal_url,
        "DATABASE_URL": f"sqlite:///{folder / 'bot.db'}",
        "BOT_ADMINS": CARA,
        "BOT_TIMEZONE": "Europe/Berlin",
        "PORT": "0",
        "METRICS_ADDRESS": "off",
    } | ({"SLACK_APP_TOKEN": APP_TOKEN} if socket else {"SLACK_SIGNING_SECRET": SIGNING_SECRET})


@asynccontextmanager
async def child(*command: str, home: Path, set_to: dict[str, str]) -> AsyncIterator[Process]:
    """Run a module with Python, and end it with the block."""
    started = await create_subprocess_exec(
        sys.executable, "-m", *command, cwd=home, env=environment(home, set_to), stdout=PIPE, stderr=PIPE
    )
    process = Process(started)
    try:
        yield process
    finally:
        if process.alive:
            await process.killed()


@asynccontextmanager
async def serving(*command: str, home: Path, set_to: dict[str, str]) -> AsyncIterator[str]:
    """The same, of something that listens; gives the address it prints."""
    async with child(*command, home=home, set_to=set_to) as process:
        await process.says(LISTENING)
        yield process.out.partition(LISTENING)[2].split()[0].rstrip(".")


def resident(pid: int) -> float:
    """Mebibytes of memory that a process holds now."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


INSIDE = "tests.benchmarks.inside"
LONGEST = 600.0


async def measured_inside(*what: str, home: Path, set_to: dict[str, str]) -> dict[str, Any]:
    """What `inside.py` finds in a process of its own."""
    async with child(INSIDE, *what, home=home, set_to=set_to) as process:
        assert await process.ends(within=LONGEST) == 0, process.err
        return json.loads(process.out.splitlines()[-1])
