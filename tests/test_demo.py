"""The demo as a process: all is there at once, nothing of the computer it runs on gets in, and it leaves nothing."""

import re
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from bot.commands.demo import TRIES, scene
from bot.sandbox.slack.world import ANA, CARA, ONBOARDING
from tests.processes import Process, running, until

UP = "Ctrl-C stops it."
SHOWN_AT_ONCE = (
    r"\([1-9]\d* new, [1-9]\d* continuing\)",
    "🆕",
    r"slipped \d+ d, 2nd time",
    r"[1-9]\d* recovered",
    "1 snoozed",
    "Tangerine Telecom until",
    r"\d+ d in phase",
)
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")


class Demo:
    """A demo that is up, as its page sees it."""

    def __init__(self, child: Process) -> None:
        self.child = child
        self.url = ADDRESS.search(child.out)[0]

    async def state(self, person: str = ANA) -> dict[str, Any]:
        """What the page shows that person."""
        async with httpx.AsyncClient() as client:
            return (await client.get(f"{self.url}/sandbox/state", params={"as": person})).json()

    async def posts(self) -> list[str]:
        """All the text of each digest in #onboarding."""
        messages = (await self.state())["messages"].get(ONBOARDING, [])
        return [everything(message) for message in messages if not message["thread_ts"]]

    async def types(self, text: str, *, by: str, channel: str) -> list[str]:
        """Type in the page; gives what the person then sees in that channel, once there is an answer."""
        before = len((await self.state(by))["messages"].get(channel, []))
        async with httpx.AsyncClient() as client:
            typed = await client.post(f"{self.url}/sandbox/message", json={"as": by, "channel": channel, "text": text})
        assert typed.json() == {"ok": True}
        seen: list[str] = []

        async def answered() -> bool:
            seen[:] = [everything(message) for message in (await self.state(by))["messages"].get(channel, [])]
            return len(seen) > before

        await until(answered)
        return seen


@asynccontextmanager
async def demo(folder: Path, *options: str, **settings: str) -> AsyncIterator[Demo]:
    settings = {"TMPDIR": str(folder), "XDG_STATE_HOME": str(folder / "state")} | settings
    port = () if "--port" in options else ("--port", "0")
    async with running("demo", "--no-browser", *port, *options, cwd=folder, **settings) as child:
        await child.says(UP)
        yield Demo(child)


def everything(message: dict[str, Any]) -> str:
    return f"{message['text']}\n{message['blocks']}"


def left_behind(folder: Path) -> list[Path]:
    return list(folder.glob("onboarding-bot-demo-*"))


def children_of(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def exists(pid: str) -> bool:
    return Path(f"/proc/{pid}").exists()


async def test_all_digests_are_there_and_say_what_changed(tmp_path):
    async with demo(tmp_path) as shown:
        portfolio, launches, at_risk = await shown.posts()

    assert portfolio.startswith("Portfolio")
    assert launches.startswith("Launch week")
    assert at_risk.startswith("At-risk onboardings")
    for told in SHOWN_AT_ONCE:
        assert re.search(told, at_risk), told


@pytest.mark.parametrize("days", [0, 2, 5])
async def test_on_any_weekday_today_s_digests_have_all_there_is_to_show(days, clock, tmp_path):
    """A Monday, a Wednesday and a Saturday."""
    clock.passes(days=days)
    async with scene(tmp_path, clock=clock) as shown:
        seen = [message.seen for message in shown.slack.messages(ONBOARDING) if not message.thread_ts]
        pictures = [message.files for message in shown.slack.messages(ONBOARDING) if message.files]

    portfolio, launches, at_risk = seen
    assert len(pictures) == 1
    assert "late, target" in portfolio
    assert "this week" in launches
    for told in SHOWN_AT_ONCE:
        assert re.search(told, at_risk), told


async def test_the_digest_before_today_s_came_at_its_hour(clock, tmp_path):
    async with scene(tmp_path, clock=clock) as shown:
        (subscription,) = [one for one in await shown.bot.services.subscriptions.all() if one.kind == "at-risk"]
        last = await shown.bot.services.ledger.last_delivered(subscription, now=clock())

    came = last.claimed_at.astimezone(ZoneInfo(subscription.zone))
    assert (came.date().isoformat(), came.hour, came.minute) == (
        last.slot,
        subscription.at.hour,
        subscription.at.minute,
    )


async def test_a_kept_demo_sees_no_date_move_by_itself(clock, tmp_path):
    async with scene(tmp_path, clock=clock) as first:
        await first.bot.settled()
    clock.passes(days=3)

    async with scene(tmp_path, clock=clock) as second:
        await second.bot.settled()
        observed = [one for changes in (await second.bot.store.observations.all()).values() for one in changes]

    assert [one for one in observed if clock.now - one.seen_at < timedelta(days=3, minutes=1)] == []


@pytest.mark.parametrize(
    ("hours", "out_of_turn"),
    [(1, False), (10, True)],
    ids=["while the missed one is still posted", "when it is too late for that"],
)
async def test_a_kept_demo_has_one_digest_of_a_kind_on_its_second_day(hours, out_of_turn, clock, tmp_path):
    async with scene(tmp_path, clock=clock) as first:
        await first.bot.settled()
    clock.passes(days=1, hours=hours)

    async with scene(tmp_path, clock=clock) as second:
        await second.bot.settled()

    posted = [message.seen for message in second.slack.messages(ONBOARDING) if not message.thread_ts]
    at_risk = [seen for seen in posted if "At-risk onboardings —" in seen]
    assert len(at_risk) == 1
    assert ("Out of turn" in at_risk[0]) == out_of_turn


async def test_five_tries_are_in_the_terminal_and_in_the_page(tmp_path):
    async with demo(tmp_path) as shown:
        offered = (await shown.state())["tries"]
        printed = shown.child.out

    assert offered == list(TRIES)
    assert len(offered) == 5
    for number, attempt in enumerate(TRIES, 1):
        assert re.search(rf"{number}\. {re.escape(attempt['label'])} +{re.escape(attempt['text'])}\n", printed)


async def test_every_try_is_answered_without_a_complaint_in_the_terminal(tmp_path):
    async with demo(tmp_path) as shown:
        seen = {
            attempt["label"]: await shown.types(attempt["text"], by=attempt["as"], channel=attempt["channel"])
            for attempt in TRIES
        }
        code = await shown.child.stopped()

    assert "Aurora Foods" in seen["Where is Aurora Foods?"][-1]
    assert "page 1 of" in seen["See all onboardings"][-1]
    assert "Aurora Foods" in seen["Move Aurora Foods on"][-1]
    assert "At-risk onboardings" in seen["What needs attention?"][-1]
    assert "only full members" in seen["Ask as a guest"][-1]
    assert "Aurora" not in seen["Ask as a guest"][-1]
    assert code == 0
    assert shown.child.err == ""


async def test_what_is_set_on_this_computer_stays_out_of_it(tmp_path):
    (tmp_path / ".env").write_text("BOT_ADMINS=U0DEV0001\nBOT_ALIAS=/from-a-file\n")
    settings = {
        "SLACK_CLIENT_ID": "1.2",
        "SLACK_CLIENT_SECRET": "of another app",
        "SLACK_BOT_TOKEN": "xoxb-real",
        "PIVOTAL_API_KEY": "pivotal_real",
        "DATABASE_URL": "mysql://somewhere",
        "BOT_ADMINS": ANA,
        "BOT_COMMAND": "/other",
        "BOT_PHASES": "a,b",
        "HTTPS_PROXY": "http://127.0.0.1:1",
        "http_proxy": "http://127.0.0.1:1",
    }
    async with demo(tmp_path, **settings) as shown:
        posts = await shown.posts()
        card = (await shown.types("/onboarding aurora", by=ANA, channel=ONBOARDING))[-1]
        admin = (await shown.types("/onboarding whoami", by=CARA, channel=ONBOARDING))[-1]
        nobody = (await shown.types("/onboarding whoami", by=ANA, channel=ONBOARDING))[-1]

    assert len(posts) == 3
    assert "of 7" in card
    assert "admin" in admin.lower()
    assert "an admin" not in nobody.lower()
    assert shown.child.err == ""


async def test_a_taken_port_is_said_and_the_next_free_one_taken(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        async with demo(tmp_path, "--port", str(port)) as shown:
            posts = await shown.posts()

    assert f"Port {port} is taken; using " in shown.child.out
    assert int(shown.url.rsplit(":", 1)[1]) > port
    assert len(posts) == 3


@pytest.mark.parametrize("wanted", [signal.SIGINT, signal.SIGTERM])
async def test_ctrl_c_ends_it_and_leaves_nothing_behind(wanted, tmp_path):
    async with demo(tmp_path) as shown, httpx.AsyncClient() as browser:
        assert len(left_behind(tmp_path)) == 1
        children = children_of(shown.child.pid)
        # A page that is open listens for changes.
        async with browser.stream("GET", f"{shown.url}/sandbox/events"):
            shown.child.gets(wanted)
            code = await shown.child.ends(within=8)

    assert code == 0
    assert shown.child.err == ""
    assert shown.child.out.rstrip().endswith("Stopping …")
    assert left_behind(tmp_path) == []
    assert not any(map(exists, children))


@pytest.mark.parametrize(("desktop", "opened"), [({"DISPLAY": ":0"}, True), ({}, False)])
async def test_the_page_is_opened_where_there_is_a_desktop(desktop, opened, tmp_path):
    browser, page = tmp_path / "browser", tmp_path / "page"
    browser.write_text(f'#!/bin/sh\necho "$1" > {page}\n')
    browser.chmod(0o700)
    settings = {"TMPDIR": str(tmp_path), "BROWSER": f"{browser} %s"} | desktop
    async with running("demo", "--port", "0", cwd=tmp_path, **settings) as child:
        await child.says(UP)
        # It has been opened by the time the demo waits to be stopped.
        assert await child.stopped() == 0

    assert page.exists() is opened
    assert not opened or page.read_text().strip() == ADDRESS.search(child.out)[0]


@pytest.mark.parametrize("begun", ["onboarding-bot-demo-*", "onboarding-bot-demo-*/demo.db"])
async def test_ctrl_c_while_it_starts_leaves_nothing_behind(begun, tmp_path):
    settings = {"TMPDIR": str(tmp_path)}
    async with running("demo", "--no-browser", "--port", "0", cwd=tmp_path, **settings) as child:
        await until(lambda: list(tmp_path.glob(begun)))
        child.gets(signal.SIGINT)
        code = await child.ends(within=8)

    assert code == 130
    assert child.err == ""
    assert UP not in child.out
    assert left_behind(tmp_path) == []


async def test_a_kept_demo_goes_on_and_posts_a_day_s_digests_once(tmp_path):
    async with demo(tmp_path, "--keep") as first:
        posts = await first.posts()
        await first.types("/onboarding subscribe at-risk 10:35", by=CARA, channel=ONBOARDING)
        assert await first.child.stopped() == 0

    async with demo(tmp_path, "--keep") as second:
        again = await second.posts()
        kept = (await second.types("/onboarding subscriptions", by=CARA, channel=ONBOARDING))[-1]
        assert await second.child.stopped() == 0

    assert (len(posts), again) == (3, [])
    assert "10:35" in kept
    assert second.child.err == ""
