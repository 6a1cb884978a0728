import asyncio
import json
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery import PATIENCE, Delivery, NotPosted, Revoked, Uncertain, Unsent
from bot.domain.audience import UNKNOWN, Audience
from bot.domain.customer_channels import named
from bot.domain.errors import Busy, Forbidden, UpstreamError
from bot.listeners.manifest import manifest
from bot.sandbox.slack import LocalSlack
from bot.sandbox.slack.world import BOT, TEAM
from bot.views.message import Message, say

ANA = "U0ANA0001"
ONBOARDING, LEADS, ARCHIVED, RANDOM = "C0ONBOARD", "C0LEADS01", "C0ARCHIVD", "C0RANDOM1"
LAUNCHES = "C0LAUNCHS"
SHARED, PARTNERS, GLOBEX = "C0AURSHRD", "C0PARTNER", "C0GLOBEX1"
HELLO = say("Hello & goodbye")
PENDING = ("is_pending_ext_shared", "pending_shared", "pending_connected_team_ids")
"""The fields in which Slack tells of an invitation to another organisation."""


class Time:
    """A clock that only moves when told to, and a sleep that moves it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 9, 7, 7, tzinfo=UTC)
        self.slept: list[float] = []

    def clock(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def slack(time: Time) -> AsyncIterator[LocalSlack]:
    async with LocalSlack(manifest(), clock=time.clock) as local:
        yield local


async def customers(_age: timedelta) -> set[str]:
    return {GLOBEX}


@pytest.fixture
async def client(slack: LocalSlack) -> AsyncIterator[AsyncWebClient]:
    async with aiohttp.ClientSession() as session:
        yield AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, session=session, retry_handlers=[])


@pytest.fixture
def delivery(client: AsyncWebClient, time: Time) -> Delivery:
    return Delivery(client, clock=time.clock, sleep=time.sleep, team=TEAM, me=BOT, customer_channels=customers)


async def test_message_is_posted_once_with_its_fallback_text(slack, delivery):
    posted = await delivery.post(ONBOARDING, HELLO)

    (message,) = slack.messages(ONBOARDING)
    assert (message.ts, message.text) == (posted.ts, "Hello & goodbye")
    assert len(slack.calls_of("chat.postMessage")) == 1


async def test_reply_goes_to_the_thread(slack, delivery):
    posted = await delivery.post(ONBOARDING, HELLO)

    await delivery.post(ONBOARDING, say("More"), thread_ts=posted.ts)

    assert slack.calls_of("chat.postMessage")[-1].args["thread_ts"] == posted.ts


class Turning(Time):
    """A time in which, while the bot waits for Slack, a channel is shared with others."""

    slack: LocalSlack | None = None

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds)
        if self.slack:
            self.slack.becomes_external(ONBOARDING)


class TestWhatWaitsForSlack:
    @pytest.fixture
    def time(self) -> Turning:
        return Turning()

    @pytest.fixture
    async def posted(self, slack, delivery, time):
        """A message that stood there before; from here on each wait lets others in."""
        standing = await delivery.post(ONBOARDING, HELLO)
        time.slack = slack
        return standing

    @pytest.mark.parametrize("method", ["chat.postMessage", "conversations.members", "users.info"])
    async def test_is_not_posted_once_the_channel_has_other_readers(self, slack, delivery, time, posted, method):
        time.now += timedelta(minutes=11)
        slack.fails(method, error="ratelimited", retry_after=100)

        with pytest.raises(Forbidden, match="shared"):
            await delivery.post(ONBOARDING, say("Secret"))

        assert [message.text for message in slack.messages(ONBOARDING)] == ["Hello & goodbye"]

    async def test_nor_is_an_update(self, slack, delivery, posted):
        slack.fails("chat.update", error="ratelimited", retry_after=100)

        with pytest.raises(Forbidden, match="shared"):
            await delivery.update(ONBOARDING, posted.ts, say("Secret"))

        assert [message.text for message in slack.messages(ONBOARDING)] == ["Hello & goodbye"]

    async def test_nor_is_a_preview_below_a_link(self, slack, delivery, posted):
        slack.fails("chat.unfurl", error="ratelimited", retry_after=100)

        with pytest.raises(Forbidden, match="shared"):
            await delivery.unfurl(ONBOARDING, posted.ts, {"https://my.pivotal.app/onboardings/89": HELLO})

        assert len(slack.calls_of("chat.unfurl")) == 1


class Watching:
    """Whoever has to know when a message may be on its way; it notes what Slack was asked for by then."""

    def __init__(self, slack: LocalSlack, *, lost: bool = False) -> None:
        self.slack, self.lost = slack, lost
        self.seen: list[tuple[str, str, int]] = []

    async def begins(self) -> None:
        self._note("begins")
        if self.lost:
            raise Busy("That digest is being posted already.")

    async def refused(self) -> None:
        self._note("refused")

    def _note(self, what: str) -> None:
        self.seen.append((what, self.slack.calls[-1].method, len(self.slack.calls_of("chat.postMessage"))))


async def test_that_it_is_sent_is_told_right_before_the_request_and_taken_back_while_slack_makes_it_wait(
    slack, delivery, time
):
    slack.fails("chat.postMessage", error="ratelimited", retry_after=30)
    watching = Watching(slack)

    await delivery.post(ONBOARDING, HELLO, sending=watching)

    assert [(what, posts) for what, _, posts in watching.seen] == [("begins", 0), ("refused", 1), ("begins", 1)]
    assert watching.seen[0][1] == "users.info", "all that is asked before is answered by then"
    assert time.slept == [30.0]
    assert len(slack.messages(ONBOARDING)) == 1


async def test_that_it_was_sent_is_not_taken_back_where_nobody_knows(slack, delivery):
    slack.drops("chat.postMessage")
    watching = Watching(slack)

    with pytest.raises(Uncertain):
        await delivery.post(ONBOARDING, HELLO, sending=watching)

    assert [what for what, *_ in watching.seen] == ["begins"]


async def test_nothing_is_sent_once_somebody_else_has_the_claim(slack, delivery):
    with pytest.raises(Busy):
        await delivery.post(ONBOARDING, HELLO, sending=Watching(slack, lost=True))

    assert slack.calls_of("chat.postMessage") == []


async def test_what_is_changed_goes_by_customers_channels_as_new_as_what_is_posted(client, time):
    ages = []

    async def customers(age: timedelta) -> set[str]:
        ages.append(age)
        return set()

    delivery = Delivery(client, clock=time.clock, sleep=time.sleep, team=TEAM, me=BOT, customer_channels=customers)
    posted = await delivery.post(ONBOARDING, HELLO)

    await delivery.update(posted.channel, posted.ts, say("Changed"))
    delivery.ask_ahead(ONBOARDING)
    await delivery.update(posted.channel, posted.ts, say("Changed again"))

    assert ages == [timedelta(minutes=15)] * 3


async def test_message_is_replaced(slack, delivery):
    posted = await delivery.post(ONBOARDING, HELLO)

    await delivery.update(posted.channel, posted.ts, say("Changed"))

    assert [message.text for message in slack.messages(ONBOARDING)] == ["Changed"]


async def test_what_has_changed_or_may_have_in_a_channel_is_told_of_and_what_slack_refused_is_not(slack, client, time):
    told = []

    async def changed(channel: str, ts: str) -> None:
        told.append((channel, ts))

    delivery = Delivery(
        client, clock=time.clock, sleep=time.sleep, team=TEAM, me=BOT, customer_channels=customers, changed=changed
    )
    posted, direct = await delivery.post(ONBOARDING, HELLO), await delivery.tell(ANA, HELLO)

    await delivery.update(posted.channel, posted.ts, HELLO)
    await delivery.update(direct.channel, direct.ts, HELLO)
    slack.drops("chat.update")
    with pytest.raises(Uncertain):
        await delivery.update(posted.channel, posted.ts, say("Changed"))
    with pytest.raises(NotPosted):
        await delivery.update(ONBOARDING, "1.2", HELLO)

    assert told == [(posted.channel, posted.ts)] * 2


async def test_person_is_told_in_a_direct_message(slack, delivery):
    await delivery.tell(ANA, HELLO)

    assert [message.text for message in slack.messages("D0ANA0001", ANA)] == ["Hello & goodbye"]


@pytest.mark.parametrize(
    ("channel", "code", "pauses"),
    [(RANDOM, "not_in_channel", False), (ARCHIVED, "is_archived", True), ("C0NOWHERE", "channel_not_found", True)],
)
async def test_refusal_says_why_and_whether_it_will_last(slack, delivery, channel, code, pauses):
    with pytest.raises(NotPosted) as refused:
        await delivery.post(channel, HELLO)

    assert (refused.value.code, refused.value.pauses) == (code, pauses)
    assert refused.value.message
    assert refused.value.hint


async def test_refusal_nobody_knows_is_named(slack, delivery):
    slack.fails("chat.postMessage", error="team_access_not_granted")

    with pytest.raises(NotPosted, match="team_access_not_granted") as refused:
        await delivery.post(ONBOARDING, HELLO)

    assert not refused.value.pauses


async def test_rate_limit_is_waited_out_for_as_long_as_slack_asks(slack, delivery, time):
    slack.fails("chat.postMessage", error="ratelimited", retry_after=7, times=2)

    await delivery.post(ONBOARDING, HELLO)

    assert time.slept == [7, 7]
    assert len(slack.messages(ONBOARDING)) == 1


async def test_rate_limit_is_not_waited_for_without_end(slack, delivery, time):
    slack.fails("chat.postMessage", error="ratelimited", retry_after=50, times=9)

    with pytest.raises(Unsent):
        await delivery.post(ONBOARDING, HELLO)

    assert sum(time.slept) <= PATIENCE
    assert slack.messages(ONBOARDING) == []


async def test_dropped_connection_is_uncertain_and_never_repeated(slack, delivery):
    slack.drops("chat.postMessage")

    with pytest.raises(Uncertain):
        await delivery.post(ONBOARDING, HELLO)

    assert len(slack.messages(ONBOARDING)) == 1


@pytest.mark.parametrize(("seconds", "asked"), [(2, 1), (3, 2)])
async def test_a_change_goes_by_who_was_asked_for_two_seconds_ahead_and_no_longer(
    slack, delivery, time, seconds, asked
):
    posted = await delivery.post(ONBOARDING, HELLO)
    before = len(slack.calls_of("conversations.info"))

    delivery.ask_ahead(ONBOARDING)
    time.now += timedelta(seconds=seconds)
    await delivery.update(ONBOARDING, posted.ts, say("Changed"))

    assert len(slack.calls_of("conversations.info")) == before + asked
    assert slack.messages(ONBOARDING)[0].text == "Changed"


async def test_what_was_asked_ahead_serves_one_change_and_lets_nothing_be_shown_to_customers(slack, delivery):
    posted = await delivery.post(ONBOARDING, HELLO)
    delivery.ask_ahead(ONBOARDING)
    await delivery.update(ONBOARDING, posted.ts, say("Changed"))
    slack.becomes_external(ONBOARDING)

    with pytest.raises(Forbidden):
        await delivery.update(ONBOARDING, posted.ts, say("Secret"))
    delivery.ask_ahead(ONBOARDING)
    with pytest.raises(Forbidden):
        await delivery.update(ONBOARDING, posted.ts, say("Secret"))

    assert len(slack.calls_of("chat.update")) == 1


class Impatient(AsyncWebClient):
    """Waits for a post hardly at all, and for everything else as long as it takes."""

    async def chat_postMessage(self, **arguments):
        async with asyncio.timeout(0.2):
            return await super().chat_postMessage(**arguments)


async def test_no_answer_in_time_is_uncertain(slack, time):
    slack.slows("chat.postMessage", seconds=60)
    async with aiohttp.ClientSession() as session:
        client = Impatient(token=slack.bot_token, base_url=slack.api_url, session=session, retry_handlers=[])
        delivery = Delivery(client, clock=time.clock, sleep=time.sleep, team=TEAM, me=BOT, customer_channels=customers)

        with pytest.raises(Uncertain):
            await delivery.post(ONBOARDING, HELLO)

    assert len(slack.calls_of("chat.postMessage")) <= 1


@pytest.mark.parametrize("code", ["fatal_error", "internal_error", "service_unavailable"])
async def test_slacks_own_trouble_is_uncertain(slack, delivery, code):
    slack.fails("chat.postMessage", error=code)

    with pytest.raises(Uncertain):
        await delivery.post(ONBOARDING, HELLO)


async def test_a_slack_that_cannot_be_reached_has_posted_nothing(time):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}/api/"
        async with aiohttp.ClientSession() as session:
            client = AsyncWebClient(token="xoxb-x", base_url=nobody, session=session, retry_handlers=[])
            delivery = Delivery(
                client, clock=time.clock, sleep=time.sleep, team=TEAM, me=BOT, customer_channels=customers
            )

            with pytest.raises(Unsent):
                await delivery.post(ONBOARDING, HELLO)

    assert time.slept


async def test_dead_token_is_told_apart(slack, time):
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(token="xoxb-dead", base_url=slack.api_url, session=session, retry_handlers=[])

        with pytest.raises(Revoked):
            await Delivery(
                client, clock=time.clock, sleep=time.sleep, team=TEAM, me=BOT, customer_channels=customers
            ).post(ONBOARDING, HELLO)


async def test_message_slack_calls_invalid_is_refused_without_pausing_anything(slack, delivery):
    slack.fails("chat.postMessage", error="msg_blocks_too_long")

    with pytest.raises(NotPosted) as refused:
        await delivery.post(ONBOARDING, Message("Hello"))

    assert not refused.value.pauses


async def test_a_channel_without_the_bot_is_refused_before_anything_is_posted(slack, delivery):
    with pytest.raises(NotPosted, match="not in that channel"):
        await delivery.guard(RANDOM)

    assert slack.calls_of("chat.postMessage") == []


@pytest.mark.parametrize("channel", [ONBOARDING, LEADS])
async def test_channel_of_the_team_alone_is_a_fit_place(delivery, channel):
    assert await delivery.readers.audience(channel) == Audience("team")
    await delivery.guard(channel)


@pytest.mark.parametrize(
    ("channel", "why"), [(SHARED, "shared with another"), (PARTNERS, "guests"), (GLOBEX, "customer’s own channel")]
)
async def test_channel_that_customers_read_is_refused_with_the_reason(delivery, channel, why):
    audience = await delivery.readers.audience(channel)

    assert audience.kind == "customers"
    with pytest.raises(Forbidden, match=why):
        await delivery.guard(channel)


@pytest.mark.parametrize(
    "written",
    [
        "C0LAUNCHS",
        "c0launchs",
        " C0LAUNCHS ",
        "https://acme.slack.com/archives/C0LAUNCHS",
        "https://app.slack.com/client/T0HOME001/C0LAUNCHS/thread/x",
        "<#C0LAUNCHS|launches>",
        "<#C0LAUNCHS>",
        "C0OTHER01,C0LAUNCHS",
        "slack: C0LAUNCHS (shared)",
        "launches",
        "#launches",
        " #Launches ",
        "#other, #launches",
    ],
)
async def test_customers_own_channel_is_one_however_it_is_written_in_pivotal(client, time, written):
    async def customers(_age: timedelta) -> frozenset[str]:
        return named(written)

    delivery = Delivery(client, clock=time.clock, sleep=time.sleep, team=TEAM, me=BOT, customer_channels=customers)

    assert (await delivery.readers.audience(LAUNCHES)).kind == "customers"
    assert (await delivery.readers.audience(ONBOARDING)).kind == "team"


class Sharing(AsyncWebClient):
    """A Slack that says of a channel that it is shared, and not with whom."""

    within: bool

    async def conversations_info(self, **arguments):
        answer = await super().conversations_info(**arguments)
        answer["channel"].update(is_shared=True, is_org_shared=self.within, is_ext_shared=False)
        return answer


@pytest.mark.parametrize(("within", "kind"), [(False, "customers"), (True, "team")])
async def test_channel_that_is_shared_counts_as_read_by_customers_unless_it_is_within_the_organisation(
    slack, time, within, kind
):
    async with aiohttp.ClientSession() as session:
        client = Sharing(token=slack.bot_token, base_url=slack.api_url, session=session, retry_handlers=[])
        client.within = within
        delivery = Delivery(client, clock=time.clock, sleep=time.sleep, team=TEAM, me=BOT, customer_channels=customers)

        assert (await delivery.readers.audience(ONBOARDING)).kind == kind


async def test_channel_turned_external_is_noticed_at_once(slack, delivery):
    assert (await delivery.readers.audience(ONBOARDING)).kind == "team"

    slack.becomes_external(ONBOARDING)

    assert (await delivery.readers.audience(ONBOARDING)).kind == "customers"


async def test_invitation_to_another_organisation_counts_before_it_is_accepted(slack, delivery):
    slack.invites_external(ONBOARDING)

    assert (await delivery.readers.audience(ONBOARDING)).kind == "customers"


@pytest.mark.parametrize(("field", "told"), [(PENDING[0], True), (PENDING[1], ["T9"]), (PENDING[2], ["T9"])])
async def test_whichever_way_slack_tells_of_it(spoilt, field, told):
    delivery = spoilt("conversations.info", lambda body: body["channel"].update({field: told}))

    assert (await delivery.readers.audience(ONBOARDING)).kind == "customers"


async def test_guest_who_joins_is_noticed_at_once(slack, delivery):
    assert (await delivery.readers.audience(ONBOARDING)).kind == "team"

    slack.adds_guest(ONBOARDING)

    assert (await delivery.readers.audience(ONBOARDING)).kind == "customers"


@pytest.mark.parametrize("method", ["conversations.info", "conversations.members", "users.info"])
async def test_what_cannot_be_determined_is_refused(slack, delivery, method):
    slack.fails(method, error="internal_error", times=20)

    assert (await delivery.readers.audience(ONBOARDING)).kind == "unknown"
    with pytest.raises(Forbidden):
        await delivery.guard(ONBOARDING)


async def test_with_pivotal_away_the_audience_is_unknown(client, time):
    async def away(_age: timedelta) -> set[str]:
        raise UpstreamError("Pivotal is not answering.")

    delivery = Delivery(client, clock=time.clock, sleep=time.sleep, team=TEAM, me=BOT, customer_channels=away)

    assert (await delivery.readers.audience(ONBOARDING)).kind == "unknown"


async def test_people_are_asked_about_again_only_after_a_while(slack, delivery, time):
    await delivery.readers.audience(ONBOARDING)
    asked = len(slack.calls_of("users.info"))

    await delivery.readers.audience(ONBOARDING)
    assert len(slack.calls_of("users.info")) == asked
    time.now += timedelta(minutes=11)
    await delivery.readers.audience(ONBOARDING)

    assert len(slack.calls_of("users.info")) == 2 * asked


class Answering(AsyncWebClient):
    """A Slack whose answers to one method are not quite what they should be: `spoil` changes them."""

    method: str
    spoil: staticmethod

    async def api_call(self, api_method, **arguments):
        answer = await super().api_call(api_method, **arguments)
        if api_method == self.method:
            self.spoil(answer.data)
        return answer


@pytest.fixture
async def spoilt(slack, time):
    """`spoilt(method, spoil)`: a delivery whose Slack answers a method as `spoil` leaves it."""
    async with aiohttp.ClientSession() as session:

        def delivery(method, spoil):
            client = Answering(token=slack.bot_token, base_url=slack.api_url, session=session, retry_handlers=[])
            client.method, client.spoil = method, spoil
            return Delivery(client, clock=time.clock, sleep=time.sleep, team=TEAM, me=BOT, customer_channels=customers)

        yield delivery


@pytest.mark.parametrize("channel", [ONBOARDING, LEADS])
@pytest.mark.parametrize(
    ("method", "spoil"),
    [
        ("conversations.info", lambda body: body["channel"].pop("is_ext_shared")),
        ("conversations.info", lambda body: body["channel"].pop("is_shared")),
        ("conversations.info", lambda body: body["channel"].update(is_ext_shared=None)),
        ("conversations.info", lambda body: [body["channel"].pop(name) for name in PENDING]),
        ("conversations.info", lambda body: body["channel"].update(dict.fromkeys(PENDING))),
        ("conversations.info", lambda body: body["channel"].pop("name")),
        ("conversations.info", lambda body: body["channel"].update(previous_names=5)),
        ("conversations.info", lambda body: body.update(channel=[])),
        ("conversations.members", lambda body: body.update(members=[])),
        ("conversations.members", lambda body: body["members"].remove(BOT)),
        ("conversations.members", lambda body: body.update(members=None)),
        ("conversations.members", lambda body: body["members"].append(5)),
        ("conversations.members", lambda body: body.update(response_metadata={"next_cursor": 7})),
        ("users.info", lambda body: body.update(user=None)),
        ("users.info", lambda body: [body["user"].pop(name) for name in ("is_restricted", "is_ultra_restricted")]),
        ("users.info", lambda body: [body["user"].update(team_id=None, is_bot="no")]),
    ],
)
async def test_what_slack_does_not_say_is_not_taken_for_no(slack, spoilt, channel, method, spoil):
    delivery = spoilt(method, spoil)

    assert await delivery.readers.audience(channel) == Audience("unknown", UNKNOWN)
    with pytest.raises(Forbidden):
        await delivery.post(channel, HELLO)

    assert slack.calls_of("chat.postMessage") == []


@pytest.mark.parametrize("field", [*PENDING, "is_org_shared", "previous_names"])
async def test_what_slack_need_not_say_is_not_missed(spoilt, field):
    delivery = spoilt("conversations.info", lambda body: body["channel"].pop(field))

    assert await delivery.readers.audience(ONBOARDING) == Audience("team")


async def test_a_list_of_members_without_an_end_is_no_list(slack, spoilt):
    delivery = spoilt("conversations.members", lambda body: body.update(response_metadata={"next_cursor": ""}))
    assert (await delivery.readers.audience(ONBOARDING)).kind == "team"

    endless = spoilt("conversations.members", lambda body: body.update(response_metadata={"next_cursor": "dXNlcjow"}))

    assert (await endless.readers.audience(ONBOARDING)).kind == "unknown"


@pytest.mark.parametrize(
    ("method", "code"),
    [
        ("conversations.info", "access_denied"),
        ("conversations.members", "fetch_members_failed"),
        ("conversations.members", "channel_not_found"),
        ("users.info", "user_not_visible"),
        ("users.info", "user_not_found"),
    ],
)
async def test_who_reads_it_stays_unknown_where_slack_refuses_to_say(slack, delivery, method, code):
    slack.fails(method, error=code, times=100)

    assert await delivery.readers.audience(ONBOARDING) == Audience("unknown", UNKNOWN, refused=True)
    with pytest.raises(Forbidden):
        await delivery.post(ONBOARDING, HELLO)


@pytest.mark.parametrize("method", ["conversations.info", "conversations.members", "users.info"])
async def test_a_permission_that_the_bot_lacks_is_named(slack, delivery, method):
    slack.fails(method, error="missing_scope", times=100)

    with pytest.raises(NotPosted, match="lack a permission"):
        await delivery.guard(ONBOARDING)


@pytest.fixture
async def odd_slack(time):
    """`await odd_slack(answers)`: a delivery for a Slack that answers each method with the given bytes."""
    async with aiohttp.ClientSession() as session:
        runners = []

        async def serves(answers):
            async def answer(request):
                return web.Response(body=answers[request.path.rpartition("/")[2]], content_type="application/json")

            application = web.Application()
            application.router.add_route("*", "/api/{method}", answer)
            runner = web.AppRunner(application)
            runners.append(runner)
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            address = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
            client = AsyncWebClient(token="xoxb-x", base_url=address, session=session, retry_handlers=[])
            return Delivery(client, clock=time.clock, sleep=time.sleep, team=TEAM, me=BOT, customer_channels=customers)

        yield serves
        for runner in runners:
            await runner.cleanup()


OF_THE_TEAM = {
    "conversations.info": json.dumps(
        {
            "ok": True,
            "channel": {
                "id": ONBOARDING,
                "name": "x",
                "is_shared": False,
                "is_ext_shared": False,
                "pending_shared": [],
            },
        }
    ).encode(),
    "conversations.members": json.dumps({"ok": True, "members": [BOT]}).encode(),
    "users.info": json.dumps({"ok": True, "user": {"id": BOT, "team_id": TEAM, "is_bot": True}}).encode(),
    "chat.postMessage": json.dumps({"ok": True, "channel": ONBOARDING, "ts": "1.2"}).encode(),
}


@pytest.mark.parametrize(
    "body", [b"[1]", b'"x"', b"5", b"null", b"", b"\xff\xfe", b'{"ok": true}', b'{"ok": true, "ts": 5}']
)
async def test_an_answer_to_a_post_that_cannot_be_read_leaves_it_uncertain(odd_slack, body):
    delivery = await odd_slack({**OF_THE_TEAM, "chat.postMessage": body})

    with pytest.raises(Uncertain):
        await delivery.post(ONBOARDING, HELLO)


async def test_and_one_that_can_does_not(odd_slack):
    delivery = await odd_slack(OF_THE_TEAM)

    assert (await delivery.post(ONBOARDING, HELLO)).ts == "1.2"


@pytest.mark.parametrize("method", ["conversations.info", "conversations.members", "users.info"])
@pytest.mark.parametrize(
    "body", [b'["x"]', b'{"ok": true}', b'"x"', b'{"ok": true, "channel": 1, "user": 1, "members": 1}']
)
async def test_an_odd_answer_about_the_readers_says_nothing_of_them(odd_slack, method, body):
    delivery = await odd_slack({**OF_THE_TEAM, method: body})

    with pytest.raises(Forbidden):
        await delivery.post(ONBOARDING, HELLO)
