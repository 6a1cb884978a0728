"""How long Slack waits for the acknowledgement of a command, one in flight, to what it waits elsewhere.

Every side is an HTTP server of its own process, asked over a connection that stays open, and checks Slack's signature.
The next command is typed when the last one is answered.
"""

from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from aiohttp import ClientSession

from tests.benchmarks.children import serving, settings
from tests.benchmarks.figure import Measure
from tests.benchmarks.load import Load
from tests.benchmarks.rounds import Sample, compared, interleaved
from tests.benchmarks.upstream import QuickPivotal, QuickSlack

SUBJECTS = "tests.benchmarks.subjects"


async def measure(rounds: int = 15, each: int = 40) -> list[Measure]:
    """The medians of `each` commands in every round."""
    async with AsyncExitStack() as stack:
        home = Path(stack.enter_context(TemporaryDirectory()))
        slack = await stack.enter_async_context(QuickSlack().running())
        pivotal = await stack.enter_async_context(QuickPivotal(100).running())
        load = Load(await stack.enter_async_context(ClientSession()), slack)
        set_to = settings(home, slack_api=f"{slack.origin}/api/", pivotal_url=pivotal.url)

        async def side(*command: str) -> Sample:
            address = await stack.enter_async_context(serving(*command, home=home, set_to=set_to))
            answers = "bare" not in command

            async def p50() -> float:
                taken = [await load.acknowledged(address, "help", answers=answers) for _ in range(each)]
                return 1000 * median(taken)

            await p50()
            return p50

        commands = [("bot", "serve"), (SUBJECTS, "bare"), (SUBJECTS, "echo"), (SUBJECTS, "echo-before")]
        ours, bare, bolt, before = await interleaved([await side(*one) for one in commands], rounds=rounds)
    return [
        compared("acks", "p50, to a bare handler", ours, bare, goal=2.5, unit="ms"),
        compared("acks", "p50, to Bolt's defaults", ours, bolt, goal=1 / 20, unit="ms"),
        compared("acks", "p50, to Bolt that processes first", ours, before, goal=1.2, unit="ms"),
    ]
