"""Memory at the most while 100,000 onboardings are walked and a digest is posted, to the bot's imports alone."""

from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.children import measured_inside, settings
from tests.benchmarks.figure import Measure
from tests.benchmarks.upstream import QuickPivotal, QuickSlack

SIZE = 100_000


async def measure(size: int = SIZE) -> list[Measure]:
    """Let the real bot start, walk and post; it keeps the snapshot in memory."""
    with TemporaryDirectory() as folder:
        home, slack, pivotal = Path(folder), QuickSlack(), QuickPivotal(size)
        async with slack.running(), pivotal.running():
            set_to = settings(home, slack_api=f"{slack.origin}/api/", pivotal_url=pivotal.url)
            imports = await measured_inside("imports", home=home, set_to=set_to)
            kept = await measured_inside("digests", "all", "1", home=home, set_to=set_to)
    ours = kept["parts"]["1"]["memory"]
    case = f"{size:,} onboardings, the snapshot kept"
    return [Measure("memory", case, ours, imports["memory"], goal=2.5, unit="MiB")]
