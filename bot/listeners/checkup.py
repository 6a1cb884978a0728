"""Examines the running bot from within: with its own client, its own memory, and the line it hears Slack by."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from functools import partial

from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery import Delivery
from bot.domain.findings import Finding
from bot.listeners.channel_checks import Books, ChannelChecks
from bot.listeners.slack_checks import SlackChecks
from bot.services import Services
from bot.services.checkup import computer, examine
from bot.services.memory_checks import MemoryChecks
from bot.services.pivotal_checks import PivotalChecks


class Checkup:
    """Makes every check anew each time it is called. `memory` makes the checks that look once and remember."""

    def __init__(
        self,
        client: AsyncWebClient,
        delivery: Delivery,
        services: Services,
        *,
        memory: Callable[[], MemoryChecks],
        pivotal: PivotalChecks,
        line: Callable[[], Awaitable[Iterable[Finding]]],
        groups: bool,
        titles: Mapping[str, str],
        clock: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._delivery = delivery
        self._services = services
        self._memory = memory
        self._pivotal = pivotal
        self._line = line
        self._groups = groups
        self._titles = titles
        self._clock = clock

    async def __call__(self) -> tuple[Finding, ...]:
        """Look at everything, side by side."""
        slack = SlackChecks(self._client, line=self._line, groups=self._groups, clock=self._clock)
        memory = self._memory()
        channels = ChannelChecks(
            self._client,
            books=partial(self._books, memory),
            delivery=self._mouth,
            titles=self._titles,
            clock=self._clock,
        )
        return await examine(
            (*computer(), *slack.checks(), *self._pivotal.checks(), *memory.checks(), *channels.checks())
        )

    async def _books(self, memory: MemoryChecks) -> Books:
        await memory.readable()
        return Books(await self._services.subscriptions.all(), self._services.ledger)

    async def _mouth(self) -> Delivery:
        return self._delivery
