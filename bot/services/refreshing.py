"""Walks Pivotal's lists, all or the customers alone, when told to, and takes what they say into store and memory."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.customer_channels import all_named
from bot.domain.errors import UpstreamError
from bot.domain.phases import Phases
from bot.domain.records import Observation, Standing
from bot.pivotal import AsyncPivotalApi
from bot.pivotal.errors import AuthenticationFailed, PivotalError, RateLimited
from bot.pivotal.models import CustomerRow
from bot.services import walks
from bot.services.memory import Memory
from bot.services.recall import Recall
from bot.store import Kept, Store, Walked

WHOLE_WALK = timedelta(days=1)
"""At least this often everything is walked: deletions among closed onboardings show in no other way."""

CUSTOMERS = timedelta(hours=6)
"""Customers change seldom: they are walked this often, or when one turns up that nobody knows."""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """One attempt to refresh the portfolio, for logs, figures and whoever follows changes."""

    started_at: datetime
    whole: bool = False
    onboardings: int = 0
    customers: int | None = None
    """How many, when they were walked."""
    observations: tuple[Observation, ...] = ()
    error: PivotalError | None = None


@dataclass(frozen=True, slots=True)
class Sight:
    """What became known at one moment: changes seen, and onboardings found to be gone, as they stood last."""

    changes: tuple[Observation, ...] = ()
    gone: tuple[Standing, ...] = ()
    by: str = ""
    """Slack user id of who made the changes through this bot."""
    channels: frozenset[str] = frozenset()
    """The Slack channels that were found to be a customer's own."""


class Refreshing:
    """Changes the memory while it holds `writing`, and afterwards has `tell` called with what it saw."""

    def __init__(
        self,
        pivotal: AsyncPivotalApi,
        store: Store,
        memory: Memory,
        recall: Recall,
        *,
        phases: Phases,
        writing: asyncio.Lock,
        tell: Callable[[Sight], None],
    ) -> None:
        self._pivotal = pivotal
        self._store = store
        self._memory = memory
        self._recall = recall
        self._phases = phases
        self._writing = writing
        self._tell = tell
        self._nameless: frozenset[str] = frozenset()

    async def everything(self, now: datetime, *, interactive: bool) -> Refreshed:
        """Walk the onboardings, and the customers where it is time to, and keep what they say.

        With `interactive` a person waits, and the walk may use what is reserved for people. Raises the client's errors;
        then nothing has changed.
        """
        pivotal = self._pivotal if interactive else self._pivotal.in_background()
        walked = self._recall.walked or Walked(as_of=now)
        whole = _due(walked.full_at, WHOLE_WALK, now=now)
        begun = await self._store.snapshot.newest()
        seen = await walks.onboardings(pivotal, self._memory.rows(), phases=self._phases, whole=whole)
        nameless = frozenset(row.customer_id for row in seen.rows.values()) - self._memory.customers.keys()
        customers = None
        if _due(walked.customers_at, CUSTOMERS, now=now) or nameless - self._nameless:
            customers = await walks.customers(pivotal, self._memory.customers)
            # A customer that no list has, such as a deleted one, is not looked for again and again.
            self._nameless = nameless - customers.keys()
        async with self._writing:
            before, owned = self._memory.standings, own_channels(self._memory.customers)
            kept = await self._keep(seen, customers, begun=begun, now=now)
            left = before.keys() - self._memory.standings.keys() - kept.gone
            gone = tuple(one for key, one in before.items() if key in left)
        self._tell(Sight(tuple(kept.changes), gone, channels=own_channels(self._memory.customers) - owned))
        count = None if customers is None else len(customers)
        return Refreshed(now, seen.gone is None, len(seen.rows), count, tuple(kept.changes))

    async def customers(self, now: datetime) -> None:
        """Walk the customers alone, and keep what they say. Raises the client's errors; then nothing has changed."""
        begun = await self._store.snapshot.newest()
        found = await walks.customers(self._pivotal, self._memory.customers)
        async with self._writing:
            before = own_channels(self._memory.customers)
            newer = await self._store.snapshot.refresh_customers(found.values(), begun=begun, at=now)
            found |= {customer.id: customer for customer in newer}
            if self._recall.walked:
                self._recall.walked = replace(self._recall.walked, customers_at=now)
            if found != self._memory.customers:
                self._memory.hold(self._memory.rows().values(), customers=found)
        self._tell(Sight(channels=own_channels(found) - before))

    async def _keep(
        self, seen: walks.Seen, customers: dict[str, CustomerRow] | None, *, begun: int, now: datetime
    ) -> Kept:
        """Store what a walk begun at `now` saw, save what was put or removed meanwhile, and hold the same in memory.

        `begun` is the number of the newest write at that moment.
        """
        kept = await self._store.snapshot.refresh(
            seen.rows.values(),
            None if customers is None else customers.values(),
            begun=begun,
            as_of=now,
            source="poll",
            gone=seen.gone,
        )
        rows = seen.rows if seen.gone is None else seen.applied_to(self._memory.rows())
        if kept.newer or kept.gone:
            rows = {key: row for key, row in rows.items() if key not in kept.gone}
            rows |= {row.id: row for row in kept.newer}
        if customers is not None:
            customers = customers | {customer.id: customer for customer in kept.customers}
        walked = await self._store.snapshot.walked()
        await self._recall.learn()
        # Whoever asks meanwhile takes a walk that is noted here for one that is in memory.
        self._memory.hold(rows.values(), customers=customers, met=lambda _: now)
        self._recall.walked = walked
        return kept


def _due(last: datetime | None, every: timedelta, *, now: datetime) -> bool:
    """Whether it is time again; what was done after now was done by a clock that has since been set back."""
    return last is None or not timedelta() <= now - last < every


def own_channels(customers: Mapping[str, CustomerRow]) -> frozenset[str]:
    """The Slack channels that these customers have for their own, by id or as `#name`."""
    return all_named(one.slack_channel_id for one in customers.values())


def in_words(error: PivotalError, *, now: datetime) -> UpstreamError:
    """Say to a person why Pivotal's lists could not be read."""
    retry_at = None if error.retry_after is None else now + timedelta(seconds=error.retry_after)
    if isinstance(error, AuthenticationFailed):
        words, hint = "Pivotal does not accept the bot’s key.", "An admin of this bot must check its key."
    elif isinstance(error, RateLimited):
        words, hint = "Pivotal is busy.", ""
    else:
        words, hint = "Pivotal is not answering.", ""
    trouble = UpstreamError(words, hint=hint, retry_at=retry_at)
    trouble.__cause__ = error
    return trouble
