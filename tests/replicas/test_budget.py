"""Two processes share one key of sixty requests a minute: walks leave room, people are answered, no storm of 429."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE

from tests.processes import SOURCE, environment

SECONDS = 16.0


async def walker(pivotal, home) -> dict:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.replicas.walker",
        pivotal.url,
        pivotal.live_key,
        str(SECONDS),
        cwd=SOURCE,
        env=environment(home, {}),
        stdout=PIPE,
    )
    out, _ = await process.communicate()
    return json.loads(out)


async def test_two_processes_stay_within_one_keys_window_and_people_are_answered(pivotal, tmp_path, figures):
    for number in range(89, 389):
        pivotal.has_onboarding(number, customer="Aurora Foods")
    pivotal.rate_limit = 60

    told = await asyncio.gather(walker(pivotal, tmp_path), walker(pivotal, tmp_path))

    refused = sum(request.status == 429 for request in pivotal.requests)
    waits = [wait for one in told for wait in one["waits"]]
    figures(
        f"one key, two processes: {len(pivotal.requests)} requests, {refused} refused, {len(waits)} people answered, "
        f"after {max(waits):.1f} s at most"
    )
    assert refused <= 4
    assert [one["failed"] for one in told] == [[], []]
    assert max(waits) < 3
