from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from bot.sandbox.pivotal import LocalPivotal


@dataclass
class Clock:
    now: datetime = datetime(2026, 9, 9, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    text: str
    json: Any

    @property
    def error(self) -> dict[str, str]:
        return self.json["error"]


@dataclass
class Client:
    """A plain HTTP client: what any program that is not ours would send."""

    pivotal: LocalPivotal
    session: aiohttp.ClientSession
    key: str
    headers: dict[str, str] = field(default_factory=dict)

    async def __call__(
        self, method: str, path: str, body: Any = None, *, key: str | None = None, **more: Any
    ) -> Answer:
        headers = {"Authorization": f"Bearer {key or self.key}"} | more.pop("headers", {})
        base = self.pivotal.origin if path.startswith("/app/") else self.pivotal.url
        more |= {"json": body} if body is not None else {}
        async with self.session.request(method, base + path, headers=headers, **more) as response:
            text = await response.text()
            json = await response.json() if response.content_type == "application/json" and text else None
            return Answer(response.status, dict(response.headers), text, json)

    async def get(self, path: str, **more: Any) -> Answer:
        return await self("GET", path, **more)

    async def patch(self, path: str, body: Any, **more: Any) -> Answer:
        return await self("PATCH", path, body, **more)

    async def post(self, path: str, body: Any, **more: Any) -> Answer:
        return await self("POST", path, body, **more)

    async def delete(self, path: str, **more: Any) -> Answer:
        return await self("DELETE", path, **more)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def pivotal(clock: Clock) -> AsyncIterator[LocalPivotal]:
    async def no_wait(seconds: float) -> None:
        clock.passes(seconds=seconds)

    async with LocalPivotal(clock=clock, sleep=no_wait) as pivotal:
        yield pivotal


@pytest.fixture
async def api(pivotal: LocalPivotal) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession() as session:
        yield Client(pivotal, session, pivotal.live_key)
