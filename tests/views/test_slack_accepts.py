"""Whatever Pivotal's records hold, Slack takes what is drawn of them: posted, published and opened over HTTP."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import Refused
from bot.domain.launches import Lanes
from bot.domain.moves import Verb, plan
from bot.domain.records import Directory, Person
from bot.domain.risk import Risk
from bot.domain.unmapped import Unmapped
from bot.listeners.manifest import manifest
from bot.sandbox.slack import LocalSlack
from bot.sandbox.slack.world import ANA, ONBOARDING
from bot.views import card, claims, home, lists, log, mapping, modal, unfurl
from bot.views.home import Backstage, Home, Part, Welcome
from bot.views.message import Message
from bot.views.rows import Row
from bot.views.values import Turning
from tests.views.odd import ODD, REASONS, STANDINGS

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
def odd(viewing):
    return replace(viewing, directory=Directory({"user_odd": Person("user_odd", name="<!channel> " * 30)}))


@seldom
@given(standing=STANDINGS, reasons=REASONS, notice=ODD, flags=some.tuples(*[some.booleans()] * 3))
async def test_cards(standing, reasons, notice, flags, odd, takes):
    test_key, private, stale = flags

    drawn = card.card(
        standing,
        replace(odd, test_key=test_key, stale=stale),
        reasons=reasons,
        private=private,
        notice=notice,
        shared_by=notice,
    )

    await takes.everywhere(drawn)
    await takes.post(card.tombstone(standing.title, odd, display_id=7))


@seldom
@given(standing=STANDINGS, verb=some.sampled_from([Verb.ADVANCE, Verb.PAUSE, Verb.FLAG, Verb.WAITING, Verb.RESUME]))
async def test_questions(standing, verb, odd, takes):
    try:
        move = plan(verb, standing.onboarding, phases=odd.phases, test_key=True)
    except Refused:
        return

    await takes.everywhere(card.question(standing, move, replace(odd, test_key=True)))


@seldom
@given(standings=MANY, reasons=REASONS, typed=ODD, page=some.integers(-1, 51))
async def test_lists(standings, reasons, typed, page, odd, takes):
    seen = replace(odd, stale=typed)
    lanes = Lanes(standings[:2], standings[2:4], (), standings[4:8], standings[8:], ())
    why = {one.onboarding.id: reasons for one in standings}

    await takes.everywhere(
        lists.listing(typed or "x", standings, seen, page=page, filters=typed, told=typed, note=typed)
    )
    await takes.everywhere(lists.at_risk([Risk(one, tuple(reasons)) for one in standings], seen, page=page))
    await takes.everywhere(lists.launches(lanes, seen, page=page, filters=typed, told=typed))
    await takes.everywhere(lists.home(standings, seen, linked=True, creates=True, reasons=why))


@seldom
@given(standings=MANY, question=ODD)
async def test_lists_to_pick_from(standings, question, odd, takes):
    await takes.everywhere(lists.pick(question, standings, odd))
    await takes.everywhere(lists.pick(question, standings, odd, verb=Verb.PAUSE, reason=question))
    await takes.everywhere(log.which(question, standings, odd))
    await takes.post(unfurl.unfurl(standings, replace(odd, test_key=True)))


@seldom
@given(name=ODD, count=some.sampled_from([0, 1, 10, 11, 500]), page=some.integers(-1, 51))
async def test_owners_nobody_is_linked_to(name, count, page, odd, takes):
    guess = Person("user_0", ANA, name, learned="claim", confirmed=False)
    owners = [Unmapped(f"user_{n}", n, (name, name), ("csm",), guess) for n in range(count)]

    await takes.everywhere(mapping.listing(owners, odd, page=page))
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

    await takes.publish(home.home(content, replace(odd, stale=name, test_key=True)))
