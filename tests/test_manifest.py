"""manifest.yml is what the code prints, asks Slack for no more than the code uses, and stays within Slack's rules."""

import ast
import inspect
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import typer
import yaml
from slack_sdk.web.async_client import AsyncWebClient
from typer.testing import CliRunner

from bot.__main__ import app as cli
from bot.commands import manifest as script
from bot.listeners import FEATURES
from bot.listeners.manifest import EXTRAS, METHODS, SCOPES, Names, as_link, as_yaml, manifest, off
from bot.listeners.withdrawing import EVENTS

ROOT = Path(__file__).parents[1]
SOURCES = [path for path in (ROOT / "bot").rglob("*.py") if "sandbox" not in path.parts]
NEEDS_NO_METHOD = {"commands"}
"""Scopes that allow something to be offered, not something to be called."""


def attributes() -> Iterator[ast.Attribute]:
    for path in SOURCES:
        yield from (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute))


def web_api() -> dict[str, str]:
    """The SDK's Python names of Slack's methods, and Slack's own: `chat_postMessage` → `chat.postMessage`."""
    found = {}
    for name, function in inspect.getmembers(AsyncWebClient, inspect.isfunction):
        if called := re.search(r'self\.api_call\(\s*"([\w.]+)"', inspect.getsource(function)):
            found[name] = called[1]
    return found


@pytest.fixture(params=["socket", "http"])
def app(request) -> dict:
    return manifest(request_url="https://bot.example/slack/events" if request.param == "http" else None)


@pytest.fixture
def printed(tmp_path, monkeypatch):
    """Prints a manifest in a folder of its own, with whatever that folder's `.env` sets and nothing else."""
    monkeypatch.chdir(tmp_path)
    for name in (one for one in script.App.model_fields if one.upper() in os.environ):
        monkeypatch.delenv(name.upper())
    monkeypatch.setenv("COLUMNS", "400")
    return lambda *options: CliRunner().invoke(cli, ["manifest", *options])


def test_the_file_is_what_the_command_prints():
    printed = subprocess.run([sys.executable, "-m", "bot", "manifest"], capture_output=True, text=True, check=True)

    assert (ROOT / "manifest.yml").read_text() == printed.stdout


def test_the_scopes_are_those_of_the_methods_and_no_others():
    needed = {scope for scopes in METHODS.values() for scope in scopes} | NEEDS_NO_METHOD

    optional = {scope for extra in EXTRAS.values() for scope in extra.scopes}
    to_hear = {"app_mentions:read", "links:read"}  # of events, not of methods
    assert needed | to_hear == set(SCOPES) | optional
    assert manifest()["oauth_config"]["scopes"] == {"bot": list(SCOPES)}
    assert not optional & set(SCOPES)


def test_the_methods_are_those_the_source_calls():
    names = web_api()
    called = {names[node.attr] for node in attributes() if node.attr in names}
    through_bolt = {"apps.connections.open"}  # the Socket Mode handler opens its own connection

    assert called | through_bolt == set(METHODS)
    assert not [node.lineno for node in attributes() if node.attr == "api_call"]


def test_nothing_is_listened_to_that_the_manifest_does_not_switch_on():
    app, least = manifest(extras=EXTRAS), manifest()
    registered = {
        node.attr for node in attributes() if isinstance(node.value, ast.Attribute) and node.value.attr == "bolt"
    }

    assert registered == {"action", "command", "event", "options", "shortcut", "view"}
    assert app["settings"]["interactivity"]["is_enabled"]
    events = app["settings"].get("event_subscriptions", {}).get("bot_events", [])
    shortcuts = [shortcut["callback_id"] for shortcut in app["features"].get("shortcuts", [])]
    assert set(events) == {name for feature in FEATURES for name in feature.events} | set(EVENTS)
    assert set(shortcuts) == {name for feature in FEATURES for name in feature.shortcuts}
    assert least["features"]["app_home"]["home_tab_enabled"]
    assert least["settings"]["event_subscriptions"]["bot_events"] == ["app_home_opened", *EVENTS]
    assert not any(":history" in scope for scope in SCOPES)


def test_every_button_reaches_the_one_listener_for_buttons():
    ids = [action for feature in FEATURES for action in feature.buttons]

    assert ids
    assert all(action.startswith("ob:") for action in ids)


def test_it_keeps_slacks_limits(app):
    shown, features = app["display_information"], app["features"]

    assert app["_metadata"]["major_version"] in (1, 2)
    assert 1 <= len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert "long_description" not in shown or 175 <= len(shown["long_description"]) <= 4000
    assert re.fullmatch(r"#[0-9a-f]{6}", shown["background_color"])
    assert 1 <= len(features["bot_user"]["display_name"]) <= 80
    assert len(features["slash_commands"]) <= 50
    for command in features["slash_commands"]:
        assert re.fullmatch(r"/[a-z0-9_-]{1,31}", command["command"])
        assert 1 <= len(command["description"]) <= 2000
        assert len(command["usage_hint"]) <= 1000


def test_shortcuts_keep_slacks_limits(app):
    shortcuts = app["features"]["shortcuts"]

    assert 1 <= len(shortcuts) <= 10
    for shortcut in shortcuts:
        assert 1 <= len(shortcut["name"]) <= 24
        assert 1 <= len(shortcut["description"]) <= 150
        assert shortcut["type"] in ("global", "message")


def test_what_was_not_asked_for_is_not_in_it():
    mentions, unfurls = manifest(extras=["mentions"]), manifest(extras=["unfurls"])

    assert "unfurl_domains" not in mentions["features"]
    assert mentions["oauth_config"]["scopes"]["bot"] == [*SCOPES, "app_mentions:read"]
    assert mentions["settings"]["event_subscriptions"]["bot_events"] == ["app_home_opened", *EVENTS, "app_mention"]
    assert unfurls["features"]["unfurl_domains"] == ["my.pivotal.app"]
    assert unfurls["oauth_config"]["scopes"]["bot"] == [*SCOPES, "links:read", "links:write"]


def test_links_of_another_pivotal_are_shown_too():
    def domains(web):
        return manifest(extras=["unfurls"], web=web)["features"]["unfurl_domains"]

    assert domains("https://pivotal.larkspur.example:8443/api/v1") == ["my.pivotal.app", "pivotal.larkspur.example"]
    assert domains("https://my.pivotal.app/api/v1") == ["my.pivotal.app"]
    assert domains("http://127.0.0.1:8766/api/v1") == ["my.pivotal.app"]


def test_the_printed_manifest_has_the_domain_of_the_pivotal_that_is_set(tmp_path):
    printed = subprocess.run(
        [sys.executable, "-m", "bot", "manifest", "--with", "unfurls"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "PIVOTAL_BASE_URL": "https://pivotal.larkspur.example/api/v1"},
    )

    assert yaml.safe_load(printed.stdout)["features"]["unfurl_domains"] == [
        "my.pivotal.app",
        "pivotal.larkspur.example",
    ]


def test_with_adds_what_it_names_and_knows_what_there_is():
    printed, refused = (
        subprocess.run(
            [sys.executable, "-m", "bot", "manifest", "--with", names],
            capture_output=True,
            text=True,
            env={**os.environ, "COLUMNS": "200"},
        )
        for names in ("mentions, unfurls,groups,charts", "magic")
    )

    assert yaml.safe_load(printed.stdout) == manifest(extras=EXTRAS)
    assert refused.returncode == 2
    assert "There is no “magic”; there are mentions, unfurls, groups and charts." in refused.stderr


def test_a_feature_is_off_when_one_of_its_scopes_is_missing():
    granted = {*SCOPES, "app_mentions:read", "links:read", "usergroups:read", "files:write"}

    assert list(off(granted)) == ["unfurls"]
    assert "links:write" in off(granted)["unfurls"]
    assert off(None) == {}
    assert list(off(SCOPES)) == list(EXTRAS)


def test_mentions_arrive_as_ids(app):
    escaped = [command["should_escape"] for command in app["features"]["slash_commands"]]

    assert escaped == [True, True]


def test_in_socket_mode_slack_is_given_no_address():
    app = manifest()

    assert app["settings"]["socket_mode_enabled"] is True
    assert "url" not in as_yaml(app)


def test_over_http_every_request_has_its_address_and_socket_mode_is_off():
    printed = subprocess.run(
        [sys.executable, "-m", "bot", "manifest", "--http", "--url", "https://bot.example/"],
        capture_output=True,
        text=True,
        check=True,
    )
    app = yaml.safe_load(printed.stdout)
    address = "https://bot.example/slack/events"

    assert app["settings"]["socket_mode_enabled"] is False
    assert app["settings"]["interactivity"] == {"is_enabled": True, "request_url": address}
    assert app["settings"]["event_subscriptions"]["request_url"] == address
    assert [command["url"] for command in app["features"]["slash_commands"]] == [address, address]


def test_the_address_that_is_set_need_not_be_given_again(printed):
    Path(".env").write_text("SLACK_SIGNING_SECRET=0123\nPUBLIC_URL=https://bot.example\n")

    of_the_file, another, socket = printed(), printed("--url", "https://other.example"), printed("--socket")

    assert "https://bot.example/slack/events" in of_the_file.output
    assert "https://other.example/slack/events" in another.output
    assert yaml.safe_load(socket.output) == manifest()


def test_the_link_opens_slacks_form_with_the_same_manifest():
    address = urlsplit(as_link(manifest()))
    asked = parse_qs(address.query)

    assert (address.scheme, address.netloc, address.path) == ("https", "api.slack.com", "/apps")
    assert asked["new_app"] == ["1"]
    assert json.loads(asked["manifest_json"][0]) == manifest()
    assert len(as_link(manifest(extras=EXTRAS, request_url="https://bot.example/slack/events"))) < 8_000


@pytest.mark.parametrize(("http", "url"), [(True, None), (None, "https://bot.example"), (False, "https://bot.example")])
def test_a_public_address_and_http_mode_come_together(http, url):
    with pytest.raises(typer.BadParameter, match="--http --url"):
        script.main(command=None, alias=None, http=http, url=url, extras="", link=False)


@pytest.mark.parametrize(
    ("lines", "options", "expected"),
    [
        ([], [], manifest()),
        (["SLACK_APP_TOKEN=xapp-1", "SLACK_SIGNING_SECRET=abc"], [], manifest()),
        (["BOT_COMMAND=/launchpad", "BOT_ALIAS=/lp"], [], manifest(Names("/launchpad", "/lp"))),
        (["BOT_COMMAND=/launchpad", "BOT_ALIAS=/lp"], ["--alias", "/pad"], manifest(Names("/launchpad", "/pad"))),
        (
            ["SLACK_APP_TOKEN=", "SLACK_SIGNING_SECRET=abc"],
            ["--url", "https://bot.example"],
            manifest(request_url="https://bot.example/slack/events"),
        ),
        (["SLACK_SIGNING_SECRET=abc"], ["--socket"], manifest()),
    ],
)
def test_what_is_not_said_is_as_it_is_set_up(printed, lines, options, expected):
    Path(".env").write_text("\n".join(lines))

    result = printed(*options)

    assert (result.exit_code, yaml.safe_load(result.stdout)) == (0, expected)


def test_http_mode_that_is_set_up_is_not_described_without_its_address(printed):
    Path(".env").write_text("SLACK_SIGNING_SECRET=abc\n")

    result = printed()

    assert (result.exit_code, result.stdout) == (2, "")
    assert "HTTP mode, which is set up" in result.stderr
    assert "--url https://bot.example.com" in result.stderr


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--http", "--url", "http://garbage"], "begins with https://"),
        (["--http", "--url", "https://not a url"], "begins with https://"),
        (["--http", "--url", "https://me:secret@bot.example"], "begins with https://"),
        (["--command", "onboarding"], "must be a slash and one word"),
        (["--alias", "/x y"], "must be a slash and one word"),
    ],
)
def test_what_slack_would_not_take_is_refused(printed, options, told):
    result = printed(*options)

    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr


def test_other_names_are_offered_when_the_command_is_called_otherwise():
    app = manifest(Names("/launchpad", "/lp"))

    assert [command["command"] for command in app["features"]["slash_commands"]] == ["/launchpad", "/lp"]
