"""What has to be measured from within: `python -m tests.benchmarks.inside WHAT …` measures one thing, and prints JSON.

Where Slack and Pivotal are, and all else the bot needs, it finds in its environment.
"""

import asyncio
import json
import resource
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from datetime import time as hour
from pathlib import Path
from statistics import median
from typing import Any

Found = dict[str, Any]


@dataclass
class Clock:
    """A Monday, 08:30 in Berlin, until it is moved. The one of `stage.py` would bring the sandbox into the process."""

    now: datetime = datetime(2026, 9, 7, 6, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def peak() -> float:
    """Mebibytes of memory at the most, since this program began; `ru_maxrss` would begin with whoever started it."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return int(status.read_text().partition("VmHWM:")[2].split()[0]) / 2**10


async def imports() -> Found:
    """What it takes to have the bot imported, and no more."""
    import bot.app  # noqa: F401 - its memory is what is asked for

    return {"memory": peak()}


async def calls(rounds: str, each: str) -> Found:
    """Milliseconds of a call to Slack by the bot's own client, and of the same by a pooled session, round by round."""
    from aiohttp import ClientSession

    from bot import config
    from bot.app import running
    from tests.benchmarks.rounds import interleaved

    settings = config.load(env_file=None)
    url, token = f"{settings.slack_api_url}chat.postMessage", settings.slack_bot_token.get_secret_value()
    said = {"channel": "C0ONBOARD", "text": "Good morning"}
    async with running(settings) as bot, ClientSession() as session:
        await bot.settled()

        async def by_the_bot() -> None:
            await bot.door._client.chat_postMessage(**said)

        async def raw() -> None:
            async with session.post(url, json=said, headers={"Authorization": f"Bearer {token}"}) as answer:
                await answer.json()

        def of(call: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[float]]:
            async def sample() -> float:
                return median([await _milliseconds(call) for _ in range(int(each))])

            return sample

        await by_the_bot()
        await raw()
        ours, reference = await interleaved([of(by_the_bot), of(raw)], rounds=int(rounds))
    return {"ours": ours, "reference": reference}


async def _milliseconds(call: Callable[[], Awaitable[None]]) -> float:
    begun = time.perf_counter()
    await call()
    return 1000 * (time.perf_counter() - begun)


async def walks(rounds: str) -> Found:
    """Milliseconds of CPU of a walk by the bot's client, and of the same pages by bare httpx, round by round."""
    import httpx

    from bot import config
    from bot.pivotal import AsyncPivotalApi
    from bot.pivotal.models import OnboardingRow, Page
    from tests.benchmarks.rounds import interleaved

    settings = config.load(env_file=None)
    key, url = settings.pivotal_api_key.get_secret_value(), settings.pivotal_base_url
    headers = {"Authorization": f"Bearer {key}"}
    async with AsyncPivotalApi(key, base_url=url) as api, httpx.AsyncClient(headers=headers) as bare:

        async def ours() -> float:
            begun = time.process_time()
            assert [row async for row in api.in_background().onboardings.rows()]
            return 1000 * (time.process_time() - begun)

        async def plain() -> float:
            begun, rows, cursor = time.process_time(), [], "0"
            while cursor:
                answer = await bare.get(f"{url}/onboardings", params={"limit": 100, "cursor": cursor})
                page = Page[OnboardingRow].model_validate_json(answer.content)
                rows += page.data
                cursor = page.next_cursor or ""
            return 1000 * (time.process_time() - begun)

        await ours()
        await plain()
        taken = await interleaved([ours, plain], rounds=int(rounds))
    return dict(zip(("ours", "reference"), taken, strict=True))


async def digests(whose: str, *counts: str) -> Found:
    """Start and walk; then, day by day at nine, post so many digests at once: what each part took, and memory.

    They are of one owner's onboardings each, or with `all` of everybody's: of a large portfolio that takes minutes,
    for the complete list goes into the thread at a message a second.
    """
    from aiohttp import ClientSession

    from bot import config
    from bot.app import running

    settings, clock = config.load(env_file=None), Clock()
    parts: dict[str, Found] = {}
    async with ClientSession() as session:

        async def asked() -> int:
            async with session.get(f"{settings.pivotal_base_url}/asked") as answer:
                return int(await answer.text())

        async def took(name: str, work: Awaitable[Any]) -> None:
            before, wall, cpu = await asked(), time.perf_counter(), time.process_time()
            await work
            parts[name] = {
                "wall": time.perf_counter() - wall,
                "cpu": time.process_time() - cpu,
                "memory": peak(),
                "requests": await asked() - before,
            }

        async with AsyncExitStack() as stack:

            async def started() -> None:
                bot = await stack.enter_async_context(running(settings, clock=clock))
                bots.append(bot)
                await bot.settled()

            bots: list[Any] = []
            await took("walk", started())
            for count in counts:
                await subscribed(bots[0], int(count), clock, whose)
                clock.now = clock.now.replace(hour=7, minute=0) + timedelta(days=1)
                await took(count, minute(bots[0], clock))
    return {"parts": parts}


async def subscribed(bot: Any, count: int, clock: Clock, whose: str) -> None:
    """Have that many digests in all, each in a channel of its own."""
    from bot.domain.records import Subscription
    from bot.sandbox.slack.world import CARA, TEAM

    for number in range(len(await bot.store.subscriptions.all()), count):
        kind, filters = (
            ("at-risk", "launch-week")[number % 2],
            "" if whose == "all" else f"owner:user_csm_{number % 50:03d}",
        )
        made = (f"sub{number}", TEAM, f"C{number:08d}", kind, "daily", hour(9), "Europe/Berlin", CARA, clock())
        await bot.store.subscriptions.add(Subscription(*made, quiet=False, filters=filters))


async def minute(bot: Any, clock: Clock) -> None:
    """Post what is due."""
    await bot.digests.run_due(clock())
    await bot.settled()


MEASURED: dict[str, Callable[..., Awaitable[Found]]] = {
    "imports": imports,
    "calls": calls,
    "digests": digests,
    "walks": walks,
}


async def main() -> None:
    """Measure what the command line names."""
    print(json.dumps(await MEASURED[sys.argv[1]](*sys.argv[2:])), flush=True)  # noqa: T201 - who asked reads it


if __name__ == "__main__":
    asyncio.run(main())
