"""A digest in the terminal: a process against the local Pivotal, with and without a memory, to read and as JSON."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from bot.digests import DIGESTS
from bot.domain.records import Observation, Person
from bot.sandbox.pivotal import Fault
from bot.store import Store
from tests.processes import running

TODAY = datetime.now(UTC).date()
"""A process has the computer's own clock."""


@pytest.fixture
def clock():
    return lambda: datetime.now(UTC)


@pytest.fixture
async def settings(pivotal) -> dict[str, str]:
    pivotal.has_onboarding(89, customer="Aurora & Sons", state="at_risk", csm_id="user_csm_001", phase="review")
    pivotal.has_onboarding(
        90, customer="Globex", target_launch_date=(TODAY - timedelta(days=3)).isoformat(), csm_id="user_csm_002"
    )
    pivotal.has_onboarding(91, customer="Hooli", phase="launch", target_launch_date=(TODAY).isoformat(), csm_id="u")
    return {"PIVOTAL_API_KEY": pivotal.live_key, "PIVOTAL_BASE_URL": pivotal.url}


@pytest.fixture
async def memory(tmp_path, pivotal, settings) -> str:
    """The memory of a bot that saw Hooli launch two days ago, late, and knows Ana; gives its address."""
    url, now = f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}", datetime.now(UTC)
    store = await Store.open(url, clock=lambda: now)
    hooli = pivotal.onboarding(91)["id"]
    moved = ("target_launch_date", (TODAY - timedelta(days=9)).isoformat(), (TODAY - timedelta(days=7)).isoformat())
    launched, back = ("phase", "internal_qa", "launch"), ("target_launch_date", moved[2], TODAY.isoformat())
    await store.observations.add(
        Observation(hooli, *change, now - timedelta(days=days), "poll")
        for change, days in ((moved, 12), (launched, 2), (back, 1))
    )
    await store.people.link(Person("user_csm_001", slack_id="U0ANA0001", name="Ana Ruiz"))
    await store.close()
    return url


@pytest.mark.parametrize("kind", DIGESTS)
async def test_every_kind_is_written_with_no_more_than_the_key(kind, settings, pivotal, tmp_path):
    async with running("digest", kind, "--print", cwd=tmp_path, **settings) as child:
        code = await child.ends()

    assert (code, child.err) == (0, "")
    assert DIGESTS[kind].title in child.out
    assert "first digest" not in child.out
    assert {request.method for request in pivotal.requests} == {"GET"}


@pytest.mark.parametrize("kind", DIGESTS)
async def test_every_kind_is_json_for_other_programs(kind, settings, memory, tmp_path):
    async with running("digest", kind, "--json", cwd=tmp_path, DATABASE_URL=memory, **settings) as child:
        code = await child.ends()

    found = json.loads(child.out)
    assert (code, child.err) == (0, "")
    assert (found["kind"], found["date"], found["stale"], found["test_key"]) == (kind, TODAY.isoformat(), False, False)
    assert (found["numbers"] is None) == (kind != "portfolio")


async def test_rows_come_with_their_reasons_and_owners(settings, memory, tmp_path):
    async with running("digest", "at-risk", "--json", cwd=tmp_path, DATABASE_URL=memory, **settings) as child:
        await child.ends()

    rows = {row["display_id"]: row for row in json.loads(child.out)["rows"]}
    assert list(rows) == [90, 89]
    assert [reason["rule"] for reason in rows[90]["reasons"]] == ["overdue"]
    assert rows[89]["marked"]
    assert (rows[89]["customer"], rows[89]["state"]) == ("Aurora & Sons", "at_risk")
    assert rows[89]["owners"] == {"csm": {"id": "user_csm_001", "name": "Ana Ruiz"}}


async def test_the_bots_memory_tells_what_was_seen_and_stays_as_it_is(settings, memory, tmp_path):
    before = (tmp_path / "bot.db").read_bytes()

    async with running("digest", "portfolio", "--json", cwd=tmp_path, DATABASE_URL=memory, **settings) as child:
        await child.ends()

    (launched,) = json.loads(child.out)["numbers"]["launched"]
    assert (launched["customer"], launched["days_late"]) == ("Hooli", 5)
    assert date.fromisoformat(launched["on"]) == TODAY - timedelta(days=2)
    assert (tmp_path / "bot.db").read_bytes() == before


async def test_filters_narrow_it(settings, tmp_path):
    async with running(
        "digest", "at-risk", "--filters", "phase:review state:at-risk", cwd=tmp_path, **settings
    ) as child:
        await child.ends()

    assert "Aurora & Sons #89" in child.out
    assert "Globex" not in child.out
    assert "filters: phase Review · state At risk" in child.out


async def test_last_known_standing_is_written_while_pivotal_is_away(settings, memory, pivotal, tmp_path):
    store = await Store.open(memory, clock=lambda: datetime.now(UTC))
    seen = datetime.now(UTC) - timedelta(hours=1)
    rows = await _rows(pivotal)
    await store.snapshot.refresh(rows, (), begun=0, as_of=seen, source="poll")
    await store.close()
    pivotal.fails(Fault.error_500, times=50)

    async with running("digest", "at-risk", "--json", cwd=tmp_path, DATABASE_URL=memory, **settings) as child:
        code = await child.ends()

    assert code == 0
    assert json.loads(child.out)["stale"] is True


async def _rows(pivotal):
    from bot.pivotal import AsyncPivotalApi

    async with AsyncPivotalApi(pivotal.live_key, base_url=pivotal.url) as api:
        return [row async for row in api.onboardings.rows()]


async def test_without_an_answer_and_a_memory_it_says_so_and_fails(settings, pivotal, tmp_path):
    pivotal.revoke(pivotal.live_key)

    async with running("digest", "at-risk", cwd=tmp_path, **settings) as child:
        code = await child.ends()

    assert (code, child.out) == (1, "")
    assert "does not accept the bot’s key" in child.err
    assert "Traceback" not in child.err


@pytest.mark.parametrize(
    ("arguments", "changes", "told"),
    [
        (("gossip",), {}, "There is no digest gossip: portfolio, launch-week or at-risk."),
        (("at-risk", "--print", "--json"), {}, "it is --print or --json"),
        (("at-risk", "--zone", "Europe/Nowhere"), {}, "No time zone is called"),
        (("at-risk", "--filters", "phase:reveiw"), {}, "Did you mean"),
        (("at-risk", "--filters", "phase:nonsense"), {}, "There are before-getting-started,"),
        (("at-risk", "--filters", "mine"), {}, "Nobody is asking here. Say whose"),
        (("at-risk",), {"PIVOTAL_API_KEY": "nonsense"}, "PIVOTAL_API_KEY must be"),
        (("at-risk",), {"PIVOTAL_API_KEY": ""}, "PIVOTAL_API_KEY is missing: make a key in Pivotal"),
        (("at-risk",), {"BOT_TIMEZONE": "nowhere"}, "BOT_TIMEZONE"),
        (("at-risk",), {"BOT_RISK": "nonsense"}, "BOT_RISK"),
        (("at-risk",), {"DATABASE_URL": "mysql://there/bot"}, "DATABASE_URL must start with"),
    ],
)
async def test_what_cannot_be_used_is_said_in_a_sentence(arguments, changes, told, settings, tmp_path):
    async with running("digest", *arguments, cwd=tmp_path, **settings | changes) as child:
        code = await child.ends()

    assert (code, child.out) == (2, "")
    assert told in " ".join(child.err.replace("│", " ").split())
    assert "Traceback" not in child.err


@pytest.mark.parametrize("command", ["digest", "init"])
def test_the_help_names_every_digest_there_is(command):
    told = " ".join(
        CliRunner().invoke(app, [command, "--help"]).output.translate({ord(one): " " for one in "│`"}).split()
    )

    *others, last = DIGESTS
    assert f"{' , '.join(others)} or {last} ." in told
