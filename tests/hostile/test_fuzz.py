"""Whatever is typed, pressed, sent, delivered or answered: no 5xx, no unhandled exception, and nothing is written.

`make test` tries 6,600 cases, most of them always the same; `make soak` 132,000, other ones each time.
Admins may write: of theirs, only what fails counts.
"""

import itertools
import json
import re
from urllib.parse import urlencode

import httpx
import pytest
from aiohttp import ClientSession
from hypothesis import strategies as some
from pydantic import SecretStr
from slack_bolt.request.async_request import AsyncBoltRequest
from sqlalchemy import Engine, event

from bot.listeners import FEATURES
from bot.listeners.feature import Registry
from bot.pivotal import AsyncPivotalApi, RetryPolicy
from bot.pivotal.errors import PivotalError
from bot.sandbox.pivotal import signing
from bot.sandbox.slack.world import ANA, AURORA_SHARED, CARA, DEVON, ERIN, GUS, ONBOARDING, OTHER_TEAM, PARTNERS, TEAM
from tests.hostile.shapes import ANY, DEEP, ENDLESS, ODD, VALUES, altered, encoded, filled, objects, phrases, sent, tree
from tests.payloads import ANSWER, SENT

REGISTRY = Registry(FEATURES)
VERBS = sorted({word for feature in FEATURES for one in feature.commands for word in (one.verb, *one.synonyms)})
WEBHOOK_SECRET = "whsec_" + "c2FuZGJveC1zZWNyZXQtb2YtdGhlLXRlc3Rz"
OVERTAKEN = ("views.update", "not_found")
"""Slack's refusal to fill a form in whose place the same person has opened another meanwhile: they see that one."""
VIEWER = ((DEVON, TEAM, ONBOARDING),)
OUTSIDERS = ((GUS, TEAM, PARTNERS), (ERIN, OTHER_TEAM, AURORA_SHARED))
KEPT = frozenset({"claims", "audit"})
"""The tables in which it is kept that a request came, and that an attempt came to nothing."""
OWN = KEPT | {"snapshot", "onboardings", "people", "follows", "subscriptions", "deliveries", "cards", "posts"}
"""Those, too, in which stands what was read for somebody who may only look, and what they may have for themselves."""
FORM = "application/x-www-form-urlencoded"
POSTED = ("chat.postMessage", "chat.update", "chat.delete", "chat.unfurl", "files.completeUploadExternal")


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
def extras():
    """Without these, mentions and links get no further than the door."""
    return ("mentions", "unfurls")


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"pivotal_webhook_secret": SecretStr(WEBHOOK_SECRET)})


@pytest.fixture
def pivotal(pivotal):
    pivotal.has_onboarding(89, customer="Aurora Foods", phase="review", csm_id="user_csm_001", id="onb_89")
    late = {"state": "at_risk", "target_launch_date": "2026-09-01"}
    pivotal.has_onboarding(90, customer="Aurora Labs", phase="launch", id="onb_90", **late)
    return pivotal


@pytest.fixture
def statements(bot):
    """The tables of which a row was written since this was last emptied, whatever became of it."""
    written = []

    def hears(_connection, cursor, statement, *_):
        if cursor.rowcount:  # what the sweep looks for and does not find is not written
            written.extend(re.findall(r"^\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+\"?(\w+)", statement))

    event.listen(Engine, "after_cursor_execute", hears)
    yield written
    event.remove(Engine, "after_cursor_execute", hears)


@pytest.fixture
def unwritten(bot, slack, pivotal, statements):
    """`await unwritten()`: the bot is done; Pivotal was asked to change nothing, and nobody else's things were changed.

    With `kept=KEPT`, as for outsiders, nothing but that they came is remembered, and nothing was posted either.
    """

    async def check(kept=OWN):
        await bot.settled()
        written = [f"{one.method} {one.path}" for one in pivotal.requests if one.method != "GET"]
        posted = [call.method for call in slack.calls if call.method in POSTED]
        assert written == []
        assert set(statements) <= kept
        assert kept != KEPT or posted == []
        for seen in (pivotal.requests, slack.calls, statements):
            seen.clear()

    return check


@pytest.fixture(params=[VIEWER, OUTSIDERS], ids=["viewer", "outsiders"])
def people(request):
    return request.param


@pytest.fixture
def unchanged(unwritten, people):
    """`await unchanged()`: `unwritten` as strictly as these people ask for."""
    return lambda: unwritten(KEPT if people is OUTSIDERS else OWN)


def opened(callback, kept, values):
    """A form as Slack sends it."""
    view = {"callback_id": callback, "private_metadata": kept, "state": {"values": values}, "id": "V1"}
    return {**view, "type": "modal", "title": {"text": "Onboarding"}}


@pytest.fixture
def current(slack):
    """`current(payload)`: the same with an id, a trigger and an address for the answer that are of this moment."""
    numbers = itertools.count()

    def made(payload):
        for name, given, new in (
            ("event_id", "Ev1", f"Ev{next(numbers)}"),
            ("trigger_id", "1.2.3", slack.workspace.triggers.issue(ANA)),
            ("response_url", ANSWER, f"{slack.url}/actions/{TEAM}/nowhere"),
        ):
            if payload.get(name) == given:
                payload[name] = new
        return payload

    return made


def as_slack_writes_it(payload):
    """The kind of body, and the body: events as JSON, commands as a form, everything else as JSON in a form."""
    if "event" in payload or payload.get("type") in ("url_verification", "app_rate_limited"):
        return "application/json", json.dumps(payload).encode()
    fields = payload if "command" in payload else {"payload": json.dumps(payload)}
    return FORM, urlencode({name: str(value).encode(errors="replace") for name, value in fields.items()}).encode()


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


@many(600)
async def test_whatever_is_typed(fuzz, slack, bot, unchanged, people, cases):
    async def types(case):
        text, (person, _, channel) = case
        outcome = await slack.types(f"/onboarding {text}", by=person, channel=channel)
        assert outcome.ok, (text, outcome)

    async def taken():
        await bot.settled()
        refused = {(call.method, call.error) for call in slack.calls if not call.ok}
        await unchanged()
        assert refused <= {OVERTAKEN}

    await fuzz(some.tuples(phrases(VERBS), some.sampled_from(people)), types, cases=cases, then=taken)


@many(500)
async def test_whatever_a_button_carries(fuzz, dispatch, unchanged, people, cases):
    presses = some.fixed_dictionaries(
        {
            "who": some.sampled_from(people),
            "action_id": some.sampled_from([*sorted(REGISTRY.buttons), "ob:", "ob:gone", "theirs"]),
            "value": VALUES,
            "ts": some.sampled_from(["", "1788762600.000100", "x"]),
            "ephemeral": some.booleans(),
            "view": some.none() | some.sampled_from(["modal", "home"]),
        }
    )

    async def press(case):
        person, team, channel = case["who"]
        await dispatch(
            {
                "type": "block_actions",
                "user": {"id": person, "team_id": team},
                "actions": [
                    {"action_id": case["action_id"], "value": case["value"], "block_id": "b", "type": "button"}
                ],
                "container": {"message_ts": case["ts"], "channel_id": channel, "is_ephemeral": case["ephemeral"]},
                "channel": {"id": channel},
                **({"view": {"type": case["view"], "id": "V1", "hash": "h"}} if case["view"] else {}),
            }
        )

    await fuzz(presses, press, cases=cases, then=unchanged)


@many(400)
async def test_whatever_a_form_holds(fuzz, dispatch, unchanged, people, cases):
    fields = ("value", "selected_option", "selected_date", "selected_user", "selected_options", "text", "type")
    states = some.dictionaries(ANY, some.dictionaries(ANY, objects(fields), max_size=3), max_size=4)
    forms = some.tuples(some.sampled_from([*sorted(REGISTRY.forms), "ob:gone"]), VALUES, states | tree(fields))

    async def submit(case):
        form, (person, team, _) = case
        await dispatch({"type": "view_submission", "user": {"id": person, "team_id": team}, "view": opened(*form)})

    everybody = some.sampled_from(people)
    await fuzz(some.tuples(forms, everybody), submit, cases=cases, then=unchanged, unlike_forms=True)


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
        await dispatch({"type": "view_submission", "user": {"id": CARA, "team_id": TEAM}, "view": opened(*case)})

    assert {form["callback_id"] for form in forms} > {
        "ob:new-form",
        "ob:snooze-form",
        "ob:digest-form",
        "ob:update-form",
    }
    await fuzz(some.one_of(*map(sent, forms)), submit, cases=cases // 2, then=bot.settled)
    await fuzz(some.one_of(*map(filled, forms)), submit, cases=cases // 2, then=bot.settled, unlike_forms=True)


@many(100)
async def test_whatever_others_fill_in(fuzz, bot, dispatch, forms, unchanged, people, cases):
    async def submit(case):
        form, (person, team, _) = case
        await dispatch({"type": "view_submission", "user": {"id": person, "team_id": team}, "view": opened(*form)})

    await unchanged()
    drawn = some.one_of(*map(sent, forms))
    await fuzz(some.tuples(drawn, some.sampled_from(people)), submit, cases=cases, then=unchanged)


@many(800)
async def test_whatever_is_signed(fuzz, post, current, unwritten, cases):
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
    forms = some.dictionaries(some.sampled_from(keys), some.sampled_from((*kinds, *ODD)), max_size=8)
    kind = some.sampled_from(["application/json", "text/plain", "nonsense"])
    nearly = altered(some.sampled_from(list(SENT.values())), but=("response_url", "type", "command"))
    genuine = nearly.map(current).map(as_slack_writes_it)
    anything = some.one_of(
        genuine,
        genuine,
        genuine,
        some.tuples(kind, encoded(bodies).map(str.encode)),
        encoded(bodies).map(lambda one: (FORM, urlencode({"payload": one}).encode())),
        forms.map(lambda form: (FORM, urlencode(form).encode())),
        some.tuples(kind, some.binary(max_size=60) | DEEP),
    )

    await fuzz(anything, post, cases=cases, then=unwritten, unlike_forms=True)


@ON_POSTGRESQL
@many(400)
async def test_whatever_slack_would_send_but_for_a_field(fuzz, post, current, unwritten, cases):
    async def send(payload):
        await post(("application/json", json.dumps(current(payload)).encode()))

    payloads = altered(some.sampled_from(list(SENT.values())), but=("response_url",))
    await fuzz(payloads, send, cases=cases, then=unwritten, fresh=True, unlike_forms=True)


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
    names = ANY | some.integers() | some.just(ENDLESS)
    about = some.fixed_dictionaries({"id": names}, optional={"display_id": some.none() | some.integers()})
    events = some.fixed_dictionaries(
        {"id": names, "type": kinds | ANY, "data": objects(keys) | tree(keys) | about},
        optional={"livemode": some.booleans() | ANY, "created": tree(keys)},
    )
    bodies = some.one_of(
        encoded(events).map(str.encode), encoded(tree(keys)).map(str.encode), some.binary(max_size=60) | DEEP
    )
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

        await fuzz(bodies, deliver, cases=cases, then=lambda: unwritten(OWN | {"inbox"}))


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
        some.binary(max_size=60) | DEEP,
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
