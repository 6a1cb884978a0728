"""The people command: what it writes can be filled in and read again, and a file is taken in whole or not at all."""

import asyncio
import csv
from datetime import UTC, datetime, time
from io import StringIO

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from typer.testing import CliRunner

from bot.__main__ import app
from bot.commands import people
from bot.commands.people import Roster, Unreadable, parse, write
from bot.domain.records import Directory, Person, Said, Subscription
from bot.domain.unmapped import Unmapped
from bot.store import Store

NOW = datetime(2026, 9, 7, 12, 0, tzinfo=UTC)
ANA = Person("user_csm_001", "U0ANA0001", "Ana Ruiz", "ana@larkspur.example", "csv")


def written(directory, *owners):
    file = StringIO()
    write(Directory(directory), owners, file)
    return file.getvalue()


@pytest.fixture
def run(tmp_path, monkeypatch):
    """`run("people", "export")` beside a database with Ana's link; gives the result."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}"
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.chdir(tmp_path)

    async def prepare():
        store = await Store.open(url, clock=lambda: NOW)
        await store.people.link(Person("user_csm_001", "U0ANA0001", "Ana Ruiz"))
        await store.close()

    asyncio.run(prepare())
    return lambda *words: CliRunner().invoke(app, words)


def file(tmp_path, *rows):
    path = tmp_path / "people.csv"
    path.write_text("\n".join(("pivotal_id,slack_id,name", *rows)))
    return str(path)


def test_what_is_written_can_be_read_again():
    guess = Person("user_csm_002", "U0MARA001", "Mara", None, "claim", confirmed=False)
    owner = Unmapped("user_csm_003", 2, ("Acme", "Globex"), ("csm",))

    text = written({"user_csm_001": ANA, "user_csm_002": guess}, owner)

    assert parse(text) == Roster((ANA,), blank=1, guessed=1)
    assert 'user_csm_003,,,,unlinked,2,"Acme, Globex"' in text


def test_an_export_says_how_far_it_is_every_thousand_rows():
    told = []
    many = {f"user_{at:04}": Person(f"user_{at:04}", "U0ANA0001", "Ana") for at in range(2_500)}

    write(Directory(many), (), StringIO(), tell=lambda *how_far: told.append(how_far))

    assert told == [("Writing people", at, 2_500) for at in (0, 1_000, 2_000)]


def test_how_far_an_export_is_stands_beside_it_not_in_it(run, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")

    result = run("people", "export")

    assert "Writing people" in result.stderr
    assert result.stdout.splitlines()[0] == "pivotal_id,slack_id,name,email,status,onboardings,customers"
    assert "Writing" not in result.stdout


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", " =1"])
def test_no_cell_is_a_formula_and_all_come_back(name):
    text = written({"user_1": Person("user_1", "U0ANA0001", name)})

    cells = list(csv.reader(StringIO(text)))[1]
    assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for cell in cells)
    assert parse(text).people[0].name == name.strip()


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=20))
@example("'=1")
@example("''＝1")
@example("\r=1")
@example("' =1")
def test_every_name_comes_back_from_the_file(name):
    meant = " ".join(name.split())
    assume(meant)
    text = written({"user_1": Person("user_1", "U0ANA0001", meant)})

    assert [person.name for person in parse(text).people] == [meant]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("<!channel>,U0ANA0001,Ana", "Row 2: the pivotal_id is not one."),
        ("user_1,ana,Ana", "Row 2: 'ana' is no Slack user id, such as U012AB3CD."),
        ("user_1,U0ANA0001,", "Row 2: the name is missing."),
        ("user_1,U0ANA0001,Ana\nuser_1,U0BEN0001,Ben", "Row 3: user_1 stands in an earlier row too."),
    ],
)
def test_every_problem_is_told_by_its_row(row, problem):
    with pytest.raises(Unreadable) as refused:
        parse(f"pivotal_id,slack_id,name\n{row}")

    assert refused.value.problems == [problem]


@pytest.mark.parametrize("text", ["", "a,b\n1,2", "pivotal_id,slack_id\nuser_1,U0ANA0001"])
def test_a_file_without_the_columns_is_refused(text):
    with pytest.raises(Unreadable, match="pivotal_id, slack_id, name"):
        parse(text)


def test_import_links_confirmed_and_says_what_changed(run, tmp_path):
    result = run(
        "people", "import", file(tmp_path, "user_csm_001,U0ANA0001,Ana Ruiz", "user_2,U0MARA001,Mara K", "u3,,")
    )

    assert result.exit_code == 0
    assert "Links taken in: 2, of which 1 new or changed. Rows without a Slack user, left out: 1." in result.output
    assert "user_2,U0MARA001,Mara K,,confirmed" in run("people", "export").output


def test_import_is_audited(run, tmp_path):
    run("people", "import", file(tmp_path, "user_csm_001,U0MARA001,Mara K"))

    told = run("audit", "--csv", "--since", "2020-01-01", "--until", "2030-01-01").output
    assert (
        "Command line,,people import,link,,Pivotal user user_csm_001,Ana Ruiz (U0ANA0001),Mara K (U0MARA001),done"
        in told
    )


def test_a_file_with_a_problem_changes_nothing(run, tmp_path):
    result = run("people", "import", file(tmp_path, "user_2,U0MARA001,Mara", "user_3,nobody,Ben"))

    assert result.exit_code == people.FAILED
    assert "nothing was changed" in result.output
    assert "user_2" not in run("people", "export").output


def test_a_file_that_is_not_there_is_told_in_words(run):
    result = run("people", "import", "nowhere.csv")

    assert result.exit_code == people.FAILED
    assert "nowhere.csv cannot be read: No such file or directory." in result.output


@pytest.mark.parametrize("words", [("export",), ("import", "people.csv")])
def test_before_the_first_run_it_is_said_where_a_memory_was_looked_for(words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    file(tmp_path, "user_1,U0ANA0001,Ana")

    result = CliRunner().invoke(app, ["people", *words])

    assert result.exit_code == 2
    assert f"not at its usual place, {tmp_path / 'onboarding-bot' / 'bot.db'}: has the bot run" in result.output


def test_forgetting_erases_the_link_and_says_the_pseudonym(run):
    result = run("people", "forget", "U0ANA0001", "--yes")

    assert result.exit_code == 0
    assert "Erased. Rows deleted: 1, changed: 0." in result.output
    assert "erased_" in result.output
    assert "U0ANA0001" not in run("people", "export").output


def test_forgetting_finds_a_name_as_it_was_posted(run, tmp_path):
    digest = Subscription("s1", "T1", "C1", "at-risk", "daily", time(9), "UTC", "U0BEN0001", NOW)
    done = {"text": "✓ Tom &amp; Jerry cleared at risk · 09:14"}

    async def posted():
        store = await Store.open(f"sqlite:///{tmp_path / 'bot.db'}", clock=lambda: NOW)
        await store.people.link(Person("user_tom", "U0TOM0001", "Tom & Jerry"))
        await store.subscriptions.add(digest)
        claim = await store.deliveries.claim(digest.id, "2026-09-07", channel="C1", now=NOW)
        await store.deliveries.posted(claim, ts="1", said=Said(), message=done)
        await store.close()

    asyncio.run(posted())

    result = run("people", "forget", "U0TOM0001", "--yes")

    assert "Rows deleted: 1, changed: 1." in result.output
    assert b"Tom" not in (tmp_path / "bot.db").read_bytes()


@pytest.mark.parametrize("typed", ["n\n", ""])
def test_forgetting_asks_first(run, typed):
    result = CliRunner().invoke(app, ["people", "forget", "U0ANA0001"], input=typed)

    assert result.exit_code == 1
    assert "Erase Ana Ruiz (U0ANA0001) for good?" in result.output
    assert "U0ANA0001" in run("people", "export").output


def test_forgetting_somebody_nobody_knows_of_says_so(run):
    result = run("people", "forget", "U0ZZZZZZZ", "--yes")

    assert result.exit_code == 0
    assert result.output.startswith("Nothing of U0ZZZZZZZ is stored.")
    assert "Erased" not in result.output
    assert "forget" not in run("audit", "--csv", "--since", "2020-01-01", "--until", "2030-01-01").output


def test_what_is_no_slack_user_is_not_forgotten(run):
    result = run("people", "forget", "Ana", "--yes")

    assert result.exit_code == people.FAILED
    assert "'Ana' is no Slack user id" in result.output
