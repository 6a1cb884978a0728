"""Slack as a load: slash commands, signed and dated now, each with a trigger and an address for its answer."""

import asyncio
import hashlib
import hmac
import itertools
import time
from collections.abc import Sequence
from urllib.parse import urlencode

from aiohttp import ClientSession

from bot.sandbox.slack.world import ANA, ONBOARDING, TEAM
from tests.benchmarks.upstream import SIGNING_SECRET, QuickSlack

PATIENCE = 30.0
"""Seconds that an answer may take before a run counts as broken."""
REST = 0.005
"""Seconds between two commands: whoever has answered is at rest again, and nothing is under way."""
_triggers = itertools.count(1)


def signed(text: str, response_url: str, *, by: str = ANA) -> tuple[bytes, dict[str, str]]:
    """The body and the headers of `/onboarding text`."""
    fields = {
        "command": "/onboarding",
        "text": text,
        "user_id": by,
        "team_id": TEAM,
        "channel_id": ONBOARDING,
        "api_app_id": "A0BENCH01",
        "response_url": response_url,
        "trigger_id": f"{time.time_ns()}.{next(_triggers)}",
    }
    body, stamp = urlencode(fields).encode(), str(int(time.time()))
    digest = hmac.new(SIGNING_SECRET.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={digest}",
    }
    return body, headers


class Load:
    """Somebody who types, over connections that stay open."""

    def __init__(self, session: ClientSession, slack: QuickSlack) -> None:
        self._session = session
        self._slack = slack

    async def acknowledged(self, address: str, text: str, *, answers: bool) -> float:
        """Type a command and give the seconds that its acknowledgement took; what `answers` is waited for after it."""
        url, answered = self._slack.response_url(str(next(_triggers)))
        body, headers = signed(text, url)
        begun = time.perf_counter()
        async with asyncio.timeout(PATIENCE), self._session.post(address, data=body, headers=headers) as answer:
            await answer.read()
            seconds = time.perf_counter() - begun
            assert answer.status == 200, await answer.text()
            if answers:
                await answered
        await asyncio.sleep(REST)
        return seconds

    async def answered(self, address: str, text: str, *, by: str = ANA) -> bytes:
        """Type a command and wait for what comes to its response URL."""
        url, answer = self._slack.response_url(str(next(_triggers)))
        body, headers = signed(text, url, by=by)
        async with asyncio.timeout(PATIENCE), self._session.post(address, data=body, headers=headers) as acknowledged:
            assert acknowledged.status == 200, await acknowledged.text()
            return await answer

    async def rate(self, address: str, texts: Sequence[str], *, at_once: int) -> float:
        """Commands answered in a second, with so many under way at a time."""
        left = iter(texts)

        async def types() -> None:
            for text in left:
                await self.answered(address, text)

        begun = time.perf_counter()
        await asyncio.gather(*(types() for _ in range(at_once)))
        return len(texts) / (time.perf_counter() - begun)
