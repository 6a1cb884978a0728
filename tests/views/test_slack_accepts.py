"""Whatever Pivotal's records hold, Slack takes what is drawn of them: posted, published and opened over HTTP."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import Refused
from bot.domain.launches import Lanes
from bot.domain.moves import Verb, plan
from bot.domain.phases import DEFAULT
from bot.domain.records import Directory, History, Person, Slip, Standing
from bot.domain.risk import Reason, Risk
from bot.domain.unmapped import Unmapped
from bot.listeners.manifest import manifest
from bot.pivotal.models import CustomerRow, OnboardingRow
from bot.sandbox.slack import LocalSlack
from bot.sandbox.slack.world import ANA, ONBOARDING
from bot.views import card, claims, home, lists, log, mapping, modal, unfurl
from bot.views.home import Backstage, Home, Part, Welcome
from bot.views.message import Message
from bot.views.rows import Row
from bot.views.values import Turning

ODD = some.sampled_from(
    [
        "",
        " ",
        "\u200b",
        "A" * 300,
        "&" * 300,
        "<" * 300,
        "*_~`>|\\" * 40,
        "👩🏽‍💻" * 100,
        "שלום עולם " * 30,
        "<!channel> <@U0ANA0001> <#C0ONBOARD>",
        "<https://evil.example|Click>",
        "@here",
        "{} {0} %s",
        "two\nlines",
    ]
) | some.text(max_size=40)
WHEN = some.none() | some.integers(1_600_000_000, 1_900_000_000).map(lambda at: datetime.fromtimestamp(at, UTC))
OWNER = some.none() | some.sampled_from(["user_csm_001", "user_odd"]) | ODD.filter(bool)
ONBOARDINGS = some.builds(
    OnboardingRow,
    id=some.text("abc_0", min_size=1, max_size=40),
    display_id=some.integers(1, 10**9),
    customer_id=some.just("cus"),
    phase=some.sampled_from(DEFAULT) | ODD,
    state=some.sampled_from(["active", "paused", "at_risk", "waiting", "completed"]) | ODD,
    name=some.none() | ODD,
    waiting_on_customer=some.none() | some.booleans(),
    target_launch_date=some.none() | some.dates(),
    csm_id=OWNER,
    se_id=OWNER,
    designer_id=OWNER,
    product_ops_id=OWNER,
)
CUSTOMERS = some.builds(
    CustomerRow, id=some.just("cus"), display_id=some.integers(1, 10**9), name=ODD, slug=some.none() | ODD
)
SLIPS = some.builds(Slip, before=some.dates(), after=some.dates(), seen_at=WHEN.filter(bool))
HISTORIES = some.builds(History, phase_since=WHEN, state_since=WHEN, slips=some.lists(SLIPS, max_size=2).map(tuple))
STANDINGS = some.builds(Standing, onboarding=ONBOARDINGS, customer=some.none() | CUSTOMERS, history=HISTORIES)
REASONS = some.lists(some.builds(Reason, rule=some.just("x"), text=ODD, weight=some.integers(1, 9)), max_size=5)
MANY = some.tuples(some.sampled_from([0, 1, 10, 11, 500]), some.lists(STANDINGS, min_size=1, max_size=4)).map(
    lambda drawn: repeated(*drawn)
)

seldom = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def repeated(count, some_of_them):
    """So many records, each with an id of its own."""
    found = []
    for number in range(count):
        one = some_of_them[number % len(some_of_them)]
        found.append(replace(one, onboarding=one.onboarding.model_copy(update={"id": f"onb_{number}"})))
    return tuple(found)


class Taker:
    """Gives what is drawn to the local Slack as the bot does; SlackApiError is what Slack refuses."""

    def __init__(self, slack, client):
        self._slack = slack
        self._client = client

    async def post(self, message: Message):
        await self._client.chat_postMessage(channel=ONBOARDING, **message.payload())

    async def open(self, view):
        await self._client.views_open(trigger_id=self._slack.workspace.triggers.issue(ANA), view=view)

    async def publish(self, view):
        await self._client.views_publish(user_id=ANA, view=view)

    async def everywhere(self, message: Message):
        """In a channel, and in a modal."""
        await self.post(message)
        await self.open(modal.told("Onboarding", message))


@pytest.fixture
async def takes():
    async with LocalSlack(manifest(), burst=10**9) as slack:
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        yield Taker(slack, client)


@pytest.fixture
def odd(look):
    return {**look, "directory": Directory({"user_odd": Person("user_odd", name="<!channel> " * 30)})}


@seldom
@given(standing=STANDINGS, reasons=REASONS, notice=ODD, flags=some.tuples(*[some.booleans()] * 3))
async def test_cards(standing, reasons, notice, flags, odd, takes):
    test_key, private, stale = flags

    drawn = card.card(
        standing,
        **odd,
        reasons=reasons,
        test_key=test_key,
        private=private,
        stale=stale,
        notice=notice,
        shared_by=notice,
    )

    await takes.everywhere(drawn)
    await takes.post(card.tombstone(standing.title, display_id=7, now=odd["now"], zone=odd["zone"]))


@seldom
@given(standing=STANDINGS, verb=some.sampled_from([Verb.ADVANCE, Verb.PAUSE, Verb.FLAG, Verb.WAITING, Verb.RESUME]))
async def test_questions(standing, verb, odd, takes):
    try:
        move = plan(verb, standing.onboarding, phases=odd["phases"], test_key=True)
    except Refused:
        return

    await takes.everywhere(card.question(standing, move, now=odd["now"], zone=odd["zone"], test_key=True))


@seldom
@given(standings=MANY, reasons=REASONS, typed=ODD, page=some.integers(-1, 51))
async def test_lists(standings, reasons, typed, page, odd, takes):
    sheet = {**odd, "as_of": odd["now"], "stale": typed}
    lanes = Lanes(standings[:2], standings[2:4], (), standings[4:8], standings[8:], ())
    why = {one.onboarding.id: reasons for one in standings}

    await takes.everywhere(
        lists.listing(typed or "x", standings, **sheet, page=page, filters=typed, told=typed, note=typed)
    )
    await takes.everywhere(lists.at_risk([Risk(one, tuple(reasons)) for one in standings], **sheet, page=page))
    await takes.everywhere(lists.launches(lanes, **sheet, page=page, filters=typed, told=typed))
    await takes.everywhere(lists.home(standings, **sheet, linked=True, creates=True, reasons=why))


@seldom
@given(standings=MANY, question=ODD)
async def test_lists_to_pick_from(standings, question, odd, takes):
    sheet = {**odd, "as_of": odd["now"]}

    await takes.everywhere(lists.pick(question, standings, **sheet))
    await takes.everywhere(lists.pick(question, standings, **sheet, verb=Verb.PAUSE, reason=question))
    await takes.everywhere(log.which(question, standings, **sheet))
    await takes.post(unfurl.unfurl(standings, **odd, test_key=True))


@seldom
@given(name=ODD, count=some.sampled_from([0, 1, 10, 11, 500]), page=some.integers(-1, 51))
async def test_owners_nobody_is_linked_to(name, count, page, odd, takes):
    guess = Person("user_0", ANA, name, learned="claim", confirmed=False)
    owners = [Unmapped(f"user_{n}", n, (name, name), ("csm",), guess) for n in range(count)]
    sheet = {"now": odd["now"], "zone": odd["zone"], "as_of": odd["now"]}

    await takes.everywhere(mapping.listing(owners, page=page, **sheet))
    await takes.everywhere(Message("Who?", claims.offer(owners, page=page)))


@seldom
@given(standings=MANY, reasons=REASONS, name=ODD)
async def test_homes(standings, reasons, name, odd, takes):
    rows = [Row(one, reasons) for one in standings]
    content = Home(
        [Part(name or "x", rows, Turning("list", name, 1), name or "x") for _ in range(3)],
        (),
        (("Digests", "subscriptions"),),
        {},
        Welcome("/onboarding", linked=False),
        Backstage(len(rows), (), (name,)),
        creates=True,
        offer=claims.offer([Unmapped(f"user_{n}", 1, (name,), ("csm",)) for n in range(len(rows))]),
    )

    await takes.publish(home.home(content, **odd, as_of=odd["now"], stale=name, test_key=True))
