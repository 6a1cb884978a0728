"""Whatever is typed, pressed, sent, delivered or answered: no 5xx, no unhandled exception, and nothing is written.

`make test` tries 6,400 cases, most of them always the same; `make soak` 128,000, other ones each time.
Admins may write: of theirs, only what fails counts.
"""

import itertools
import json
from urllib.parse import urlencode

import httpx
import pytest
from aiohttp import ClientSession
from hypothesis import strategies as some
from pydantic import SecretStr
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.listeners import FEATURES
from bot.listeners.feature import Registry
from bot.pivotal import AsyncPivotalApi, RetryPolicy
from bot.pivotal.errors import PivotalError
from bot.sandbox.pivotal import signing
from bot.sandbox.slack.world import ANA, AURORA_SHARED, CARA, DEVON, ERIN, GUS, ONBOARDING, PARTNERS, TEAM
from tests.hostile.shapes import ANY, ODD, VALUES, altered, encoded, filled, objects, phrases, tree
from tests.payloads import ANSWER, SENT

REGISTRY = Registry(FEATURES)
VERBS = sorted({word for feature in FEATURES for one in feature.commands for word in (one.verb, *one.synonyms)})
WEBHOOK_SECRET = "whsec_" + "c2FuZGJveC1zZWNyZXQtb2YtdGhlLXRlc3Rz"
OVERTAKEN = ("views.update", "not_found")
"""Slack's refusal to fill a form in whose place the same person has opened another meanwhile: they see that one."""
PEOPLE = ((DEVON, ONBOARDING), (DEVON, ONBOARDING), (GUS, PARTNERS), (ERIN, AURORA_SHARED))


def many(count):
    """So many cases in `make test`, and twenty times as many in `make soak`."""
    return pytest.mark.parametrize("cases", [count, pytest.param(20 * count, marks=pytest.mark.soak)])


ON_POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
"""It refuses what SQLite takes: texts with U+0000 or half a surrogate pair, and keys without an end."""


@pytest.fixture
def database_url(request, new_database):
    """The address of an empty database: PostgreSQL for who asks for it."""
    return request.getfixturevalue("postgres")() if hasattr(request, "param") else new_database()


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"pivotal_webhook_secret": SecretStr(WEBHOOK_SECRET)})


@pytest.fixture
def pivotal(pivotal):
    pivotal.has_onboarding(89, customer="Aurora Foods", phase="review", csm_id="user_csm_001")
    pivotal.has_onboarding(90, customer="Aurora Labs", phase="launch", state="at_risk", target_launch_date="2026-09-01")
    return pivotal


@pytest.fixture
def unwritten(bot, pivotal):
    """`await unwritten()`: the bot is done, and Pivotal was asked to change nothing."""

    async def check():
        await bot.settled()
        written = [f"{one.method} {one.path}" for one in pivotal.requests if one.method != "GET"]
        assert written == []
        pivotal.requests.clear()

    return check


@pytest.fixture
def dispatch(bot, slack):
    """`await dispatch(body)`: an interaction, handed to Bolt as the guard does once it has found it genuine."""

    async def sends(body):
        common = {
            "user": {"id": DEVON, "team_id": TEAM},
            "team": {"id": TEAM},
            "trigger_id": slack.workspace.triggers.issue(DEVON),
            "response_url": f"{slack.url}/actions/{TEAM}/nowhere",
        }
        answer = await bot.door.bolt.async_dispatch(
            AsyncBoltRequest(mode="socket_mode", body={**common, **body}, headers={})
        )
        assert answer.status < 500, ascii(body)

    return sends


@many(1200)
async def test_whatever_is_typed(fuzz, slack, unwritten, cases):
    async def types(case):
        text, (person, channel) = case
        outcome = await slack.types(f"/onboarding {text}", by=person, channel=channel)
        assert outcome.ok, (text, outcome)

    async def taken():
        await unwritten()
        refused = {(call.method, call.error) for call in slack.calls if not call.ok}
        slack.calls.clear()
        assert refused <= {OVERTAKEN}

    await fuzz(some.tuples(phrases(VERBS), some.sampled_from(PEOPLE)), types, cases=cases, then=taken)


@many(1000)
async def test_whatever_a_button_carries(fuzz, dispatch, unwritten, cases):
    presses = some.fixed_dictionaries(
        {
            "action_id": some.sampled_from([*sorted(REGISTRY.buttons), "ob:", "ob:gone", "theirs"]),
            "value": VALUES,
            "ts": some.sampled_from(["", "1788762600.000100", "x"]),
            "ephemeral": some.booleans(),
            "view": some.none() | some.sampled_from(["modal", "home"]),
        }
    )

    async def press(case):
        await dispatch(
            {
                "type": "block_actions",
                "actions": [
                    {"action_id": case["action_id"], "value": case["value"], "block_id": "b", "type": "button"}
                ],
                "container": {"message_ts": case["ts"], "channel_id": ONBOARDING, "is_ephemeral": case["ephemeral"]},
                "channel": {"id": ONBOARDING},
                **({"view": {"type": case["view"], "id": "V1", "hash": "h"}} if case["view"] else {}),
            }
        )

    await fuzz(presses, press, cases=cases, then=unwritten)


@many(800)
async def test_whatever_a_form_holds(fuzz, dispatch, unwritten, cases):
    fields = ("value", "selected_option", "selected_date", "selected_user", "selected_options", "text", "type")
    states = some.dictionaries(ANY, some.dictionaries(ANY, objects(fields), max_size=3), max_size=4)
    forms = some.tuples(some.sampled_from([*sorted(REGISTRY.forms), "ob:gone"]), VALUES, states | tree(fields))

    async def submit(case):
        callback, kept, values = case
        view = {"callback_id": callback, "private_metadata": kept, "state": {"values": values}, "id": "V1"}
        await dispatch({"type": "view_submission", "view": {**view, "type": "modal", "title": {"text": "Onboarding"}}})

    await fuzz(forms, submit, cases=cases, then=unwritten)


@pytest.fixture
async def forms(bot, slack):
    """The forms as Cara, who may do everything, has them before her."""
    drawn = []
    await slack.types("/onboarding subscribe at-risk", by=CARA, channel=ONBOARDING)
    for typed, pressed in (
        ("new", None),
        ("subscribe", None),
        ("snooze #90", None),
        ("#89", "Update…"),
        (f"handover <@{ANA}|ana> <@{CARA}|cara>", None),
        ("show", None),
    ):
        await slack.types(f"/onboarding {typed}", by=CARA, channel=ONBOARDING)
        if pressed:
            await slack.clicks(pressed, by=CARA, channel=ONBOARDING)
        drawn.append(slack.modal(CARA))
        await slack.closes(by=CARA)
    return drawn


@many(300)
async def test_whatever_an_admin_types(fuzz, slack, bot, cases):
    async def types(text):
        outcome = await slack.types(f"/onboarding {text}", by=CARA, channel=ONBOARDING)
        assert outcome.ok, (text, outcome)

    async def taken():
        await bot.settled()
        refused = [(call.method, call.error) for call in slack.calls if not call.ok]
        slack.calls.clear()
        # One of several forms at once takes the place of another, which is then not there to be filled.
        assert set(refused) <= {("views.update", "not_found")}

    await fuzz(phrases(VERBS), types, cases=cases, then=taken)


@ON_POSTGRESQL
async def test_what_is_typed_with_a_zero_in_it_is_done_and_in_the_audit(slack, bot, pivotal):
    for text in ("note #89 hello\0there", "flag #89 rea\0son", "subscribe at-risk owner:x\0y", "show auro\0ra"):
        await slack.types(f"/onboarding {text}", by=CARA, channel=ONBOARDING)
        await bot.settled()

        assert "our side" not in slack.seen(CARA, ONBOARDING), text

    acts = [(entry.action, entry.outcome) for entry in await bot.store.audit.list()]
    assert acts[::-1][:2] == [("note", "done"), ("flag", "done")]


@many(300)
async def test_whatever_an_admin_presses(fuzz, bot, dispatch, cases):
    presses = some.tuples(some.sampled_from(sorted(REGISTRY.buttons)), VALUES, some.booleans())

    async def press(case):
        action, value, private = case
        await dispatch(
            {
                "type": "block_actions",
                "user": {"id": CARA, "team_id": TEAM},
                "actions": [{"action_id": action, "value": value, "block_id": "b", "type": "button"}],
                "container": {"message_ts": "1788762600.000100", "channel_id": ONBOARDING, "is_ephemeral": private},
                "channel": {"id": ONBOARDING},
            }
        )

    await fuzz(presses, press, cases=cases, then=bot.settled)


@many(400)
async def test_whatever_an_admin_fills_in(fuzz, bot, dispatch, forms, cases):
    async def submit(case):
        callback, kept, values = case
        view = {"callback_id": callback, "private_metadata": kept, "state": {"values": values}, "id": "V1"}
        await dispatch(
            {
                "type": "view_submission",
                "user": {"id": CARA, "team_id": TEAM},
                "view": {**view, "type": "modal", "title": {"text": "Onboarding"}},
            }
        )

    assert {form["callback_id"] for form in forms} > {
        "ob:new-form",
        "ob:snooze-form",
        "ob:digest-form",
        "ob:update-form",
    }
    await fuzz(some.one_of(*map(filled, forms)), submit, cases=cases, then=bot.settled)


@many(800)
async def test_whatever_is_signed(fuzz, post, unwritten, cases):
    keys = (
        "type", "event", "event_id", "team_id", "team", "user", "user_id", "id", "actions", "action_id", "view",
        "state",
        "values", "callback_id", "command", "text", "payload", "channel", "channel_id", "container", "trigger_id",
        "response_url", "authorizations", "enterprise", "links", "title", "challenge", "ssl_check", "message",
    )  # fmt: skip
    kinds = (
        "event_callback", "block_actions", "view_submission", "view_closed", "block_suggestion", "shortcut",
        "message_action", "url_verification", "app_mention", "link_shared", "member_joined_channel", "app_home_opened",
        "ob:find", "ob:share", "/onboarding",
    )  # fmt: skip
    bodies = some.dictionaries(some.sampled_from(keys), some.sampled_from(kinds) | tree(keys, leaves=15), max_size=8)
    sent = some.one_of(
        some.tuples(some.just("application/json"), encoded(bodies).map(str.encode)),
        some.tuples(
            some.just("application/x-www-form-urlencoded"),
            encoded(bodies).map(lambda one: urlencode({"payload": one}).encode()),
        ),
        some.tuples(
            some.just("application/x-www-form-urlencoded"),
            some.dictionaries(some.sampled_from(keys), some.sampled_from((*kinds, *ODD)), max_size=8).map(
                lambda form: urlencode(form).encode()
            ),
        ),
        some.tuples(some.sampled_from(["application/json", "text/plain", "nonsense"]), some.binary(max_size=60)),
    )

    await fuzz(sent, post, cases=cases, then=unwritten)


@ON_POSTGRESQL
@many(400)
async def test_whatever_slack_would_send_but_for_a_field(fuzz, slack, post, unwritten, cases):
    numbers = itertools.count()

    async def send(payload):
        for name, sent, new in (
            ("event_id", "Ev1", f"Ev{next(numbers)}"),
            ("trigger_id", "1.2.3", slack.workspace.triggers.issue(ANA)),
            ("response_url", ANSWER, f"{slack.url}/actions/{TEAM}/nowhere"),
        ):
            if payload.get(name) == sent:
                payload[name] = new
        await post(("application/json", json.dumps(payload).encode()))

    payloads = altered(list(SENT.values()), but=("response_url",))
    await fuzz(payloads, send, cases=cases, then=unwritten, fresh=True)


@ON_POSTGRESQL
@many(600)
async def test_whatever_is_delivered(fuzz, bot, clock, unwritten, cases):
    keys = (
        "id",
        "type",
        "data",
        "object",
        "display_id",
        "livemode",
        "previous_attributes",
        "created",
        "phase",
        "customer_id",
    )
    kinds = some.sampled_from(["onboarding.phase_changed", "customer.created", "onboarding.at_risk", "other", ""])
    events = some.fixed_dictionaries(
        {"id": ANY | some.integers(), "type": kinds | ANY, "data": objects(keys) | tree(keys)},
        optional={"livemode": some.booleans() | ANY, "created": tree(keys)},
    )
    bodies = some.one_of(encoded(events).map(str.encode), encoded(tree(keys)).map(str.encode), some.binary(max_size=60))
    stamp, numbers = int(clock().timestamp()), itertools.count()

    async with ClientSession() as session:

        async def deliver(body):
            named = f"msg_{next(numbers)}"
            try:
                headers = signing.headers(body, secrets=[WEBHOOK_SECRET], message_id=named, timestamp=stamp)
            except UnicodeDecodeError:
                headers = {"svix-id": named, "svix-timestamp": str(stamp), "svix-signature": "v1,AAAA"}
            async with session.post(bot.webhooks, data=body, headers=headers) as answer:
                assert answer.status < 500, await answer.text()

        await fuzz(bodies, deliver, cases=cases, then=unwritten)


@many(600)
async def test_whatever_pivotal_answers(fuzz, cases):
    keys = (
        "object", "data", "has_more", "next_cursor", "id", "display_id", "customer_id", "phase", "state", "created_at",
        "target_launch_date", "waiting_on_customer", "error", "type", "code", "message", "field", "name", "csm_id",
    )  # fmt: skip
    records = some.fixed_dictionaries(
        {"id": some.just("onb_1") | tree(keys, leaves=2), "display_id": some.integers() | tree(keys, leaves=2)},
        optional={key: tree(keys, leaves=3) for key in keys if key not in ("id", "display_id")},
    )
    pages = some.fixed_dictionaries(
        {"data": some.lists(records, max_size=4), "has_more": some.booleans() | tree(keys, leaves=2)},
        optional={"next_cursor": tree(keys, leaves=2)},
    )
    bodies = some.one_of(
        encoded(pages).map(str.encode), encoded(records).map(str.encode), encoded(tree(keys)).map(str.encode),
        some.binary(max_size=60),
    )  # fmt: skip
    named = some.sampled_from(["Retry-After", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"])
    headers = some.dictionaries(named, some.sampled_from(["-1", "x", "", "1e999", "9" * 30, "0", "60", "²"]))
    statuses = some.sampled_from([200, 200, 200, 201, 204, 301, 400, 401, 404, 409, 418, 422, 429, 500, 503])

    async def read(case):
        status, body, more = case

        async def never(_seconds):
            return None

        def answer(_request):
            encoded_headers = [(name.encode(), value.encode()) for name, value in more.items()]
            return httpx.Response(status, content=body, headers=encoded_headers)

        async with AsyncPivotalApi(
            "pivotal_fuzz", http_client=httpx.MockTransport(answer), retry=RetryPolicy(retries=0), sleep=never
        ) as api:
            for call in (
                lambda: api.onboardings.get("onb_1"),
                lambda: api.onboardings.list(max_items=3, max_pages=2).first(),
                lambda: api.customers.get("cus_1"),
                lambda: _all(api.onboardings.rows(max_pages=2)),
                lambda: _all(api.customers.rows(max_pages=2)),
                api.me,
            ):
                try:
                    await call()
                except PivotalError as error:
                    json.dumps([str(error), repr(error)])

    await fuzz(some.tuples(statuses, bodies, headers), read, cases=cases)


async def _all(rows):
    return [row async for row in rows]
