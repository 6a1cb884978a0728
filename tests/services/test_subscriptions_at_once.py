"""What another replica does to a subscription between the look and the write of an edit stays done."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, time
from threading import Thread

import pytest

from bot.domain.errors import NotFound
from bot.domain.records import Actor
from bot.services.subscriptions import EDIT, PAUSE, SUBSCRIBE, UNSUBSCRIBE, Subscriptions, Wish
from bot.store import Store

CARA = Actor("U0CARA001", "T0HOME001", "Cara Lindqvist", admin=True)
SUNDAY = datetime(2026, 9, 6, 12, tzinfo=UTC)
AT_RISK = Wish("at-risk", "mon-fri", time(9), "europe/berlin")
EARLIER = replace(AT_RISK, at=time(8))


class Scene:
    """A replica whose next look at the clock takes as long as another one needs for something."""

    def __init__(self, store, url):
        self.store = store
        self.url = url
        self.subscriptions = Subscriptions(store, clock=self.clock)
        self.meanwhile = None

    def clock(self):
        if self.meanwhile:
            act, self.meanwhile = self.meanwhile, None
            other = Thread(target=lambda: asyncio.run(self.elsewhere(act)))
            other.start()
            other.join()
        return SUNDAY

    async def elsewhere(self, act):
        store = await Store.open(self.url, clock=lambda: SUNDAY)
        await act(Subscriptions(store, clock=lambda: SUNDAY))
        await store.close()

    async def audit(self):
        return [(row.action, row.outcome) for row in reversed(await self.store.audit.list())]


@pytest.fixture
async def scene(database_url):
    store = await Store.open(database_url, clock=lambda: SUNDAY)
    yield Scene(store, database_url)
    await store.close()


async def test_what_was_ended_while_it_was_edited_stays_ended(scene):
    made = await scene.subscriptions.subscribe("C0ONBOARD", AT_RISK, by=CARA)
    scene.meanwhile = lambda there: there.delete(made.id, by=CARA)

    with pytest.raises(NotFound, match="deleted already"):
        await scene.subscriptions.edit(made.id, EARLIER, by=CARA)

    assert await scene.subscriptions.all() == ()
    assert await scene.audit() == [(SUBSCRIBE, "done"), (UNSUBSCRIBE, "done"), (EDIT, "refused")]


async def test_what_was_paused_while_it_was_edited_stays_paused(scene):
    made = await scene.subscriptions.subscribe("C0ONBOARD", AT_RISK, by=CARA)
    scene.meanwhile = lambda there: there.pause_by(made.id, by=CARA)

    edited = await scene.subscriptions.edit(made.id, EARLIER, by=CARA)

    assert edited == replace(made, at=time(8), paused="Paused by Cara Lindqvist.")
    assert await scene.subscriptions.all() == (edited,)
    assert await scene.audit() == [(SUBSCRIBE, "done"), (PAUSE, "done"), (EDIT, "done")]
