"""The audit command: a table to look at, CSV that no spreadsheet takes for formulas, and times as people say them."""

import csv
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest

from bot.commands import audit
from bot.domain.records import AuditEntry
from bot.store import Store
from tests.processes import running

NOW = datetime(2026, 9, 7, 12, 0, tzinfo=UTC)


def entry(**fields):
    plain = {"slack_id": "U0ANA0001", "name": "Ana Ruiz", "source": "button in C0ONBOARD", "action": "advance"}
    plain |= {"onboarding_id": "onb_089", "title": "Aurora Foods", "before": "Review", "after": "Program buildout"}
    plain |= {"outcome": "done", "reference": "K7Q2M9", "at": NOW}
    return AuditEntry(**plain | fields)


async def given(*entries):
    for one in entries:
        yield one


async def written(*entries):
    file = StringIO()
    await audit.write(given(*entries), file)
    return list(csv.DictReader(StringIO(file.getvalue())))


@pytest.fixture
async def database(tmp_path):
    """A memory with one act of an hour ago and one of forty days ago; gives its address."""
    url, now = f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}", datetime.now(UTC)
    store = await Store.open(url, clock=lambda: now)
    await store.audit.add(entry(at=now - timedelta(days=40), reference="OLD"))
    await store.audit.add(entry(at=now - timedelta(hours=1), reference="NEW", reason='said "yes", then\nno'))
    await store.close()
    return url


async def test_csv_has_every_field():
    (row,) = await written(entry(reason="legal"))

    assert tuple(row) == audit.COLUMNS
    assert row["at"] == "2026-09-07T12:00:00+00:00"
    assert (row["customer"], row["before"], row["after"]) == ("Aurora Foods", "Review", "Program buildout")
    assert (row["name"], row["reason"], row["reference"]) == ("Ana Ruiz", "legal", "K7Q2M9")


@pytest.mark.parametrize("said", ["=1+1", "+49", "-1", "@SUM(A1)", "\t=1", " =1", "\n=1", "＝1", "＠SUM(A1)", "'=1"])
async def test_no_cell_is_taken_for_a_formula(said):
    (row,) = await written(entry(title=said, reason=said, name=said))

    assert {row[name] for name in ("customer", "reason", "name")} == {f"'{said}"}


@pytest.mark.parametrize(
    "unseen", ["\u200b", "\ufeff", "\xa0", "\x00", "\x0b", "\u3000", "\u202e", "\xad", "\u2028", " \u2060 "]
)
async def test_what_nobody_sees_hides_no_formula(unseen):
    (row,) = await written(entry(reason=f"{unseen}=1", title=f"'{unseen}＋1", name=f"{unseen}Aurora"))

    assert (row["reason"], row["customer"]) == (f"'{unseen}=1", f"''{unseen}＋1")
    assert row["name"] == f"{unseen}Aurora"
    assert audit.as_meant(row["customer"]) == f"'{unseen}＋1"


async def test_carriage_return_hides_no_formula():
    (row,) = await written(entry(reason="\r=1"))

    assert row["reason"] == "'\n=1"


async def test_ordinary_words_stay_as_they_are():
    (row,) = await written(entry(reason="back - and = fine"))

    assert row["reason"] == "back - and = fine"


async def test_table_says_what_it_leaves_out(console, said):
    await audit.show(given(*(entry(reference=f"R{n}") for n in range(audit.SHOWN + 1))), console)

    assert "R500" in said()
    assert " R0 " not in said()
    assert "The newest 500 of 501; --csv has them all." in said()


async def test_table_lets_nothing_move_the_cursor(console, said):
    await audit.show(given(entry(reason="\x1b[2Jgone [bold]x[/bold]")), console)

    assert "\x1b" not in said()
    assert "[bold]x[/bold]" in said()


async def test_empty_audit_says_so(console, said):
    await audit.show(given(), console)

    assert said() == "Nothing was tried in this time.\n"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("30d", NOW - timedelta(days=30)),
        ("12H", NOW - timedelta(hours=12)),
        ("2w", NOW - timedelta(weeks=2)),
        ("2026-09-01", datetime(2026, 9, 1, tzinfo=UTC)),
    ],
)
def test_times_are_read_as_people_say_them(typed, expected):
    assert audit.moment(typed, now=NOW) == expected


@pytest.mark.parametrize("typed", ["", "soon", "30", "3y", "-3d", "2026-13-01"])
def test_other_times_are_refused(typed):
    with pytest.raises(ValueError, match="write 30d, 12h or 2w"):
        audit.moment(typed, now=NOW)


async def test_command_reads_the_database_without_the_settings_of_slack(database, tmp_path):
    async with running("audit", "--since", "30d", "--csv", cwd=tmp_path, DATABASE_URL=database) as child:
        code = await child.ends()

    rows = list(csv.DictReader(StringIO(child.out)))
    assert (code, child.err) == (0, "")
    assert [(row["reference"], row["reason"]) for row in rows] == [("NEW", 'said "yes", then\nno')]


async def test_command_shows_a_table_up_to_a_time(database, tmp_path):
    (tmp_path / ".env").write_text(f"DATABASE_URL={database}\n")

    async with running("audit", "--since", "60d", "--until", "30d", cwd=tmp_path) as child:
        code = await child.ends()

    assert code == 0
    assert "OLD" in child.out
    assert "NEW" not in child.out


@pytest.mark.parametrize(
    ("arguments", "url", "told"),
    [
        (("--since", "soon"), "", "write 30d, 12h or 2w"),
        ((), "mysql://there/bot", "DATABASE_URL must start with"),
        ((), "sqlite:////nowhere/bot.db", "names a file that does not exist, /nowhere/bot.db"),
        ((), "postgresql://bot:secret@127.0.0.1:1/bot", "cannot be opened"),
    ],
)
async def test_what_keeps_it_from_reading_is_said_in_a_sentence(arguments, url, told, tmp_path):
    async with running("audit", *arguments, cwd=tmp_path, DATABASE_URL=url) as child:
        code = await child.ends()

    assert code == 2
    assert told in " ".join(child.err.replace("│", " ").split())
    assert "Traceback" not in child.err
    assert "secret" not in child.err
