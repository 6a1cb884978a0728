"""Killed at any moment and started again, the bot has posted a digest once; where it cannot know that, it asks.

Real processes and a real SIGKILL: the bot is a child, Slack and Pivotal live in the test. A hold in one of them marks
the moment at which the child dies.
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from bot.__main__ import INTERRUPTED
from bot.digests.clock import STUCK
from bot.domain.records import Delivery, Subscription
from bot.listeners.manifest import manifest
from bot.sandbox.pivotal import LocalPivotal
from bot.sandbox.pivotal.faults import Fault
from bot.sandbox.slack import LocalSlack
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.world import CARA, ONBOARDING, TEAM
from bot.store import Store
from bot.store.tables import deliveries
from tests.processes import Process, running, until, wired

UP = "connected to Slack"
Start = Callable[[], AbstractAsyncContextManager[Process]]


class Hold:
    """A place where a request waits until it is let go."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self._open = asyncio.Event()

    async def sleep(self, _seconds: float) -> None:
        self.reached.set()
        await self._open.wait()

    def lets_go(self) -> None:
        self._open.set()


@pytest.fixture
async def hold() -> AsyncIterator[Hold]:
    hold = Hold()
    yield hold
    hold.lets_go()


@pytest.fixture
async def pivotal(hold) -> AsyncIterator[LocalPivotal]:
    async with LocalPivotal(seed=True, sleep=hold.sleep) as local:
        yield local
        hold.lets_go()


@pytest.fixture
async def slack(hold) -> AsyncIterator[LocalSlack]:
    async with LocalSlack(manifest(), sleep=hold.sleep) as local:
        yield local
        hold.lets_go()


@pytest.fixture
def database(database_url) -> str:
    return database_url


@pytest.fixture
async def store(database) -> AsyncIterator[Store]:
    """The bot's memory: a digest of Cara's has been due for a minute, in a zone where it is noon."""
    now = datetime.now(UTC)
    hour = now - timedelta(minutes=1)
    store = await Store.open(database, clock=lambda: now)
    await store.subscriptions.add(
        Subscription(
            id="sub_1",
            team_id=TEAM,
            channel=ONBOARDING,
            kind="at-risk",
            days="daily",
            at=hour.time().replace(hour=12, second=0, microsecond=0),
            zone=f"Etc/GMT{hour.hour - 12:+d}",
            creator=CARA,
            created_at=now - timedelta(hours=1),
        )
    )
    yield store
    await store.close()


@pytest.fixture
def start(slack, pivotal, database, tmp_path) -> Start:
    """Start the bot as a process."""
    return lambda: running("serve", cwd=tmp_path, **wired(slack, pivotal, database))


async def ledger(store: Store) -> Delivery | None:
    rows = await store.deliveries.recent("sub_1")
    assert len(rows) <= 1, f"One slot was due, and the ledger has {rows}"
    return rows[0] if rows else None


async def becomes(status: str, store: Store) -> None:
    async def has() -> bool:
        row = await ledger(store)
        return row is not None and row.status == status

    await until(has)


def digests(slack: LocalSlack) -> list[Message]:
    return [message for message in slack.messages(ONBOARDING) if not message.thread_ts]


def told(slack: LocalSlack) -> list[str]:
    """What the bot told Cara in private."""
    return [message.seen for message in slack.messages("D0CARA001") if message.user != CARA]


async def restarted(start: Start, *, times: int = 1) -> None:
    """Start the bot again, let it do all it wants to, and stop it."""
    for _ in range(times):
        async with start() as child:
            await child.says(UP)
            assert await child.stopped() == 0, child.err


async def killed(child: Process, store: Store) -> None:
    """Kill it; of a memory that replicas share, let so much time go by that what it was at is nobody's any more."""
    await child.killed()
    if store.shared:
        async with store.database.writing() as connection:
            for row in await store.deliveries.unfinished():
                own = (deliveries.c.subscription_id == row.subscription_id) & (deliveries.c.slot == row.slot)
                await connection.execute(update(deliveries).where(own).values(claimed_at=row.claimed_at - STUCK))


async def test_killed_before_the_post_it_posts_it_after_the_next_start(start, slack, pivotal, store, hold):
    pivotal.fails(Fault.slow(60), path="/onboardings*")
    async with start() as child:
        await becomes("claimed", store)
        await hold.reached.wait()
        await killed(child, store)
    hold.lets_go()

    async with start() as child:
        await becomes("done", store)
        assert await child.stopped() == 0, child.err
    await restarted(start)

    assert len(digests(slack)) == 1
    assert told(slack) == []


async def test_killed_while_the_post_travels_it_is_never_sent_again(start, slack, store, hold):
    slack.slows("chat.postMessage", seconds=60)
    async with start() as child:
        await hold.reached.wait()
        assert (await ledger(store)).status == "claimed"
        await killed(child, store)
    hold.lets_go()
    await until(lambda: digests(slack))

    await restarted(start)

    assert len(digests(slack)) == 1
    assert (await ledger(store)).status == "uncertain"
    (said,) = told(slack)
    assert "may or may not have been posted" in said


async def test_killed_before_it_hears_that_slack_has_the_post_it_posts_no_second(start, slack, store, hold):
    slack.slows("chat.postMessage", seconds=60)
    async with start() as child:
        await hold.reached.wait()
        child.gets(signal.SIGSTOP)
        hold.lets_go()
        await until(lambda: digests(slack))
        assert (await ledger(store)).status == "claimed"
        await killed(child, store)

    await restarted(start)

    assert len(digests(slack)) == 1
    assert (await ledger(store)).status == "uncertain"
    assert len(told(slack)) == 1


async def test_a_post_whose_answer_was_lost_is_uncertain_and_stays_alone(start, slack, store):
    slack.drops("chat.postMessage")
    async with start() as child:
        await becomes("uncertain", store)
        await until(lambda: told(slack))
        assert await child.stopped() == 0

    await restarted(start, times=3)

    assert len(digests(slack)) == 1
    assert (await ledger(store)).status == "uncertain"
    (said,) = told(slack)
    assert "may or may not have been posted" in said


async def test_killed_between_post_and_thread_it_posts_no_second_and_asks_nobody(start, slack, store, hold):
    slack.slows("chat.postMessage", seconds=0)
    slack.slows("chat.postMessage", seconds=60)
    async with start() as child:
        await hold.reached.wait()
        assert (await ledger(store)).status == "posted"
        await killed(child, store)
    hold.lets_go()

    await restarted(start)

    assert len(digests(slack)) == 1
    row = await ledger(store)
    assert (row.status, row.ts) == ("done", digests(slack)[0].ts)
    assert row.reason == "stopped before the thread was complete"
    assert told(slack) == []


async def test_stopped_at_once_while_slack_lets_it_wait_it_gives_the_digest_back(start, slack, store):
    async def waits() -> bool:
        row = await ledger(store)
        return bool(slack.calls_of("chat.postMessage")) and row is not None and row.said is None

    slack.fails("chat.postMessage", error="ratelimited", retry_after=60)
    async with start() as child:
        await until(waits)
        child.gets(signal.SIGTERM)
        await child.says("Stopping")
        assert await child.stopped() == INTERRUPTED, child.err

    assert (await ledger(store), digests(slack)) == (None, [])


async def test_killed_when_all_is_done_it_posts_no_second(start, slack, store):
    async with start() as child:
        await becomes("done", store)
        await killed(child, store)

    await restarted(start)

    assert len(digests(slack)) == 1
    assert (await ledger(store)).status == "done"
    assert told(slack) == []
