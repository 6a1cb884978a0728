"""A replica's share of Pivotal's requests, in a process of its own: walks without end, and now and then a person.

Prints, as JSON, how long each person waited, in seconds, and why some got no answer.
"""

import asyncio
import contextlib
import json
import random
import sys
import time

from bot.pivotal import AsyncPivotalApi
from bot.pivotal.errors import PivotalError


async def main(url: str, key: str, seconds: float) -> None:
    waits: list[float] = []
    failed: list[str] = []
    async with AsyncPivotalApi(key, base_url=url) as api:

        async def walks() -> None:
            while True:
                with contextlib.suppress(PivotalError):
                    async for _ in api.in_background().onboardings.rows():
                        pass

        walking = [asyncio.create_task(walks()) for _ in range(2)]
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            await asyncio.sleep(random.uniform(2.5, 4.0))  # when people come
            began = time.monotonic()
            try:
                await api.onboardings.get("89")
            except PivotalError as error:
                failed.append(type(error).__name__)
            waits.append(time.monotonic() - began)
        for task in walking:
            task.cancel()
    print(json.dumps({"waits": waits, "failed": failed}))  # noqa: T201 - this is what it is for


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], float(sys.argv[3])))
