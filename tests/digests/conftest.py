"""A digest run between a local Pivotal and a local Slack; `restarted` forgets all that a killed process would."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery import Delivery
from bot.digests import DIGESTS
from bot.digests.clock import STUCK
from bot.digests.digest import Digest
from bot.digests.run import DigestRun
from bot.domain.phases import Phases
from bot.domain.records import Actor, Person, Subscription
from bot.domain.records import Delivery as Row
from bot.listeners.manifest import manifest
from bot.pivotal import AsyncPivotalApi
from bot.sandbox.pivotal import LocalPivotal
from bot.sandbox.slack import LocalSlack
from bot.sandbox.slack.world import BOT, TEAM
from bot.services.journal import Journal
from bot.services.ledger import Ledger
from bot.services.onboardings import Onboardings
from bot.services.people import People
from bot.services.portfolio import Portfolio
from bot.services.snoozing import Snoozing
from bot.services.subscriptions import Subscriptions
from bot.store import Store
from tests.conftest import told_by_postgresql
from tests.digests.parts import Parts

ANA = Actor("U0ANA0001", "T0HOME001", "Ana Ruiz", zone="Europe/Berlin", pivotal_ids=frozenset({"user_csm_001"}))
GLOBEX = "C0GLOBEX1"
NOWHERE = "http://127.0.0.1:9/api/"


class Scene:
    """The stand-ins, the store, and a digest run that can be killed and started again."""

    def __init__(self, slack: LocalSlack, pivotal: LocalPivotal, store: Store, client: AsyncWebClient) -> None:
        self.now = datetime(2026, 9, 7, 7, tzinfo=UTC)
        """Monday, 09:00 in Berlin."""
        self.slept: list[float] = []
        self.while_asleep: Callable[[], None] = lambda: None
        """What happens in the world whenever the run waits."""
        self.awake = asyncio.Event()
        """A wait is over at once while this is set, as it is to begin with."""
        self.awake.set()
        self.on_its_way, self.arrives = asyncio.Event(), asyncio.Event()
        """Whether a request that Slack takes slowly is on its way; it arrives once the other is set."""
        self.slack, self.pivotal, self.store, self.client = slack, pivotal, store, client
        self.subscriptions = Subscriptions(store, clock=self.clock)
        self.ledger = Ledger(store)
        self.ana = ANA

    def clock(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.while_asleep()
        await self.awake.wait()

    async def travels(self) -> None:
        """What becomes of a request that Slack takes slowly."""
        self.on_its_way.set()
        await self.arrives.wait()

    async def groups(self, group: str) -> frozenset[str]:
        """Ana is alone in every user group."""
        return frozenset({"U0ANA0001"})

    async def customers(self, _age: timedelta) -> set[str]:
        return {GLOBEX}

    async def start(self, api: AsyncPivotalApi, *, test_key: bool = False) -> None:
        self.api = api
        await self.restarted(test_key=test_key)

    async def restarted(
        self,
        *,
        test_key: bool = False,
        ledger: Callable[[Store], Ledger] = Ledger,
        kinds: Mapping[str, Digest] = DIGESTS,
    ) -> DigestRun:
        """Begin anew on the same store: whatever the run before had in memory is gone."""
        people = People(self.store)
        await people.load()
        self.portfolio = Portfolio(self.api, self.store, clock=self.clock, phases=Phases())
        await self.portfolio.load()
        delivery = Delivery(
            self.client, clock=self.clock, sleep=self.sleep, team=TEAM, me=BOT, customer_channels=self.customers
        )
        self.subscriptions = Subscriptions(self.store, clock=self.clock)
        onboardings = Onboardings(self.api, self.portfolio, phases=Phases(), web=self.pivotal.origin)
        self.snoozing = Snoozing(self.store, onboardings, self.portfolio, people, clock=self.clock)
        journal = Journal(self.store, self.portfolio, clock=self.clock)
        parts = Parts(
            self.subscriptions,
            ledger(self.store),
            self.portfolio,
            self.snoozing,
            journal,
            people,
            Phases(),
            test_key,
        )
        self.run = DigestRun(kinds, parts, delivery, clock=self.clock, sleep=self.sleep, groups=self.groups)
        return self.run

    async def subscribes(self, kind: str = "at-risk", channel: str = "C0ONBOARD", **changes: object) -> Subscription:
        """A subscription made a week ago, for every day at nine in Berlin."""
        made: dict[str, object] = {
            "id": f"{channel}-{kind}",
            "team_id": "T0HOME001",
            "channel": channel,
            "kind": kind,
            "days": "daily",
            "at": time(9),
            "zone": "Europe/Berlin",
            "creator": "U0ANA0001",
            "created_at": self.now - timedelta(hours=12),
        }
        kept = await self.store.subscriptions.put_in_place(Subscription(**{**made, **changes}))  # type: ignore[arg-type]
        await self.subscriptions._changed()
        return kept

    @contextmanager
    def without_slack(self) -> Iterator[None]:
        """Slack cannot be reached: nobody listens where it was."""
        there, self.client.base_url = self.client.base_url, NOWHERE
        yield
        self.client.base_url = there

    async def sweeps(self, **span: float) -> None:
        """Time goes by, and the clock looks for what is due and what is too late, as it does every five minutes."""
        self.now += timedelta(**span)
        await self.run.run_due(self.now)
        await self.run.recover(self.now, older_than=STUCK)

    async def rows(self, subscription: Subscription) -> list[Row]:
        """The ledger, newest first."""
        return await self.store.deliveries.recent(subscription.id, 20)

    async def row(self, subscription: Subscription) -> Row:
        """The newest row of the ledger."""
        return (await self.rows(subscription))[0]

    def texts(self, channel: str = "C0ONBOARD") -> list[str]:
        """The fallback texts of what stands in a channel, thread messages left out."""
        return [one.text for one in self.slack.messages(channel) if one.thread_ts in (None, one.ts)]

    def told(self) -> list[str]:
        """What Ana was told in direct messages."""
        return [one.text for one in self.slack.messages("D0ANA0001", "U0ANA0001")]


async def at_once(seconds: float) -> None:
    """The client's waits between tries take no time here."""


@pytest.fixture
async def scene(database_url) -> AsyncIterator[Scene]:
    moment = [datetime(2026, 9, 7, 7, tzinfo=UTC)]
    store = await Store.open(database_url, clock=lambda: moment[0])
    async with (
        LocalPivotal(clock=lambda: made.now) as pivotal,
        LocalSlack(manifest(), clock=lambda: made.now, sleep=lambda _: made.travels()) as slack,
        aiohttp.ClientSession() as session,
        AsyncPivotalApi(pivotal.live_key, base_url=pivotal.url, sleep=at_once) as api,
    ):
        pivotal.rate_limit = 10_000
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, session=session, retry_handlers=[])
        made = Scene(slack, pivotal, store, client)
        with told_by_postgresql(lambda: made.now):
            await store.people.link(Person("user_csm_001", slack_id="U0ANA0001", name="Ana Ruiz"))
            await made.start(api)
            yield made
            await made.portfolio.close()
    await store.close()
