"""How often Slack is asked who the bot is (`auth.test`): once at the start, and for no request."""

from asyncio import gather
from pathlib import Path
from tempfile import TemporaryDirectory

from aiohttp import ClientSession

from tests.benchmarks.children import serving, settings
from tests.benchmarks.figure import Measure
from tests.benchmarks.load import Load
from tests.benchmarks.upstream import QuickPivotal, QuickSlack

BURST = 50


async def measure(burst: int = BURST) -> list[Measure]:
    """Let so many commands come at once to a bot that has just been started, and then as many again."""
    ours, later = await _asked("bot", "serve", burst=burst)
    bolt, _ = await _asked("tests.benchmarks.subjects", "echo-before", burst=burst)
    case = f"cold burst of {burst}, its start included"
    return [
        Measure("authorizing", "for each request after that", later / burst, 1, goal=0),
        Measure("authorizing", case, ours, 1, goal=1),
        Measure("authorizing", f"{case}, to Bolt with its token", ours, bolt, goal=1 / burst),
    ]


async def _asked(*command: str, burst: int) -> tuple[int, int]:
    with TemporaryDirectory() as folder:
        home, slack, pivotal = Path(folder), QuickSlack(), QuickPivotal(1)
        async with slack.running(), pivotal.running(), ClientSession() as session:
            set_to = settings(home, slack_api=f"{slack.origin}/api/", pivotal_url=pivotal.url)
            load = Load(session, slack)
            async with serving(*command, home=home, set_to=set_to) as address:
                await gather(*(load.answered(address, "help") for _ in range(burst)))
                cold = slack.asked["auth.test"]
                await gather(*(load.answered(address, "help") for _ in range(burst)))
                return cold, slack.asked["auth.test"] - cold
