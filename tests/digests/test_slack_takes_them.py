"""Whatever the records hold, Slack takes every digest: the local one is sent each and refuses what Slack refuses."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from slack_sdk.web.async_client import AsyncWebClient

from bot.digests import DIGESTS
from bot.digests.digest import Briefing
from bot.domain.phases import DEFAULT, Phases
from bot.domain.records import (
    AuditEntry,
    Delivery,
    DeliveryStatus,
    Directory,
    History,
    Person,
    Slip,
    Snapshot,
    Snooze,
    Standing,
    Subscription,
)
from bot.listeners.manifest import manifest
from bot.pivotal.models import CustomerRow, OnboardingRow
from bot.sandbox.slack import LocalSlack
from bot.sandbox.slack.world import ONBOARDING
from bot.views.digest_frame import Frame

NOW = datetime(2026, 9, 9, 7, tzinfo=UTC)
TODAY = NOW.date()
LONG = "&" * 300
MARKUP = "&<>*_~`|@#!:[](){}\\\"'/\n\t\r\0\u200b\u202e\u2066"
LETTERS = some.sampled_from(
    [*MARKUP, "a", "é", "漢", "ש", "👩🏽‍💻", "🇩🇪", "<!channel>", "<@U0ANA0001>", "&amp;", "@here"]
)
NAMES = some.lists(LETTERS, max_size=30).map("".join) | some.sampled_from(
    ["", "A" * 300, "👩🏽‍💻" * 75, "שלום " * 60, "<!channel>" * 30, *(character * 300 for character in MARKUP)]
)
DAY = some.integers(-40, 40).map(lambda days: TODAY + timedelta(days=days))
MOMENT = some.integers(0, 200).map(lambda days: NOW - timedelta(days=days))
DAYS, WHEN = some.none() | DAY, some.none() | MOMENT
OWNERS = some.none() | some.sampled_from(["user_csm_001", "user_csm_002", "user_odd"]) | NAMES
ONBOARDINGS = some.builds(
    OnboardingRow,
    id=some.just("onb"),
    display_id=some.integers(1, 10**9),
    customer_id=some.just("cus"),
    phase=some.sampled_from(DEFAULT) | NAMES,
    state=some.sampled_from(["active", "paused", "at_risk", "waiting", "done"]) | NAMES,
    name=some.none() | NAMES,
    waiting_on_customer=some.none() | some.booleans(),
    target_launch_date=DAYS,
    csm_id=OWNERS,
    se_id=OWNERS,
    created_at=WHEN,
    started_at=WHEN,
)
CUSTOMERS = some.none() | some.builds(CustomerRow, id=some.just("cus"), display_id=some.integers(1, 999), name=NAMES)
SLIPS = some.builds(Slip, before=some.just(TODAY - timedelta(days=9)), after=DAY, seen_at=MOMENT)
HISTORIES = some.builds(History, phase_since=WHEN, state_since=WHEN, slips=some.lists(SLIPS, max_size=3).map(tuple))
STANDINGS = some.lists(
    some.builds(Standing, onboarding=ONBOARDINGS, customer=CUSTOMERS, history=HISTORIES), min_size=1, max_size=6
)
COUNTS = some.sampled_from([0, 1, 10, 11, 13, 14, 60, 500]) | some.integers(0, 500)
ODDITIES = some.fixed_dictionaries(
    {
        "filters": NAMES,
        "late": some.booleans(),
        "late_because": NAMES,
        "asked_by": NAMES,
        "moved_from": some.lists(some.just(TODAY), max_size=7).map(tuple),
        "mentions": some.booleans(),
        "test_key": some.booleans(),
        "missed": some.none()
        | some.builds(
            Delivery,
            subscription_id=some.just("sub"),
            slot=some.sampled_from(["2026-09-08", "odd"]),
            status=some.sampled_from([DeliveryStatus.SKIPPED, DeliveryStatus.UNCERTAIN]),
            claimed_at=some.just(NOW),
            channel=some.just(ONBOARDING),
            reason=some.none() | NAMES,
        ),
    }
)
DIRECTORY = Directory(
    {
        "user_csm_001": Person("user_csm_001", "U0ANA0001", "Ana Ruiz"),
        "user_odd": Person("user_odd", "U0BEN0001", "<!channel>&" * 40),
    }
)


def copies(drawn: list[Standing], count: int) -> tuple[Standing, ...]:
    """So many onboardings, each like one of those drawn."""
    return tuple(
        replace(one, onboarding=one.onboarding.model_copy(update={"id": f"onb_{number:03}", "display_id": number + 1}))
        for number, one in ((number, drawn[number % len(drawn)]) for number in range(count))
    )


def briefing(kind: str, standings: tuple[Standing, ...], name: str, odd: dict, first: int = 0) -> Briefing:
    snapshot = Snapshot(standings, {}, NOW)
    made = datetime(2026, 9, 1, tzinfo=UTC)
    subscription = Subscription("sub", "T", ONBOARDING, kind, "daily", time(9), "Europe/Berlin", "U0ANA0001", made)
    day = date(2026, 9, 21)
    frame = Frame(
        phases=Phases(),
        directory=DIRECTORY,
        now=NOW,
        zone=ZoneInfo("Europe/Berlin"),
        as_of=NOW,
        subscription="sub",
        snoozed=tuple(
            Snooze(ONBOARDING, one.onboarding.id, name, day, name, "U0ANA0001", name, NOW, "") for one in standings[::7]
        ),
        set_by={
            one.onboarding.id: AuditEntry(
                NOW,
                "U0ANA0001",
                name,
                "form",
                "flag",
                one.onboarding.id,
                name,
                "Active",
                "At risk, Waiting on customer",
                "done",
                "K7",
                name,
            )
            for one in standings[::2]
        },
        **odd,
    )
    return Briefing(
        subscription, snapshot, snapshot, None, frame, medians=dict.fromkeys(DEFAULT, 3.0), week_first=first
    )


@pytest.fixture
async def post():
    """`await post(message)`: send it to the local Slack as the bot does; raises what Slack refuses."""
    moment = [NOW]
    async with (
        LocalSlack(manifest(), clock=lambda: moment[0]) as slack,
        aiohttp.ClientSession() as session,
    ):
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, session=session, retry_handlers=[])

        async def posts(message, thread_ts=None):
            moment[0] += timedelta(seconds=1)
            answer = await client.chat_postMessage(channel=ONBOARDING, thread_ts=thread_ts, **message.payload())
            return answer["ts"]

        yield posts


@pytest.mark.parametrize("kind", ["at-risk", "launch-week"])
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(drawn=STANDINGS, count=COUNTS, before=COUNTS, name=NAMES, odd=ODDITIES, first=some.integers(0, 6))
async def test_slack_takes_every_digest(post, kind, drawn, count, before, name, odd, first):
    standings = copies(drawn, count)
    last = DIGESTS[kind].write(briefing(kind, copies(drawn[::-1], before), name, odd, first))

    written = DIGESTS[kind].write(replace(briefing(kind, standings, name, odd, first), previous=last.said))

    assert len(written.message.blocks) <= 15
    ts = await post(written.message)
    for message in written.thread[:3]:
        await post(message, thread_ts=ts)


def longest(number: int) -> Standing:
    """A record in which whatever can be long is as long as can be once it is escaped."""
    ago = timedelta(days=40)
    record = OnboardingRow(
        id=f"onb_{number}",
        display_id=10**9 + number,
        customer_id="cus",
        phase=LONG,
        state="at_risk",
        waiting_on_customer=True,
        target_launch_date=TODAY + timedelta(days=number % 12 - 4),
        csm_id=LONG,
        created_at=NOW - ago,
    )
    slips = (Slip(TODAY - ago, TODAY + timedelta(days=number % 12 - 4), NOW),) * 3
    return Standing(record, CustomerRow(id="cus", display_id=1, name=LONG), History(NOW - ago, NOW - ago, slips=slips))


@pytest.mark.parametrize("kind", ["at-risk", "launch-week"])
@pytest.mark.parametrize("previous", [range(0), range(500, 1000)], ids=["all continue", "all are new"])
async def test_slack_takes_the_longest_there_is(post, kind, previous):
    odd = {
        "filters": LONG,
        "late": True,
        "late_because": LONG,
        "asked_by": LONG,
        "moved_from": (TODAY,) * 9,
        "missed": Delivery("sub", "2026-09-08", DeliveryStatus.UNCERTAIN, NOW, ONBOARDING, reason=LONG),
        "test_key": True,
    }
    last = DIGESTS[kind].write(briefing(kind, tuple(map(longest, previous)), LONG, odd))

    written = DIGESTS[kind].write(
        replace(briefing(kind, tuple(map(longest, range(500))), LONG, odd), previous=last.said)
    )

    assert len(written.message.blocks) <= 15
    ts = await post(written.message)
    for message in written.thread:
        await post(message, thread_ts=ts)
