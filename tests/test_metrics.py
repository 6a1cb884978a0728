"""The bot's figures: they count what happened, name nobody, and are what the README and the alert rules say."""

import re
from math import isnan
from pathlib import Path

import aiohttp
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from bot.metrics import ACKS, STATUSES, Metrics
from bot.pivotal.hooks import Attempt, Outcome
from bot.pivotal.pacing import Lane
from bot.sandbox.pivotal import Fault, signing
from bot.sandbox.slack.world import ANA, CARA, ONBOARDING

ROOT = Path(__file__).parent.parent
WHSEC = "whsec_" + "c2VzYW1lLW9wZW4tc2VzYW1lLW9wZW4tc2VzYW1l"


@pytest.fixture
def pivotal(pivotal):
    pivotal.has_onboarding(89, customer="Aurora Foods", phase="review", csm_id="user_csm_001")
    return pivotal


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"pivotal_webhook_secret": SecretStr(WHSEC)})


@pytest.fixture
def shown(bot):
    """`await shown()`: what Prometheus would read."""

    async def reads():
        async with aiohttp.ClientSession() as session, session.get(bot.metrics) as answer:
            assert answer.status == 200
            return await answer.text()

    return reads


@pytest.fixture
def figure(shown):
    """`await figure("requests_total", action="show")`: the sum of what is counted of that."""

    async def reads(name, **labels):
        return sum(
            sample.value
            for family in text_string_to_metric_families(await shown())
            for sample in family.samples
            if sample.name == f"onboarding_bot_{name}" and labels.items() <= sample.labels.items()
        )

    return reads


async def delivered(bot, clock):
    """A genuine event of Pivotal's, of a type that is not in its reference."""
    body = b'{"id":"evt_1","type":"onboarding.updated","created_at":"2026-09-07T06:30:00Z","data":{"object":{}}}'
    headers = signing.headers(body, secrets=[WHSEC], message_id="m", timestamp=int(clock().timestamp()))
    async with aiohttp.ClientSession() as session, session.post(bot.webhooks, data=body, headers=headers):
        pass


async def a_day(slack, pivotal, bot, clock):
    """What goes right, and what goes wrong, at every door."""
    await slack.types("/onboarding aurora", by=ANA, channel=ONBOARDING)
    await slack.clicks("Advance to Program buildout", by=ANA, channel=ONBOARDING)
    for typed in ("list", "share #89", "show Nobody & Sons", "subscribe at-risk", "digest now at-risk"):
        await slack.types(f"/onboarding {typed}", by=CARA, channel=ONBOARDING)
    await slack.opens_home(by=ANA)
    for fault in (Fault.error_500, Fault.revoked_key):
        pivotal.fails(fault)
        await slack.types("/onboarding show #89", by=ANA, channel=ONBOARDING)
    clock.passes(hours=1)
    await bot.digests.run_due(clock())
    await delivered(bot, clock)
    await bot.settled()


async def test_what_people_do_is_counted_by_its_kind_and_its_end(slack, figure):
    await slack.types("/onboarding aurora", by=ANA, channel=ONBOARDING)
    await slack.clicks("Advance to Program buildout", by=ANA, channel=ONBOARDING)
    await slack.types("/onboarding show Nobody & Sons", by=ANA, channel=ONBOARDING)

    assert await figure("requests_total", kind="command", action="show", outcome="answered") == 1
    assert await figure("requests_total", kind="command", action="show", outcome="refused") == 1
    assert await figure("requests_total", kind="press", action="ob:advance", outcome="answered") == 1
    assert await figure("handler_seconds_count") == 3
    assert await figure("ack_seconds_count", kind="command") == 2
    assert await figure("ack_seconds_count", kind="press") == 1
    assert await figure("ack_seconds_bucket", le="2.5") == 3


@pytest.mark.parametrize("mode", ["socket"])
async def test_what_was_asked_of_pivotal_and_of_slack_is_counted(slack, pivotal, figure):
    before = await figure("pivotal_requests_total", lane="interactive", status="500")
    pivotal.fails(Fault.error_500)

    await slack.types("/onboarding show #89", by=ANA, channel=ONBOARDING)
    await slack.types("/onboarding share #89", by=ANA, channel=ONBOARDING)

    assert await figure("pivotal_requests_total", status="500") == before + 1
    assert await figure("pivotal_requests_total", lane="background", status="200") > 0
    assert await figure("pivotal_seconds_count") == len(pivotal.requests)
    assert 0 < await figure("pivotal_budget_left") < await figure("pivotal_budget")
    assert await figure("slack_requests_total", method="chat_postMessage", outcome="ok") == 1


@pytest.mark.parametrize("mode", ["socket"])
async def test_what_became_of_digests_is_counted(slack, bot, clock, figure):
    for typed in ("subscribe at-risk 09:00 quiet:off", "subscribe launch-week 09:00"):
        await slack.types(f"/onboarding {typed}", by=CARA, channel=ONBOARDING)
    clock.passes(minutes=31)
    waiting = await figure("digests_overdue")
    slack.fails("chat.postMessage", error="restricted_action")

    await bot.digests.run_due(clock())

    assert (waiting, await figure("digests_overdue")) == (2, 0)
    assert await figure("digests_total", outcome="failed") == 1
    assert await figure("digests_total", outcome="posted") == 1
    assert await figure("digests_total") == 2


@pytest.mark.parametrize("mode", ["socket"])
async def test_what_is_looked_up_is_as_it_is_when_somebody_asks(bot, clock, figure):
    await delivered(bot, clock)
    up = await figure("socket_connected"), await figure("ready")
    clock.passes(minutes=10)

    assert up == (1, 3)
    assert await figure("snapshot_age_seconds") == 600
    assert await figure("webhooks_total", type="unknown") == 1
    await bot.socket.close()
    clock.passes(seconds=2)
    assert (await figure("socket_connected"), await figure("ready", part="slack")) == (0, 0)


@pytest.mark.parametrize("mode", ["http"])
async def test_where_slack_calls_there_is_no_socket_to_tell_of(figure):
    assert isnan(await figure("socket_connected"))
    assert isnan(await figure("socket_silence_seconds"))


async def test_no_label_names_anybody_and_none_is_secret(slack, pivotal, bot, clock, shown):
    await a_day(slack, pivotal, bot, clock)

    text = await shown()
    said = {
        value
        for family in text_string_to_metric_families(text)
        for one in family.samples
        for value in one.labels.values()
    }
    hidden = (slack.bot_token, slack.app_token, slack.signing_secret, pivotal.live_key, WHSEC.removeprefix("whsec_"))
    named = (
        "Aurora",
        "Nobody",
        "Ana",
        "user_",
        ANA,
        CARA,
        ONBOARDING,
        pivotal.onboarding(89)["id"],
        "89",
        "sub_",
        "T0HOME001",
    )
    assert len(said) > 40
    assert [one for one in hidden if one in text] == []
    assert [(one, value) for one in named for value in said if one in value] == []


async def test_what_nobody_foresaw_is_counted_as_other(clock):
    figures = Metrics(version="1", mode="http", actions={"show": "command"})
    attempt = Attempt("me", "GET", "/me", "/me", 1, Lane.INTERACTIVE, clock())

    figures.turned("U0ANA0001", "answered", 0.1)
    figures.acknowledged({"type": "U0ANA0001"}, 0.1)
    figures.asked_slack("U0ANA0001", "ok")
    for status in (299, 1000):
        figures.asked_pivotal(attempt, Outcome(status, 0.1))

    text = (await figures.text()).decode()
    assert "U0ANA0001" not in text
    assert 'requests_total{action="other",kind="other",outcome="answered"} 1.0' in text
    assert 'status="2xx"' in text
    assert 'status="other"' in text


def test_what_alerts_wait_for_is_there_before_it_first_happens():
    """Prometheus sees no growth in a series that begins with 1."""
    figures = Metrics(version="1", mode="http", actions={"show": "command"})

    begun = {(one.name, *one.labels.values()) for family in figures.registry.collect() for one in family.samples}

    assert ("onboarding_bot_requests_total", "command", "show", "failed") in begun
    assert ("onboarding_bot_pivotal_requests_total", "background", "401") in begun
    assert ("onboarding_bot_slack_requests_total", "chat_postMessage", "revoked") in begun
    assert ("onboarding_bot_digests_total", "missed") in begun
    assert ("onboarding_bot_refreshes_total", "failed") in begun


async def test_two_bots_in_one_process_have_figures_of_their_own():
    one, other = (Metrics(version="1", mode="http", actions={}) for _ in range(2))

    one.digest("put off")

    assert b'digests_total{outcome="put_off"} 1.0' in await one.text()
    assert b'digests_total{outcome="put_off"} 0.0' in await other.text()


def families():
    """Every metric of ours: its name as it is shown, its type, its labels and its meaning."""
    registry = Metrics(version="1", mode="http", actions={}).registry
    owners = {id(one): one for one in registry._names_to_collectors.values()}
    for collector in owners.values():
        for family in collector.collect():
            if family.name.startswith("onboarding_bot"):
                ending = {"counter": "_total", "info": "_info"}.get(family.type, "")
                labels = {"info": ("version", "mode")}.get(family.type, collector._labelnames)
                yield family.name + ending, family.type, labels, family.documentation


def test_the_readmes_table_is_what_is_shown():
    block = (ROOT / "README.md").read_text().split("<!-- metrics -->\n")[1].split("\n\n")[0]
    rows = [tuple(cell.strip() for cell in line.split("|")[1:-1]) for line in block.splitlines()[2:]]

    assert rows == [
        (f"`{name}`", kind, ", ".join(f"`{label}`" for label in labels), told)
        for name, kind, labels, told in families()
    ]


def rules():
    groups = yaml.safe_load((ROOT / "deploy/alerts.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


SELECTED = re.compile(r"\b(onboarding_bot_\w+)\b(?:\{([^}]*)\})?")
MATCHER = re.compile(r'(\w+)(=~|!~|!=|=)"([^"]*)"')
QUEUES = re.findall(r'looks\("queue_size", .*, "(\w+)"\)', (ROOT / "bot/app/watching.py").read_text())
HANDLED = {"queue": set(QUEUES), "status": {*map(str, STATUSES), *(f"{first}xx" for first in range(1, 6))}}
"""Values that are there besides those that a figure begins with."""


def series():
    """What a rule can ask for: every name, with its labels, and which values each of them can have."""
    registry = Metrics(version="1", mode="http", actions={"show": "command"}).registry
    begun = {}
    for family in registry.collect():
        for one in family.samples:
            for label, value in one.labels.items():
                begun.setdefault((one.name, label), set()).add(value)
    found = {}
    for name, kind, labels, _ in families():
        known = {label: begun.get((name, label), set()) | HANDLED.get(label, set()) for label in labels}
        if kind == "histogram":
            found |= {f"{name}_{ending}": known for ending in ("count", "sum")}
            found[f"{name}_bucket"] = known | {"le": {str(float(edge)) for edge in ACKS}}
        else:
            found[name] = known
    return found


def unknown(expr, said=""):
    """What a rule asks for, or says of itself, that there is not."""
    known, wrong, asked = series(), [], SELECTED.findall(expr)
    for name, selector in asked:
        if name not in known:
            wrong.append(name)
            continue
        matchers = MATCHER.findall(selector)
        if ",".join("".join((label, how, f'"{value}"')) for label, how, value in matchers) != selector.replace(" ", ""):
            wrong.append(selector)
        for label, how, value in matchers:
            there = known[name].get(label, set())
            wanted = value.split("|") if how.endswith("~") else [value]
            wrong += [f"{label}={one}" for one in wanted if not any(re.fullmatch(one, each) for each in there)]
    has = {"job"}.union(*(known.get(name, ()) for name, _ in asked))
    kept = {label.strip() for some in re.findall(r"\bby \(([^)]*)\)", expr) for label in some.split(",")}
    wrong += [f"by {label}" for label in sorted(kept - has)]
    return wrong + [f"$labels.{label}" for label in re.findall(r"\$labels\.(\w+)", said) if label not in kept]


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_an_alert_asks_for_figures_that_there_are_and_says_what_to_do(rule):
    assert "onboarding_bot_" in rule["expr"] or 'up{job="onboarding-bot"}' in rule["expr"]
    assert unknown(rule["expr"], str(rule["annotations"])) == []
    assert rule["expr"].count("(") == rule["expr"].count(")")
    assert rule["labels"]["severity"] in ("warning", "critical")
    assert rule["annotations"]["summary"].endswith(".")
    assert rule["annotations"]["remedy"].endswith(".")


@pytest.mark.parametrize(
    ("expr", "wrong"),
    [
        ('sum(onboarding_bot_requests_total{outcome="nonsense"}) > 0', ["outcome=nonsense"]),
        ('sum(onboarding_bot_requests_total{outcom="failed"}) > 0', ["outcom=failed"]),
        ('onboarding_bot_digests_total{outcome=~"failed|mised"} > 0', ["outcome=mised"]),
        ('onboarding_bot_pivotal_requests_total{lane="background", status="4O1"} > 0', ["status=4O1"]),
        ('onboarding_bot_queue_size{queue="task"} > 400', ["queue=task"]),
        ("sum by (result) (onboarding_bot_digests_total) > 0", ["by result", "$labels.outcome"]),
        ("onboarding_bot_digest_total > 0", ["onboarding_bot_digest_total", "$labels.outcome"]),
    ],
)
def test_what_no_series_has_is_found_in_a_rule(expr, wrong):
    assert unknown(expr, "{{ $labels.outcome }}" if "$labels.outcome" in wrong else "") == wrong


def test_there_is_an_alert_for_all_that_somebody_has_to_know():
    named = {rule["alert"].removeprefix("OnboardingBot") for rule in rules()}

    assert named >= {
        "Down",
        "NotReady",
        "SocketSilent",
        "DigestsNotPosted",
        "DigestsUncertain",
        "DigestsOverdue",
        "AcksSlow",
        "PivotalErrors",
        "PivotalKeyRevoked",
        "RateBudgetLow",
        "InboxGrows",
        "SnapshotOld",
    }
