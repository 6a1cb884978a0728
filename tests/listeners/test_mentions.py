"""`@bot acme`: answered in its thread, or privately where others should not read it."""

import pytest
from sqlalchemy import select

from bot.listeners import FEATURES
from bot.listeners.feature import Registry
from bot.listeners.grammar import SHOW
from bot.sandbox.slack.world import ANA, AURORA_SHARED, BEN, BOT, CARA, ERIN, ONBOARDING
from bot.store.tables import metadata

VERBS = {command.verb for command in Registry(FEATURES).verbs.values()} - {SHOW}
ORDERS = {
    "at-risk": "phase:review",
    "back": "#89 wrong",
    "clear": "#101",
    "date": "#89 2026-12-01",
    "digest": "now at-risk",
    "flag": "#89 late",
    "handover": f"<@{ANA}> <@{BEN}>",
    "help": "advance",
    "launches": "next week",
    "link": "user_csm_002",
    "list": "state:paused",
    "mine": f"<@{ANA}>",
    "new": "Acme Corp",
    "note": "#89 hello",
    "owner": f"#89 se <@{ANA}>",
    "pause": "#89 legal",
    "resume": "paused ltd",
    "skip": "#89 launch in a hurry",
    "snooze": "late ltd 3d on holiday",
    "state": "#89 paused",
    "subscribe": "portfolio",
    "unsubscribe": "at-risk",
    "undo": "#101",
    "unfollow": "#101",
    "unsnooze": "late ltd",
    "waiting": "#89 on",
}
"""What follows a verb that would do something; the others follow an onboarding's number, or stand alone."""
NOT_KEPT = {"audit", "claims", "snapshot", "onboardings", "customers"}
"""Where it stands that somebody asked, and what was read anew of Pivotal for them."""
ALONE = {"doctor", "home", "people", "settings", "snoozed", "subscriptions", "whoami"}

socket = pytest.mark.parametrize("mode", ["socket"])


@pytest.fixture
def extras():
    return ("mentions",)


def replies(slack, channel, to):
    return [message for message in slack.messages(channel) if message.thread_ts == to.ts and message.user == BOT]


async def test_mention_in_a_thread_is_answered_there(bot, slack):
    await slack.types("What about Aurora?", by=ANA, channel=ONBOARDING)
    first = slack.messages(ONBOARDING)[0]

    await slack.types("@Onboarding aurora", by=ANA, channel=ONBOARDING, thread_ts=first.ts)

    (card,) = replies(slack, ONBOARDING, first)
    assert "Aurora Foods" in card.seen
    assert "shared by Ana Ruiz" in card.seen


@socket
async def test_mention_in_the_channel_starts_a_thread(bot, slack):
    await slack.types("@Onboarding #89", by=ANA, channel=ONBOARDING)

    (card,) = replies(slack, ONBOARDING, slack.messages(ONBOARDING)[0])
    assert "Aurora Foods" in card.seen


@socket
async def test_name_may_come_before_the_mention(bot, slack):
    await slack.types("aurora foods @Onboarding", by=ANA, channel=ONBOARDING)

    assert len(replies(slack, ONBOARDING, slack.messages(ONBOARDING)[0])) == 1


@socket
async def test_unknown_name_is_told_to_who_asked_only(bot, slack):
    await slack.types("@Onboarding zzzz", by=ANA, channel=ONBOARDING)

    answer = slack.last(by=ANA, channel=ONBOARDING)
    assert "No customer is called “zzzz”" in answer.seen
    assert answer.ephemeral_to == ANA
    assert slack.calls_of("chat.postMessage") == []


@socket
@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("help", "What you can ask me"),
        ("at-risk", "At-risk onboardings"),
        ("at risk phase:review", "At-risk onboardings"),
        ("mine", "Your onboardings"),
        ("list state:paused", "Paused Ltd"),
        ("log #89", "Aurora Foods"),
        ("", "Your onboardings"),
        ("at-rsk", "Did you mean `/onboarding at-risk`?"),
        ("lanches this week", "Did you mean `/onboarding launches this week`?"),
    ],
)
async def test_what_else_can_be_looked_up_is_told_to_who_asked_only(bot, slack, asked, words):
    await slack.types(f"@Onboarding {asked}", by=ANA, channel=ONBOARDING)

    answer = slack.last(by=ANA, channel=ONBOARDING)
    assert words in answer.seen
    assert answer.ephemeral_to == ANA
    assert slack.calls_of("chat.postMessage") == []


@socket
@pytest.mark.parametrize(
    ("asked", "typed"),
    [
        ("advance #89", "/onboarding advance #89"),
        ("#89 pause legal is stuck", "/onboarding pause #89 legal is stuck"),
        ("digest now at-risk", "/onboarding digest now at-risk"),
        ("subscribe at-risk", "/onboarding subscribe at-risk"),
    ],
)
async def test_who_wants_to_change_something_by_mention_is_told_what_to_type(bot, slack, pivotal, asked, typed):
    await slack.types(f"@Onboarding {asked}", by=ANA, channel=ONBOARDING)

    answer = slack.last(by=ANA, channel=ONBOARDING)
    assert f"Type `{typed}` in a channel" in answer.seen
    assert answer.ephemeral_to == ANA
    assert pivotal.patches(89) == []
    assert slack.calls_of("chat.postMessage") == []


@pytest.fixture
def kept(bot):
    """`await kept()`: what is remembered because somebody wanted it."""

    async def everything():
        async with bot.store.database.reading() as connection:
            return {
                table.name: sorted(map(repr, await connection.execute(select(table))))
                for table in metadata.sorted_tables
                if table.name not in NOT_KEPT
            }

    return everything


@socket
async def test_nothing_is_changed_by_mention_whatever_the_verb(bot, slack, pivotal, kept):
    for typed in ("subscribe at-risk", "snooze late ltd 3d on holiday", "follow #101", "flag #101 late"):
        await slack.types(f"/onboarding {typed}", by=CARA, channel=ONBOARDING)
    before, posted = await kept(), len(slack.calls_of("chat.postMessage"))
    asked_of_pivotal = len(pivotal.requests)
    assert [name for name in ("subscriptions", "snoozes", "follows") if not before[name]] == []

    for verb in sorted(VERBS):
        order = "" if verb in ALONE else ORDERS.get(verb, "#89")
        await slack.types(f"@Onboarding {verb} {order}", by=CARA, channel=ONBOARDING)
        assert slack.last(by=CARA, channel=ONBOARDING).ephemeral_to == CARA, verb
        assert await kept() == before, verb

    assert {one.method for one in pivotal.requests[asked_of_pivotal:]} <= {"GET"}
    assert len(slack.calls_of("chat.postMessage")) == posted


@socket
@pytest.mark.parametrize("asked", ["show aurora", "list & co"])
async def test_name_is_a_name_even_when_it_begins_with_a_verb(bot, slack, asked):
    await slack.types(f"@Onboarding {asked}", by=ANA, channel=ONBOARDING)

    (card,) = replies(slack, ONBOARDING, slack.messages(ONBOARDING)[0])
    assert asked.split()[-1] in card.seen.casefold()


@socket
async def test_several_matches_are_offered_to_who_asked_only(bot, slack):
    await slack.types("@Onboarding acme", by=ANA, channel=ONBOARDING)

    answer = slack.last(by=ANA, channel=ONBOARDING)
    assert "Which one do you mean?" in answer.seen
    assert answer.ephemeral_to == ANA


@socket
async def test_one_of_several_is_opened_and_shared_in_the_thread_it_was_asked_in(bot, slack):
    await slack.types("What about Acme?", by=ANA, channel=ONBOARDING)
    first = slack.messages(ONBOARDING)[0]
    await slack.types("@Onboarding acme", by=ANA, channel=ONBOARDING, thread_ts=first.ts)

    await slack.clicks("Open Acme Corp #101", by=ANA, channel=ONBOARDING)
    opened = slack.last(by=ANA, channel=ONBOARDING)
    await slack.clicks("Share to channel", by=ANA, channel=ONBOARDING)

    posted = [message for message in replies(slack, ONBOARDING, first) if not message.ephemeral_to]
    assert (opened.ephemeral_to, opened.thread_ts) == (ANA, first.ts)
    assert ["shared by Ana Ruiz" in message.seen for message in posted] == [True]


@socket
async def test_where_customers_read_only_the_one_who_asked_sees_it(bot, slack):
    await slack.types("@Onboarding aurora", by=ANA, channel=AURORA_SHARED)

    answer = slack.last(by=ANA, channel=AURORA_SHARED)
    assert answer.ephemeral_to == ANA
    assert "Only you can see this." in answer.seen
    assert "Review (3 of 7)" in answer.seen
    assert slack.calls_of("chat.postMessage") == []


@socket
async def test_stranger_is_refused_politely(bot, slack):
    await slack.types("@Onboarding aurora", by=ERIN, channel=AURORA_SHARED)

    answer = slack.last(by=ERIN, channel=AURORA_SHARED)
    assert answer.ephemeral_to == ERIN
    assert "answers only full members" in answer.seen
    assert "Review" not in answer.seen


@socket
async def test_event_delivered_twice_is_answered_once(bot, slack):
    body = {
        "event_id": "Ev1",
        "team_id": "T0HOME001",
        "event": {
            "type": "app_mention",
            "user": ANA,
            "channel": ONBOARDING,
            "text": f"<@{BOT}> #89",
            "ts": "1788762600.000100",
        },
    }

    for _ in range(2):
        await bot.door.on_event(_acknowledged, body)
    await bot.settled()

    assert len(slack.calls_of("chat.postMessage")) == 1


async def _acknowledged(**_):
    return None
