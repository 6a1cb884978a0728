"""Anything at all is sent through the real doors; what must never come of it is watched for."""

import asyncio
import hmac
import os
from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Any

import pytest
from aiohttp import ClientSession
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some
from structlog.processors import format_exc_info
from structlog.testing import capture_logs

BATCH = 5
"""Cases in one go, side by side."""
PATIENCE = 60
READING = frozenset({"on_form", "_command", "_action", "_form", "_shortcut", "_event", "_found"})
"""Where the door may stumble over what Slack would not send; anywhere deeper it is a failure of ours."""

Act = Callable[[Any], Awaitable[None]]


@pytest.fixture
def mode():
    return "http"


@pytest.fixture
def trouble():
    """What was logged as an error, or went unhandled in a task, since it was last emptied."""
    found: list[Any] = []
    return found


@pytest.fixture
async def post(bot, slack, clock):
    """`await post((kind, body))`: a request that Slack has signed, whatever is in it; gives status and answer."""
    stamp, secret = str(int(clock().timestamp())), slack.signing_secret.encode()

    async with ClientSession() as session:

        async def sends(case):
            kind, body = case
            signed = "v0=" + hmac.new(secret, f"v0:{stamp}:".encode() + body, sha256).hexdigest()
            headers = {"Content-Type": kind, "X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signed}
            async with session.post(bot.address, data=body, headers=headers) as answer:
                assert answer.status < 500, ascii(body)
                return answer.status, await answer.text()

        yield sends


@pytest.fixture
async def fuzz(trouble):
    """`await fuzz(strategy, act, cases=1000)`: `act` is tried on so many cases; afterwards all is as it should be.

    They are always the same ones in `make test`, unless they are to be `fresh`. Whether forms may come that Slack
    lets nobody send is said by `unlike_forms`.
    """
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: trouble.append(context.get("exception") or context["message"]))

    async def tries(
        strategy,
        act: Act,
        *,
        cases: int,
        then: Callable[[], Awaitable[None]] | None = None,
        fresh: bool = False,
        unlike_forms: bool = False,
    ) -> None:
        tried = 0
        with capture_logs(processors=[format_exc_info]) as logged:

            async def together(batch):
                nonlocal tried
                logged.clear()
                trouble.clear()
                await asyncio.gather(*map(act, batch))
                if then:
                    await then()
                tried += len(batch)
                wrong = [line for line in logged if line["log_level"] in ("error", "critical")]
                trouble.extend(line for line in wrong if not _nobody_s_fault(line, unlike_forms=unlike_forms))
                assert trouble == [], f"{trouble}\nafter {batch!a}"

            @settings(
                max_examples=cases // BATCH,
                deadline=None,
                database=None,
                derandomize=not fresh and "SOAK" not in os.environ,
                suppress_health_check=list(HealthCheck),
                phases=(Phase.generate, Phase.shrink),
            )
            @given(some.lists(strategy, min_size=BATCH, max_size=BATCH))
            def search(batch):
                asyncio.run_coroutine_threadsafe(together(batch), loop).result(PATIENCE)

            await asyncio.to_thread(search)
        assert tried >= cases * 0.9, "the strategy knows too few cases"

    return tries


def _nobody_s_fault(line, *, unlike_forms):
    """Whether a line says no more than that Slack would not send this."""
    if line["event"] in ("form not understood", "not shown"):
        return unlike_forms
    if line["event"] != "request not understood":
        return False
    return line.get("why") == "its shape" or line["where"].partition(",")[0] in READING
