"""What stands in a channel that customers come to read is taken back, and what may stay is left alone."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import StatementError

from bot.app import running
from bot.domain.errors import UpstreamError
from bot.pivotal.models import CustomerRow
from bot.sandbox.pivotal import Fault
from bot.sandbox.slack.world import ANA, CARA, DEVON, GUS, LAUNCHES, ONBOARDING, Kind
from bot.services.cards import MOST_IN_CHANNEL
from tests.processes import until

REMOVED = "Removed: this channel can now be read from outside"


@pytest.fixture
def happens(slack, bot):
    """`await happens(slack.adds_guest, ONBOARDING)`: it does, and the bot has heard of it where it is told."""

    async def change(act, channel, *, told=True):
        heard = len(slack.deliveries)
        act(channel)
        if told:
            await until(lambda: len(slack.deliveries) > heard)
        await bot.settled()

    return change


@asynccontextmanager
async def _without_claims(store):
    """A memory that fails whoever wants to know whether an event was seen before."""

    async def renamed(old, new):
        async with store.database.writing() as connection:
            await connection.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))

    await renamed("claims", "claims_away")
    yield
    await renamed("claims_away", "claims")


@pytest.mark.parametrize("change", ["becomes_external", "adds_guest"])
async def test_a_card_is_removed_when_the_channel_gets_other_readers(shared, as_posted, happens, slack, change):
    card, elsewhere = await shared(), await shared(LAUNCHES)

    await happens(getattr(slack, change), ONBOARDING)

    assert as_posted(card).seen == REMOVED
    assert "Aurora Foods" in as_posted(elsewhere).seen


async def test_an_open_digest_is_removed_too(slack, pivotal, happens):
    pivotal.edit(89, state="at_risk")
    await slack.types("/onboarding digest now at-risk", by=CARA, channel=ONBOARDING)
    (digest,) = (one for one in slack.messages(ONBOARDING) if not one.ephemeral_to and not one.thread_ts)

    await happens(slack.becomes_external, ONBOARDING)

    assert next(one.seen for one in slack.messages(ONBOARDING) if one.ts == digest.ts) == REMOVED


async def test_a_colleague_who_joins_changes_nothing(shared, as_posted, happens, slack):
    def leaves_devon_out(channel):
        slack.workspace.change_channel(channel, members=slack.workspace.channels[channel].members - {DEVON})

    def joins(channel):
        slack.workspace.change_channel(channel, members=slack.workspace.channels[channel].members | {DEVON})

    await happens(leaves_devon_out, ONBOARDING, told=False)
    card = await shared()

    await happens(joins, ONBOARDING)

    assert "Aurora Foods" in as_posted(card).seen


async def test_an_invitation_that_nobody_tells_of_is_seen_at_the_next_press(shared, as_posted, happens, slack, pivotal):
    card = await shared()
    await happens(slack.invites_external, ONBOARDING, told=False)

    await slack.clicks("Advance to Program buildout", by=ANA, message=card)

    assert pivotal.patches(89) == []
    assert "about to be shared" in slack.seen(ANA, ONBOARDING)
    assert as_posted(card).seen == REMOVED


async def test_and_at_the_next_change_of_the_onboarding(shared, as_posted, happens, slack):
    card = await shared()
    await happens(slack.invites_external, ONBOARDING, told=False)

    await slack.types("/onboarding pause #89", by=ANA, channel=LAUNCHES)

    assert as_posted(card).seen == REMOVED


async def test_what_could_not_be_found_out_is_asked_again_and_nothing_is_removed_on_suspicion(
    shared, as_posted, happens, slack, bot
):
    card = await shared()
    slack.fails("conversations.info", error="internal_error", times=1)

    await happens(slack.adds_guest, ONBOARDING)
    at_first = as_posted(card).seen
    await bot.door.withdrawing.look_again()

    assert "Aurora Foods" in at_first
    assert as_posted(card).seen == REMOVED


@pytest.mark.parametrize(
    ("method", "code"), [("users.info", "user_not_visible"), ("conversations.members", "fetch_members_failed")]
)
async def test_where_slack_refuses_to_say_who_reads_it_nothing_stays(
    shared, as_posted, happens, slack, clock, method, code
):
    card = await shared()
    clock.passes(minutes=11)
    slack.fails(method, error=code, times=20)

    await happens(slack.adds_guest, ONBOARDING)

    assert as_posted(card).seen == REMOVED


@pytest.mark.parametrize(("trouble", "code"), [("fails", "missing_scope"), ("breaks", None)])
async def test_what_stays_unknown_for_an_hour_is_removed_and_no_sooner(
    shared, as_posted, slack, bot, clock, trouble, code
):
    card = await shared()
    getattr(slack, trouble)("conversations.info", **({"error": code} if code else {}), times=100)

    for _ in range(5):
        await bot.door.withdrawing.recheck(ONBOARDING)
        clock.passes(minutes=12)
    after_an_hour_less_twelve_minutes = as_posted(card).seen
    await bot.door.withdrawing.recheck(ONBOARDING)

    assert "Aurora Foods" in after_an_hour_less_twelve_minutes
    assert as_posted(card).seen == REMOVED


async def test_doubts_that_ended_count_no_more(shared, as_posted, slack, bot, clock):
    card = await shared()
    for _ in range(2):
        slack.breaks("conversations.info")
        await bot.door.withdrawing.recheck(ONBOARDING)
        clock.passes(minutes=50)
        await bot.door.withdrawing.recheck(ONBOARDING)

    assert "Aurora Foods" in as_posted(card).seen


async def test_a_channel_that_the_bot_has_left_keeps_what_stands_there(shared, as_posted, happens, slack, bot):
    card = await shared()

    await happens(slack.removes_bot, ONBOARDING, told=False)
    await bot.door.withdrawing.recheck(ONBOARDING)

    assert "Aurora Foods" in as_posted(card).seen


async def test_where_it_cannot_be_told_who_reads_a_posted_card_its_buttons_change_nothing(
    shared, slack, pivotal, clock
):
    card = await shared()
    clock.passes(minutes=11)
    slack.fails("conversations.info", error="missing_scope", times=1)

    await slack.clicks("Advance to Program buildout", by=ANA, message=card)

    assert pivotal.patches(89) == []
    assert "lack a permission" in slack.seen(ANA, ONBOARDING)


@pytest.mark.parametrize("mode", ["http"])
class TestWhatNobodyTellsOf:
    async def test_a_pending_invitation_is_seen_at_the_next_round(self, shared, as_posted, slack, looks_round):
        card, elsewhere = await shared(), await shared(LAUNCHES)
        slack.invites_external(ONBOARDING)

        await looks_round()

        await until(lambda: as_posted(card).seen == REMOVED)  # the bot may be in the midst of a round of its own
        assert "Aurora Foods" in as_posted(elsewhere).seen

    async def test_so_is_a_member_who_has_become_a_guest(self, shared, as_posted, slack, looks_round, clock):
        clock.passes(minutes=9)  # the guard before the card has just asked who Devon is
        card = await shared()
        devon = slack.workspace.people[DEVON]
        slack.workspace.people[DEVON] = replace(devon, kind=Kind.GUEST)

        await looks_round()

        await until(lambda: as_posted(card).seen == REMOVED)  # the bot may be in the midst of a round of its own

    async def test_however_often_the_look_at_another_channel_fails(self, shared, as_posted, bot, slack, clock):
        card = await shared()
        slack.invites_external(ONBOARDING)
        bot.door.withdrawing.note(5)  # no channel, and nothing that a database can look for
        clock.passes(minutes=11)

        for _ in range(3):
            with pytest.raises(StatementError):
                await bot.door.withdrawing.look_again()

        await until(lambda: as_posted(card).seen == REMOVED)  # the bot may be in the midst of a round of its own

    async def test_and_an_event_that_came_while_the_memory_was_away(self, shared, as_posted, happens, bot, slack):
        card = await shared()
        async with _without_claims(bot.store):
            await happens(slack.becomes_external, ONBOARDING)

        await bot.door.withdrawing.look_again()

        await until(lambda: as_posted(card).seen == REMOVED)

    async def test_however_many_cards_there_are(self, shared, as_posted, bot, happens, slack, clock):
        card = await shared()
        (kept,) = await bot.store.cards.in_channel(ONBOARDING, limit=1)
        for number in range(MOST_IN_CHANNEL + 5):
            newer = clock() + timedelta(seconds=number)
            await bot.store.cards.add(replace(kept, ts=f"1788762999.{number:06}", posted_at=newer))

        await happens(slack.adds_guest, ONBOARDING)

        assert as_posted(card).seen == REMOVED
        assert await bot.store.cards.in_channel(ONBOARDING, limit=1) == ()


@pytest.mark.parametrize("mode", ["socket"])
async def test_a_channel_that_was_shared_while_the_bot_was_down_is_found_when_it_starts(
    slack, settings, clock, pivotal, as_posted
):
    async with running(settings, clock=clock) as bot:
        slack.request_url, slack.settles = bot.address, bot.settled
        await slack.types("/onboarding share #89", by=ANA, channel=ONBOARDING)
        card = next(one for one in slack.messages(ONBOARDING) if not one.ephemeral_to)
    slack.becomes_external(ONBOARDING)
    slack.settles = None
    clock.passes(minutes=11)

    async with running(settings, clock=clock):
        await until(lambda: as_posted(card).seen == REMOVED)


async def test_a_member_is_answered_in_private_there_and_nothing_is_posted(ask, slack, happens):
    await happens(slack.becomes_external, ONBOARDING)
    posted = len(slack.calls_of("chat.postMessage"))

    assert "*Aurora Foods*" in await ask("aurora")
    assert "I post nothing in that channel" in await ask("share #89")
    assert len(slack.calls_of("chat.postMessage")) == posted


@pytest.mark.parametrize("mode", ["socket"])
async def test_a_card_that_was_being_posted_while_the_channel_was_shared_is_removed_too(ask, slack, bot):
    await ask("aurora")
    slack.settles = None
    slack.slows("chat.postMessage", seconds=1.0)
    pressed = asyncio.create_task(slack.clicks("Share to channel", by=ANA, channel=ONBOARDING))
    await until(lambda: len(slack.calls_of("conversations.members")) == 2)  # before it is read, and before it is posted
    heard = len(slack.deliveries)

    slack.becomes_external(ONBOARDING)
    await until(lambda: len(slack.deliveries) > heard)
    await pressed
    await bot.settled()

    assert [one.seen for one in slack.messages(ONBOARDING) if not one.ephemeral_to] == [REMOVED]


@pytest.mark.parametrize("mode", ["socket"])
async def test_so_is_a_digest_that_was_a_minute_later_at_the_most(slack, pivotal, bot):
    pivotal.edit(89, state="at_risk")
    await slack.opens_home(by=CARA)
    slack.settles = None
    slack.slows("chat.postMessage", seconds=1.0)
    typed = asyncio.create_task(slack.types("/onboarding digest now at-risk", by=CARA, channel=ONBOARDING))
    await until(lambda: len(slack.calls_of("conversations.members")) == 3)  # when asked for, written, and about to go
    heard = len(slack.deliveries)

    slack.becomes_external(ONBOARDING)
    await until(lambda: len(slack.deliveries) > heard)
    await typed
    await bot.settled()
    await bot.door.withdrawing.look_again()

    assert [one.seen for one in slack.messages(ONBOARDING) if not one.ephemeral_to] == [REMOVED]


@pytest.mark.parametrize("mode", ["socket"])
async def test_what_was_said_in_the_thread_of_a_card_is_removed_with_it(shared, replies, happens, slack):
    card = await shared()
    await slack.clicks("Advance to Program buildout", by=ANA, message=card)
    (line,) = replies(card)

    await happens(slack.becomes_external, ONBOARDING)

    assert "Ana Ruiz" in line
    assert replies(card) == [REMOVED]


@pytest.mark.parametrize("mode", ["socket"])
async def test_so_are_digests_of_earlier_days_and_their_threads(slack, pivotal, bot, clock, happens):
    for number in range(200, 220):
        pivotal.has_onboarding(number, customer=f"Customer {number}", phase="review", target_launch_date="2026-09-09")
    await slack.types("/onboarding subscribe launch-week daily 09:00", by=CARA, channel=ONBOARDING)
    for _ in range(2):
        clock.passes(days=1, minutes=31)
        await bot.digests.run_due(clock())
    everyone = [one for one in slack.messages(ONBOARDING) if not one.ephemeral_to]

    await happens(slack.becomes_external, ONBOARDING)

    said = [one for one in slack.messages(ONBOARDING) if not one.ephemeral_to]
    assert any(one.thread_ts for one in everyone)
    assert len(said) == len(everyone)
    assert {one.seen for one in said} == {REMOVED}


@pytest.mark.parametrize("mode", ["socket"])
class TestACustomersOwnChannel:
    @pytest.fixture
    def becomes_auroras(self, pivotal):
        """`becomes_auroras(channel)`: somebody writes in Pivotal that it is their Slack channel."""

        def becomes(channel):
            pivotal.world.customers.find(pivotal.onboarding(89)["customer_id"])["slack_channel_id"] = channel

        return becomes

    async def test_is_known_a_quarter_of_an_hour_later_and_then_nothing_stands_there(
        self, shared, as_posted, ask, slack, bot, clock, becomes_auroras
    ):
        card = await shared()
        becomes_auroras(ONBOARDING)
        clock.passes(minutes=16)
        posted = len(slack.calls_of("chat.postMessage"))

        refused = await ask("share #101")
        await bot.settled()

        assert "I post nothing in that channel" in refused
        assert len(slack.calls_of("chat.postMessage")) == posted
        assert as_posted(card).seen == REMOVED

    async def test_is_known_at_once_where_pivotal_tells(self, shared, as_posted, bot, pivotal, becomes_auroras):
        card = await shared()
        becomes_auroras(ONBOARDING)
        told = pivotal.customer(pivotal.onboarding(89)["customer_id"])

        await bot.services.portfolio.meet(CustomerRow.model_validate(told))
        await bot.settled()

        assert as_posted(card).seen == REMOVED

    async def test_is_not_forgotten_while_pivotal_is_away_and_after_six_hours_nobody_knows(self, bot, pivotal, clock):
        pivotal.fails(Fault.revoked_key, times=1_000)

        clock.passes(hours=5)
        known = await bot.services.onboardings.customer_channels(timedelta(minutes=15))
        clock.passes(hours=2)

        assert known == {"C0GLOBEX1"}
        with pytest.raises(UpstreamError):
            await bot.services.onboardings.customer_channels(timedelta(minutes=15))

    async def test_is_asked_for_once_by_all_who_post_together_and_not_again_for_a_while(self, bot, pivotal, clock):
        clock.passes(minutes=16)
        before = len(pivotal.requests)

        for _ in range(2):
            await asyncio.gather(*(bot.services.onboardings.customer_channels(timedelta(minutes=15)) for _ in range(3)))

        assert [request.path for request in pivotal.requests[before:]] == ["/customers"]


class TestWhereGuestsAreAllowed:
    @pytest.fixture
    def settings(self, settings):
        return settings.model_copy(update={"bot_guests_allowed": (ONBOARDING,)})

    async def test_a_guest_may_read_and_still_not_ask(self, shared, as_posted, happens, slack, pivotal):
        await happens(slack.adds_guest, ONBOARDING)

        card = await shared()
        await slack.clicks("Advance to Program buildout", by=GUS, message=card)

        assert "Aurora Foods" in as_posted(card).seen
        assert "answers only full members" in slack.seen(GUS, ONBOARDING)
        assert pivotal.patches(89) == []

    async def test_other_organisations_may_not(self, shared, as_posted, happens, slack):
        card = await shared()

        await happens(slack.becomes_external, ONBOARDING)

        assert as_posted(card).seen == REMOVED

    async def test_nor_guests_in_another_channel(self, ask, happens, slack):
        await happens(slack.adds_guest, LAUNCHES)

        assert "guests" in await ask("share #89", channel=LAUNCHES)
