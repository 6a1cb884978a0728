"""`onboarding-bot doctor` as a process: what it finds in a set-up that works, and in one that never answers."""

import json
import socket
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.records import Subscription
from bot.listeners.manifest import manifest
from bot.sandbox.pivotal import LocalPivotal
from bot.sandbox.slack import LocalSlack
from bot.sandbox.slack.world import CARA, ONBOARDING, TEAM
from bot.store import Store
from tests.processes import running, wired


@pytest.fixture
async def pivotal():
    async with LocalPivotal() as local:
        yield local


@pytest.fixture
async def slack():
    async with LocalSlack(manifest()) as local:
        yield local


@pytest.fixture
def settings(slack, pivotal, tmp_path):
    own = {"METRICS_ADDRESS": "off", "BOT_ADMINS": CARA, "PORT": "0"}
    return wired(slack, pivotal, f"sqlite:///{tmp_path / 'bot.db'}") | own


@pytest.fixture
def doctor(tmp_path):
    """`await doctor(settings)`: its exit code, what it found by name, and all it said."""

    async def examines(settings):
        async with running("doctor", "--json", cwd=tmp_path, **settings) as child:
            code = await child.ends()
        assert child.err == ""
        found = json.loads(child.out)["findings"]
        return code, {f"{one['part']} {one['name']}": one for one in found}, child.out

    return examines


@pytest.fixture
def deaf():
    """The address of somebody who takes every connection and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield "http://127.0.0.1:{1}".format(*listener.getsockname())


async def test_a_new_set_up_is_all_right_and_is_left_as_it_is(settings, tmp_path):
    async with running("doctor", cwd=tmp_path, **settings) as child:
        code = await child.ends()

    assert (code, child.err) == (0, "")
    assert "ok    Slack     scopes: all 6 that are needed" in child.out
    assert child.out.splitlines()[-1] == "17 ok."
    assert list(tmp_path.iterdir()) == []


async def test_no_secret_is_said(doctor, settings, slack, pivotal):
    _, found, said = await doctor(settings | {"SLACK_SIGNING_SECRET": slack.signing_secret})

    assert found["Pivotal key"]["found"].startswith("live key pivotal_sand… “onboarding-bot”")
    secrets = (slack.bot_token, slack.app_token, slack.signing_secret, pivotal.live_key)
    assert [one for one in secrets if one in said] == []


async def test_what_hangs_hides_nothing_and_holds_nobody_up(doctor, settings, deaf):
    code, found, _ = await doctor(settings | {"SLACK_API_URL": f"{deaf}/api/", "PIVOTAL_BASE_URL": deaf})

    assert code == 1
    assert [found[name]["level"] for name in ("Slack token", "Slack socket", "Pivotal key")] == ["fail"] * 3
    assert found["Memory database"]["level"] == "ok"
    assert found["Digests subscriptions"]["level"] == "ok"


async def test_every_problem_of_the_settings_is_told_and_the_rest_is_examined(doctor, settings):
    wrong = {"SLACK_BOT_TOKEN": "xoxp-of-a-person", "SLACK_CLIENT_ID": "1.2", "BOT_WRITES": "everybody", "PORT": "x"}

    code, found, _ = await doctor(settings | wrong)

    assert code == 1
    assert [found[f"Settings {name}"]["level"] for name in wrong] == ["fail"] * 4
    assert found["Settings BOT_WRITES"]["remedy"] == "It must be owners, team or off."
    assert found["Slack token"]["level"] == "warn"
    assert [found[name]["level"] for name in ("Slack socket", "Pivotal key", "Memory database")] == ["ok"] * 3


async def test_each_digest_has_its_line_with_its_channel_its_next_run_and_its_last(doctor, settings, subscribed):
    await subscribed("sub_1", "at-risk", ONBOARDING)
    await subscribed("sub_2", "launch-week", "C0GONE0001", paused="That channel is gone.")

    code, found, _ = await doctor(settings)

    assert code == 1
    fine, gone = found["Digests At-risk onboardings, #onboarding"], found["Digests Launch week, C0GONE0001"]
    assert (fine["level"], fine["remedy"]) == ("ok", "")
    assert fine["found"].startswith("next ")
    assert fine["found"].endswith(
        "(Europe/Berlin); none came yet; the bot is in the channel, and nobody reads it who may not"
    )
    assert gone["level"] == "fail"
    assert (
        "the channel is gone, or it is private and the bot is not in it; paused: That channel is gone" in gone["found"]
    )


@pytest.fixture
def subscribed(settings):
    """`await subscribed(id, kind, channel)`: a digest of yesterday's making."""

    async def makes(key, kind, channel, **fields):
        now = datetime.now(UTC)
        store = await Store.open(settings["DATABASE_URL"], clock=lambda: now)
        at, made = (now - timedelta(hours=6)).time().replace(microsecond=0), now - timedelta(hours=1)
        await store.subscriptions.add(
            Subscription(key, TEAM, channel, kind, "mon-sun", at, "Europe/Berlin", CARA, made, **fields)
        )
        await store.close()

    return makes
