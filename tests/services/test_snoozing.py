"""What is snoozed sleeps in its channel until its day, or until anything of it changes; whoever notices it first."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest

from bot.domain.errors import Forbidden, NotFound, UserError
from bot.domain.phases import Phases
from bot.domain.records import Actor, Person, Snooze
from bot.pivotal import AsyncPivotalApi
from bot.pivotal.errors import AuthenticationFailed
from bot.sandbox.pivotal import Fault, LocalPivotal
from bot.services.onboardings import Onboardings
from bot.services.people import People
from bot.services.portfolio import Portfolio
from bot.services.requests import Changed
from bot.services.snoozing import Snoozing
from bot.store import Store

ANA = Actor("U0ANA0001", "T0HOME001", "Ana Ruiz", pivotal_ids=frozenset({"user_csm_001"}))
BEN = Actor("U0BEN0001", "T0HOME001", "Ben Okafor", pivotal_ids=frozenset({"user_se_001"}))
MEG = Actor("U0MEG0001", "T0HOME001", "Meg", manager=True)
GUS = Actor("U0GUEST01", "T0HOME001", "Gus", guest=True, admin=True)
HERE, THERE = "C0ONBOARD", "C0LAUNCHS"


@dataclass
class Scene:
    pivotal: LocalPivotal
    store: Store
    onboardings: Onboardings
    portfolio: Portfolio
    snoozing: Snoozing
    clock: object

    @property
    def today(self) -> date:
        return self.clock().date()

    async def snooze(self, *, channel=HERE, days=3, reason="waits for DNS", by=ANA, number=89) -> Snooze:
        standing = self.portfolio.known(str(number))
        until = self.today + timedelta(days=days)
        return await self.snoozing.snooze(
            standing, channel=channel, until=until, reason=reason, by=by, source="command", reference="ABC"
        )

    async def asleep(self, channel=HERE, *, days=0) -> list[str]:
        found = await self.snoozing.of_channel(channel, today=self.today + timedelta(days=days))
        return [one.title for one in found]

    async def kept(self) -> list[str]:
        return [f"{one.title} in {one.channel}" for one in await self.store.snoozes.all()]

    async def walk(self) -> None:
        await self.portfolio.snapshot(timedelta(0))


@pytest.fixture
async def scene(clock, database_url):
    async with LocalPivotal(clock=clock) as pivotal:
        pivotal.rate_limit = 10_000
        pivotal.has_onboarding(89, customer="Aurora", phase="review", csm_id="user_csm_001")
        pivotal.has_onboarding(90, customer="Globex", phase="review", csm_id="user_csm_001")
        store = await Store.open(database_url, clock=clock)
        people = People(store)
        await store.people.link(Person("user_csm_001", slack_id=ANA.slack_id, name="Ana Ruiz"))
        async with AsyncPivotalApi(pivotal.live_key, base_url=pivotal.url) as api:
            portfolio = Portfolio(api, store, clock=clock, phases=Phases())
            await portfolio.snapshot(timedelta(0))
            onboardings = Onboardings(api, portfolio, phases=Phases(), web="https://my.pivotal.app")
            snoozing = Snoozing(store, onboardings, portfolio, people, clock=clock)
            yield Scene(pivotal, store, onboardings, portfolio, snoozing, clock)
            await portfolio.close()
        await store.close()


@pytest.mark.parametrize("by", [ANA, MEG])
async def test_owner_or_manager_snoozes_for_one_channel(scene, by):
    made = await scene.snooze(by=by)

    assert (made.title, made.reason, made.by, made.at) == ("Aurora", "waits for DNS", by.slack_id, scene.clock())
    assert await scene.asleep() == ["Aurora"]
    assert await scene.asleep(THERE) == []


@pytest.mark.parametrize("by", [BEN, GUS])
async def test_nobody_else_may_and_the_refusal_is_kept(scene, by):
    with pytest.raises(Forbidden):
        await scene.snooze(by=by)

    assert await scene.asleep() == []
    (row,) = await scene.store.audit.list()
    assert (row.action, row.outcome, row.onboarding_id) == (
        "snooze",
        "refused",
        scene.portfolio.known("89").onboarding.id,
    )


async def test_who_lost_the_onboarding_since_the_last_walk_may_not_snooze_it(scene):
    scene.pivotal.edit(89, by="Dana (web app)", csm_id="user_csm_002")

    with pytest.raises(Forbidden):
        await scene.snooze()

    assert await scene.asleep() == []


async def test_what_was_snoozed_is_kept_with_until_when_and_why(scene):
    made = await scene.snooze()

    (row,) = await scene.store.audit.list()
    assert (row.action, row.outcome, row.source, row.reference) == ("snooze", "done", "command", "ABC")
    assert row.after == f"snoozed in {HERE} until {made.until:%a} {made.until.day} {made.until:%b %Y}"
    assert row.reason == "waits for DNS"


@pytest.mark.parametrize("wish", [{"days": 0}, {"days": -1}, {"days": 31}, {"reason": "  "}, {"reason": "x" * 301}])
async def test_a_day_or_a_reason_that_will_not_do_is_refused(scene, wish):
    with pytest.raises(UserError):
        await scene.snooze(**wish)

    assert await scene.kept() == []


async def test_thirty_days_are_the_most(scene):
    await scene.snooze(days=30)

    assert await scene.asleep() == ["Aurora"]


async def test_with_pivotal_away_nothing_is_snoozed_and_the_failure_is_kept(scene):
    scene.pivotal.fails(Fault.revoked_key, times=9)

    with pytest.raises(AuthenticationFailed):
        await scene.snooze()

    assert await scene.kept() == []
    (row,) = await scene.store.audit.list()
    assert (row.outcome, row.reason) == ("failed", "This API key has been revoked.")


async def test_a_second_snooze_takes_the_place_of_the_first(scene):
    await scene.snooze(days=3)
    later = await scene.snooze(days=10, reason="still waits")

    assert await scene.store.snoozes.all() == (later,)


async def test_it_wakes_on_its_day(scene):
    await scene.snooze(days=3)

    assert await scene.asleep(days=2) == ["Aurora"]
    assert await scene.asleep(days=3) == []


async def test_a_reader_whose_day_came_first_does_not_end_it_for_the_channel(scene):
    await scene.snooze(days=1)

    assert await scene.asleep(days=1) == []

    assert await scene.asleep(days=0) == ["Aurora"]


async def test_one_whose_day_has_come_everywhere_is_forgotten(scene):
    await scene.snooze(days=1)
    scene.clock.passes(days=3)

    await scene.asleep()

    assert await scene.kept() == []


@pytest.mark.parametrize(
    "change",
    [
        {"phase": "launch"},
        {"state": "at_risk"},
        {"waiting_on_customer": True},
        {"target_launch_date": "2027-01-04"},
        {"csm_id": "user_csm_002"},
        {"se_id": "user_se_001"},
    ],
)
async def test_any_change_seen_by_a_walk_wakes_it(scene, change):
    await scene.snooze()
    scene.pivotal.edit(89, by="Dana (web app)", **change)
    scene.clock.passes(minutes=10)

    await scene.walk()

    assert await scene.asleep() == []
    assert await scene.kept() == []


async def test_change_seen_in_the_same_instant_wakes_it(scene):
    await scene.snooze()
    scene.pivotal.edit(89, by="Dana (web app)", phase="launch")

    await scene.onboardings.read("89")

    assert await scene.asleep() == []


async def test_a_change_of_nothing_that_counts_lets_it_sleep(scene):
    await scene.snooze()
    scene.pivotal.edit(89, by="Dana (web app)", notes="called them")
    scene.clock.passes(minutes=10)

    await scene.walk()

    assert await scene.asleep() == ["Aurora"]


async def test_a_change_that_was_taken_back_wakes_it_all_the_same(scene):
    await scene.snooze()
    for phase in ("launch", "review"):
        scene.pivotal.edit(89, by="Dana (web app)", phase=phase)
        scene.clock.passes(minutes=10)
        await scene.walk()

    assert await scene.asleep() == []


async def test_what_was_observed_before_it_was_snoozed_does_not_wake_it(scene):
    scene.pivotal.edit(89, by="Dana (web app)", state="at_risk")
    scene.clock.passes(minutes=10)

    await scene.snooze()

    assert await scene.asleep() == ["Aurora"]


async def test_an_older_memory_does_not_wake_what_was_snoozed_on_newer_knowledge(scene):
    made = await scene.snooze()
    newer = replace(made, at=made.at + timedelta(minutes=1), seen="as another replica has just read it")

    await scene.store.snoozes.put(newer)

    assert await scene.asleep() == ["Aurora"]


async def test_deleted_onboarding_is_not_snoozed_any_more(scene):
    await scene.snooze()
    scene.pivotal.delete(89)
    scene.clock.passes(days=1, minutes=1)

    await scene.walk()

    assert await scene.asleep() == []
    assert await scene.kept() == []


async def test_change_through_the_bot_wakes_it_in_every_channel_at_once(scene):
    await scene.snooze()
    await scene.snooze(channel=THERE)
    await scene.snooze(number=90)
    scene.pivotal.edit(89, by="us", phase="launch")
    standing = await scene.onboardings.read("89")

    await scene.snoozing.wake(Changed(standing))

    assert await scene.kept() == [f"Globex in {HERE}"]


async def test_announced_change_that_changed_nothing_wakes_nothing(scene):
    await scene.snooze()

    await scene.snoozing.wake(Changed(scene.portfolio.known("89")))

    assert await scene.kept() == [f"Aurora in {HERE}"]


async def test_unsnoozed_it_is_told_of_again_and_that_is_kept(scene):
    await scene.snooze()
    await scene.snooze(channel=THERE)

    ended = await scene.snoozing.unsnooze(scene.portfolio.known("89"), channel=HERE, by=ANA)

    assert ended.channel == HERE
    assert await scene.kept() == [f"Aurora in {THERE}"]
    newest, *_ = await scene.store.audit.list()
    assert (newest.action, newest.outcome, newest.after) == ("unsnooze", "done", "told of again")


async def test_who_snoozed_it_may_end_that_without_owning_it_any_more(scene):
    await scene.snooze()
    scene.pivotal.edit(89, by="Dana (web app)", csm_id="user_csm_002")
    standing = await scene.onboardings.read("89")

    await scene.snoozing.unsnooze(standing, channel=HERE, by=ANA)

    assert await scene.kept() == []


async def test_others_may_not_end_it(scene):
    await scene.snooze()

    with pytest.raises(Forbidden):
        await scene.snoozing.unsnooze(scene.portfolio.known("89"), channel=HERE, by=BEN)

    assert await scene.asleep() == ["Aurora"]


async def test_what_is_not_snoozed_cannot_be_ended(scene):
    with pytest.raises(NotFound, match="not snoozed here"):
        await scene.snoozing.unsnooze(scene.portfolio.known("89"), channel=HERE, by=ANA)


async def test_what_is_back_first_comes_first(scene):
    await scene.snooze(days=9)
    await scene.snooze(days=2, number=90)

    assert await scene.asleep() == ["Globex", "Aurora"]
    aurora = scene.portfolio.known("89").onboarding.id
    assert [one.title for one in await scene.snoozing.of(aurora, today=scene.today)] == ["Aurora"]


async def test_a_snooze_made_by_a_clock_that_was_a_year_ahead_is_not_seen_when_it_is_right(scene, clock):
    clock.passes(days=365)
    await scene.snooze()
    ahead = await scene.asleep()

    clock.passes(days=-365)

    assert ahead == ["Aurora"]
    assert await scene.asleep() == []


async def test_a_clock_that_is_behind_costs_no_snooze(scene, clock):
    await scene.snooze()
    clock.passes(days=-30)
    behind = await scene.asleep()

    clock.passes(days=30)

    assert behind == []
    assert await scene.asleep() == ["Aurora"]
