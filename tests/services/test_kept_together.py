"""A change of what the bot remembers and its row in the audit: both are kept, or neither, on both databases."""

from contextlib import AsyncExitStack
from datetime import date, time

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.domain.phases import Phases
from bot.domain.records import Actor, Person
from bot.pivotal import AsyncPivotalApi
from bot.services.cards import PostedCards, Share
from bot.services.onboardings import Onboardings
from bot.services.people import People, Trace
from bot.services.portfolio import Portfolio
from bot.services.snoozing import Snoozing
from bot.services.subscriptions import Subscriptions, Wish
from bot.store import Store
from bot.views.text import spellings

CARA = Actor("U0CARA001", "T0HOME001", "Cara Lindqvist", admin=True)
DEVON = Actor("U0DEV0001", "T0HOME001", "Devon Park")
HERE, THERE = "C0ONBOARD", "C0LAUNCHS"
DAILY = Wish("at-risk", "mon-fri", time(9), "europe/berlin")
PAUSED = Wish("launch-week", "mon", time(9), "europe/berlin")
KEPT = ("subscriptions", "snoozes", "people")
DATABASES = ("sqlite", "postgresql")
REFUSES = {
    "sqlite": ("CREATE TRIGGER closed BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'the audit is closed'); END",),
    "postgresql": (
        "CREATE FUNCTION closed() RETURNS trigger AS 'BEGIN RAISE ''the audit is closed''; END' LANGUAGE plpgsql",
        "CREATE TRIGGER closed BEFORE INSERT ON audit EXECUTE FUNCTION closed()",
    ),
}
"""By which a database takes no row for the audit any more."""


@pytest.fixture(params=DATABASES)
def database_url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}"
    return request.getfixturevalue("postgres")()


@pytest.fixture
async def scene(clock, pivotal, database_url):
    """Two subscriptions, one of them paused, a snooze, a link and a guess; from now on no row gets into the audit."""
    pivotal.has_onboarding(89, customer="Aurora", phase="review", csm_id="user_csm_001")
    pivotal.has_onboarding(90, customer="Globex", phase="review", csm_id="user_csm_001")
    async with AsyncExitStack() as stack:
        store = await Store.open(database_url, clock=clock)
        stack.push_async_callback(store.close)
        api = await stack.enter_async_context(AsyncPivotalApi(pivotal.live_key, base_url=pivotal.url))
        scene = Scene(store, api, clock)
        stack.push_async_callback(scene.portfolio.close)
        await scene.set_up()
        yield scene


class Scene:
    def __init__(self, store, api, clock):
        self.store = store
        self.clock = clock
        self.people = People(store)
        self.portfolio = Portfolio(api, store, clock=clock, phases=Phases())
        onboardings = Onboardings(api, self.portfolio, phases=Phases(), web="https://my.pivotal.app")
        self.subscriptions = Subscriptions(store, clock=clock)
        self.snoozing = Snoozing(store, onboardings, self.portfolio, self.people, clock=clock)
        self.cards = PostedCards(store, onboardings, self.portfolio, clock=clock)

    async def set_up(self):
        await self.portfolio.snapshot(max_age=self.clock() - self.clock())
        self.daily = await self.subscriptions.subscribe(HERE, DAILY, by=CARA)
        weekly = await self.subscriptions.subscribe(HERE, PAUSED, by=CARA)
        self.paused = await self.subscriptions.pause_by(weekly.id, by=CARA)
        await self.snooze("89")
        await self.people.link("user_csm_001", slack_id="U0ANA0001", name="Ana Ruiz", by=CARA)
        await self.people.claim("user_se_001", by=DEVON, trace=Trace())
        async with self.store.database.writing() as connection:
            for statement in REFUSES[connection.dialect.name]:
                await connection.execute(text(statement))

    async def snooze(self, number):
        await self.snoozing.snooze(
            self.portfolio.known(number), channel=HERE, until=date(2026, 9, 10), reason="waits for DNS", by=CARA
        )

    async def remembered(self):
        async with self.store.database.reading() as connection:
            return {table: sorted(map(str, await connection.execute(text(f"SELECT * FROM {table}")))) for table in KEPT}


ACTS = {
    "subscribe": lambda on: on.subscriptions.subscribe(THERE, DAILY, by=CARA),
    "replace": lambda on: on.subscriptions.subscribe(HERE, Wish("at-risk", "mon", time(8), "utc"), by=CARA),
    "edit": lambda on: on.subscriptions.edit(on.daily.id, Wish("at-risk", "mon", time(8), "utc"), by=CARA),
    "pause": lambda on: on.subscriptions.pause_by(on.daily.id, by=CARA),
    "resume": lambda on: on.subscriptions.resume(on.paused.id, by=CARA),
    "unsubscribe": lambda on: on.subscriptions.delete(on.daily.id, by=CARA),
    "snooze": lambda on: on.snooze("90"),
    "unsnooze": lambda on: on.snoozing.unsnooze(on.portfolio.known("89"), channel=HERE, by=CARA),
    "link": lambda on: on.people.link("user_csm_001", slack_id="U0BEN0001", name="Ben Okafor", by=CARA),
    "claim": lambda on: on.people.claim("user_csm_002", by=DEVON, trace=Trace()),
    "confirm": lambda on: on.people.confirm("user_se_001", slack_id=DEVON.slack_id, by=CARA, trace=Trace()),
    "reject": lambda on: on.people.reject("user_se_001", slack_id=DEVON.slack_id, by=CARA, trace=Trace()),
    "import": lambda on: on.people.take_in([Person("user_3", "U0BEN0001", "Ben")], tell=lambda *_: None),
}


async def test_what_cannot_be_written_into_the_audit_is_not_done(scene):
    before = await scene.remembered()

    for act in ACTS.values():
        with pytest.raises(DBAPIError, match="the audit is closed"):
            await act(scene)

    assert await scene.remembered() == before


async def test_no_card_is_posted_that_cannot_be_written_into_the_audit(scene):
    posts = []
    wish = Share(scene.portfolio.known("89").onboarding.id, HERE, by=CARA, source="command", reference="ABC")

    async def post(standing):
        posts.append(standing)

    async def anywhere():
        """A place where customers read nothing."""

    with pytest.raises(DBAPIError, match="the audit is closed"):
        await scene.cards.share(wish, guard=anywhere, post=post)

    assert posts == []


async def test_nobody_is_erased_without_a_row_that_says_so(scene):
    before = await scene.remembered()

    with pytest.raises(DBAPIError, match="the audit is closed"):
        await scene.people.forget("U0ANA0001", spelled=spellings)

    assert await scene.remembered() == before
