"""`/onboarding list` answered in a second, to the echo that Bolt's guide begins with, on the same server.

Both acknowledge, and answer at the command's response URL. Of 1,000 onboardings 20 pass the filter, ten are shown.
"""

from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from aiohttp import ClientSession

from tests.benchmarks.children import serving, settings
from tests.benchmarks.figure import Measure
from tests.benchmarks.load import Load
from tests.benchmarks.rounds import Sample, compared, interleaved
from tests.benchmarks.upstream import QuickPivotal, QuickSlack

SIZE = 1_000
SUBJECTS = "tests.benchmarks.subjects"
WARM = "list phase:launch"
LISTS = [
    f"list phase:{phase} sort:{sort}"
    for sort in ("date", "name", "phase", "newest")
    for phase in ("before-getting-started", "program-design", "review", "program-buildout", "internal-qa", "launch")
]
"""What is asked of a bot that has just been started: no two are the same."""


async def measure(rounds: int = 9, each: int = 100, starts: int = 3, at_once: int = 8) -> list[Measure]:
    """So many commands in every round, `at_once` under way; the cold ones in as many processes as `starts`."""
    async with AsyncExitStack() as stack:
        home = Path(stack.enter_context(TemporaryDirectory()))
        slack = await stack.enter_async_context(QuickSlack().running())
        pivotal = await stack.enter_async_context(QuickPivotal(SIZE).running())
        load = Load(await stack.enter_async_context(ClientSession()), slack)
        set_to = settings(home, slack_api=f"{slack.origin}/api/", pivotal_url=pivotal.url)

        async def warm(*command: str) -> Sample:
            address = await stack.enter_async_context(serving(*command, home=home, set_to=set_to))
            await load.rate(address, [WARM] * each, at_once=at_once)
            return lambda: load.rate(address, [WARM] * each, at_once=at_once)

        def cold(*command: str) -> Sample:
            async def rate() -> float:
                async with serving(*command, home=home, set_to=set_to) as address:
                    await load.answered(address, "help")
                    return await load.rate(address, LISTS, at_once=at_once)

            return rate

        bot, echo, before = ("bot", "serve"), (SUBJECTS, "echo"), (SUBJECTS, "echo-before")
        first = await interleaved([cold(*bot), cold(*echo)], rounds=starts)
        ours, bolt, faster = await interleaved([await warm(*one) for one in (bot, echo, before)], rounds=rounds)
    return [
        compared("lists", "warm, to Bolt's defaults", ours, bolt, goal=0.9, unit="/s", at_least=True),
        compared("lists", "warm, to Bolt that processes first", ours, faster, goal=0.9, unit="/s", at_least=True),
        compared("lists", "cold, to Bolt's defaults", *first, goal=0.6, unit="/s", at_least=True),
    ]
