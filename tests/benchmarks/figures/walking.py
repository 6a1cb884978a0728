"""A walk through all pages by the bot's client, to the same pages fetched with bare httpx and read by `validate_json`.

The client paces, retries, checks cursors and drops what comes twice. To read with `json` first and validate what that
gives is 1.5 times as slow as reading the bytes at once; the client as a whole is to stay below that.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.children import measured_inside, settings
from tests.benchmarks.figure import Measure
from tests.benchmarks.rounds import compared
from tests.benchmarks.upstream import QuickPivotal

SIZE = 5_000


async def measure(size: int = SIZE, rounds: int = 7) -> list[Measure]:
    """Walk both ways in turn, so many times."""
    with TemporaryDirectory() as folder:
        home, pivotal = Path(folder), QuickPivotal(size)
        async with pivotal.running():
            set_to = settings(home, slack_api="http://127.0.0.1/api/", pivotal_url=pivotal.url)
            found = await measured_inside("walks", str(rounds), home=home, set_to=set_to)
    return [compared("walking", f"{size:,} onboardings, CPU", found["ours"], found["reference"], goal=1.5, unit="ms")]
