"""The bot speaks to the servers its settings name and to nobody else: every address it looks up or calls is seen."""

import re
from pathlib import Path
from urllib.parse import urlsplit

from bot.listeners.manifest import manifest
from bot.pivotal.operations import contacts, customers, meta, onboardings
from bot.sandbox.pivotal import LocalPivotal
from bot.sandbox.slack import LocalSlack
from bot.sandbox.slack.world import CARA, ONBOARDING
from tests.processes import SOURCE, running, until

ROOT = Path(__file__).parents[1]
WATCHES = """
import sys
seen = open({seen!r}, "a", buffering=1)
def watch(event, arguments):
    if event == "socket.connect":
        print("call", *arguments[1][:2], file=seen)
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        print("look up", arguments[0], file=seen)
    elif event in ("subprocess.Popen", "os.system", "os.exec"):
        print("start", arguments[0], file=seen)
sys.addaudithook(watch)
"""
"""What a child does first of all: https://docs.python.org/3/library/audit_events.html"""
CALLED = re.compile(
    r"(?:api|pivotal)\.(customers|onboardings|contacts)\.(\w+)\(|(?:api|pivotal)\.(me|health|openapi)\("
)


async def test_a_bot_at_work_calls_only_its_slack_and_its_pivotal(tmp_path):
    seen = tmp_path / "seen"
    (tmp_path / "sitecustomize.py").write_text(WATCHES.format(seen=str(seen)))
    async with LocalSlack(manifest()) as slack, LocalPivotal(seed=True) as pivotal:
        settings = {"SLACK_BOT_TOKEN": slack.bot_token, "SLACK_APP_TOKEN": slack.app_token, "BOT_ADMINS": CARA}
        settings |= {"SLACK_API_URL": slack.api_url, "PIVOTAL_API_KEY": pivotal.test_key, "PORT": "0"}
        settings |= {"PIVOTAL_BASE_URL": pivotal.url, "METRICS_ADDRESS": "off"}
        settings |= {"PYTHONPATH": f"{tmp_path}:{SOURCE}"}
        async with running("serve", cwd=tmp_path, **settings) as bot:
            await bot.says("connected to Slack")
            for line, answer in (
                ("aurora", "Aurora Foods"),
                ("at-risk", "page 1 of"),
                ("digest now at-risk", "Posted here"),
            ):
                await slack.types(f"/onboarding {line}", by=CARA, channel=ONBOARDING)
                await until(lambda answer=answer: answer in str(slack.messages(ONBOARDING, CARA)))
            assert await bot.stopped() == 0
        ports = {str(urlsplit(address).port) for address in (slack.api_url, pivotal.url)}

    lines = set(seen.read_text().splitlines())
    called = {line.removeprefix("call 127.0.0.1 ") for line in lines if line.startswith("call ")}
    assert called == ports
    assert {line for line in lines if not line.startswith("call ")} <= {"look up 127.0.0.1"}


def test_the_reviewers_table_has_every_call_of_pivotal_that_the_bot_makes():
    calls = {
        "customers.contacts": customers.contacts("1").call(None),
        "customers.create": customers.create("A", slug="a"),
        "customers.get": customers.get("1"),
        "customers.rows": customers.rows().call(None),
        "contacts.create": contacts.create("1", name="A", email="a@b.example"),
        "onboardings.create": onboardings.create("1"),
        "onboardings.get": onboardings.get("1"),
        "onboardings.rows": onboardings.rows().call(None),
        "onboardings.update": onboardings.update("1", phase="review"),
        "me": meta.me(),
        "openapi": meta.openapi(),
    }
    rooms = [path for path in (ROOT / "bot").rglob("*.py") if path.parts[-2] not in ("operations", "pivotal")]
    used = {
        only or f"{noun}.{verb}"
        for path in rooms
        if "sandbox" not in path.parts
        for noun, verb, only in CALLED.findall(path.read_text())
    }
    block = (ROOT / "README.md").read_text().split("<!-- pivotal calls -->\n")[1].split("\n\n")[0]

    told = re.findall(r"^\| `([A-Z]+ /\S*)`", block, flags=re.MULTILINE)

    assert used == calls.keys()
    assert sorted(told) == sorted({f"{call.method} {call.route}" for call in calls.values()})
