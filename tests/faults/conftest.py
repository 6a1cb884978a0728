"""How every fault is looked at: what a person sees, what the log says, what is remembered; and a small portfolio."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import date
from io import StringIO

import pytest
import structlog

from bot.sandbox.pivotal import LocalPivotal
from bot.sandbox.slack.world import ANA, ONBOARDING

ANAS, BENS = "user_csm_001", "user_se_001"


class Log:
    """The lines logged since the start, as `serve` writes them where no terminal is."""

    def __init__(self, written: StringIO) -> None:
        self._written = written

    def lines(self, event: str) -> list[dict[str, str]]:
        """Those of one event."""
        lines = [json.loads(line) for line in self._written.getvalue().splitlines()]
        return [line for line in lines if line["event"] == event]

    def why(self, event: str) -> str:
        """What the newest line of an event gives as the cause."""
        return self.lines(event)[-1]["why"]

    @property
    def text(self) -> str:
        """All of it."""
        return self._written.getvalue()


class Gate:
    """Where Pivotal's slow answers wait until they are let go; left alone, they take the time they are said to."""

    def __init__(self) -> None:
        self._open = asyncio.Event()
        self._open.set()
        self.waits = 0
        """How many have come to it while it was shut."""

    async def sleep(self, seconds: float) -> None:
        if self._open.is_set():
            await asyncio.sleep(seconds)
        else:
            self.waits += 1
            await self._open.wait()

    def shuts(self) -> None:
        self._open.clear()

    def opens(self) -> None:
        self._open.set()


@pytest.fixture
def log() -> Iterator[Log]:
    written = StringIO()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(written),
    )
    yield Log(written)
    structlog.reset_defaults()


@pytest.fixture
def mode() -> str:
    return "socket"


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
async def pivotal(clock, gate) -> AsyncIterator[LocalPivotal]:
    """Ana owns Aurora Foods, and Ben with her; it launches too soon."""
    soon = {"target_launch_date": date(2026, 9, 10)}
    async with LocalPivotal(clock=clock, sleep=gate.sleep) as local:
        local.rate_limit = 10_000
        local.has_onboarding(89, customer="Aurora Foods", phase="review", csm_id=ANAS, se_id=BENS, **soon)
        yield local
        gate.opens()


@pytest.fixture
def ask(slack, bot) -> Callable[..., Awaitable[str]]:
    """`await ask("aurora")`: what Ana, or somebody else, reads in answer to a command in #onboarding."""

    async def asks(text: str, *, by: str = ANA) -> str:
        before = len(slack.messages(ONBOARDING, by))
        assert (await slack.types(f"/onboarding {text}", by=by, channel=ONBOARDING)).ok
        assert len(slack.messages(ONBOARDING, by)) == before + 1, "one question, one answer"
        return str(slack.seen(by, ONBOARDING))

    return asks


@pytest.fixture
def press(slack, ask) -> Callable[[], Awaitable[str]]:
    """`await press()`: Ana presses Advance on her card; gives the last thing she reads, the card itself or a word."""

    async def presses() -> str:
        if not slack.messages(ONBOARDING, ANA):
            await ask("aurora")
        before = len(slack.messages(ONBOARDING, ANA))
        assert (await slack.clicks("Advance to Program buildout", by=ANA, channel=ONBOARDING)).ok
        card, *told = slack.messages(ONBOARDING, ANA)
        return str(told[-1].seen if len(told) == before else card.seen)

    return presses


@pytest.fixture
def outcomes(bot) -> Callable[[], Awaitable[list[str]]]:
    """`await outcomes()`: what the audit says became of each attempt, oldest first."""

    async def listed() -> list[str]:
        return [entry.outcome for entry in reversed(await bot.store.audit.list())]

    return listed
