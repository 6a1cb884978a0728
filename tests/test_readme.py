"""The README says what is true: its tables are the code's, its commands run when pasted, its snippets work."""

import re
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from bot import config
from bot.config import Settings
from bot.digests import DIGESTS, Briefing
from bot.domain import risk
from bot.domain.phases import Phases
from bot.domain.records import Directory, Subscription
from bot.listeners import FEATURES
from bot.listeners.feature import Registry
from bot.listeners.manifest import EXTRAS, SCOPES
from bot.sandbox.slack.world import CARA, ONBOARDING, TEAM
from bot.views.digest_frame import Frame

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
README = (ROOT / "README.md").read_text()
CLIENT = "## The Pivotal client"
"""That section's examples have their own test."""


@dataclass(frozen=True)
class Fence:
    """One fenced block: its language, and its text."""

    language: str
    text: str


def fences() -> Iterator[Fence]:
    before, _, rest = README.partition(CLIENT)
    text = before + rest[rest.find("\n## ") :] if rest else before
    pattern = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
    for found in pattern.finditer(text):
        yield Fence(found[2], "\n".join(line.removeprefix(found[1]) for line in found[3].splitlines()))


def snippets() -> list[str]:
    return [fence.text for fence in fences() if fence.language == "python"]


def table(name: str) -> list[tuple[str, ...]]:
    """The rows of the table under `<!-- name -->`, without its head."""
    block = README.split(f"<!-- {name} -->\n")[1].split("\n\n")[0]
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in block.splitlines()[2:]]
    return [tuple(cell.strip().replace(r"\|", "|") for cell in row) for row in rows]


def module(source: str) -> ModuleType:
    made = ModuleType("snippet")
    exec(compile(source, "README.md", "exec"), made.__dict__)
    return made


def test_the_command_table_is_the_registry():
    rows = [
        (f"`{' '.join(filter(None, (command.verb, command.usage)))}`", command.tells)
        for feature in FEATURES
        for command in feature.commands
    ]

    assert table("commands") == rows


def test_the_settings_table_is_the_settings():
    rows = [
        (f"`{name.upper()}`", "required" if field.is_required() else _default(name), field.description)
        for name, field in Settings.model_fields.items()
    ]

    assert table("settings") == rows


def _default(name: str) -> str:
    field = Settings.model_fields[name]
    if field.default_factory:
        scheme, path = field.get_default(call_default_factory=True).split(":///")
        return f"`{scheme}:///…/{Path(path).name}`"
    return f"`{field.default}`" if field.default else "none"


def test_the_risk_table_is_the_rules_and_their_thresholds():
    rows = table("risk")
    written = dict(pair.split("=") for _, _, cell in rows for pair in re.findall(r"`(\w+=[\d.]+)`", cell))

    assert [rule for rule, _, _ in rows] == list(risk.RULES)
    assert written == {name: str(value) for name, value in asdict(risk.DEFAULTS).items()}
    assert [name for _, told, cell in rows for name in re.findall(r"`(\w+)`", told) if f"`{name}=" not in cell] == []


def test_the_scopes_table_is_the_manifest():
    assert table("scopes") == [(f"`{scope}`", why) for scope, why in SCOPES.items()]


def test_the_optional_scopes_table_is_the_manifests():
    rows = [(f"`{name}`", f"`{scope}`", why) for name, extra in EXTRAS.items() for scope, why in extra.scopes.items()]

    assert table("optional scopes") == rows


def test_every_digest_is_told_with_its_hour():
    days = {"mon-fri": "weekdays", "mon": "Mondays", "fri": "Fridays"}

    for digest in DIGESTS.values():
        assert re.search(rf"`{digest.kind}` comes on {days[digest.days]} at\s+{digest.at:%H:%M}", README)


def test_the_example_environment_names_every_setting_and_no_other():
    lines = (ROOT / ".env.example").read_text().splitlines()
    named = [found[1] for line in lines if (found := re.match(r"(?:# )?([A-Z_]+)=", line))]

    assert sorted(named) == sorted(name.upper() for name in Settings.model_fields)


def test_the_example_environment_works_once_its_first_four_lines_are_filled_in(tmp_path, monkeypatch):
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    values = iter(["xoxb-1", "xapp-1", "pivotal_test_1", "U0CARA001"])
    text = re.sub(r"^([A-Z_]+=)$", lambda line: line[1] + next(values), (ROOT / ".env.example").read_text(), flags=re.M)
    (tmp_path / ".env").write_text(text)

    settings = config.load(tmp_path / ".env")

    assert next(values, None) is None
    assert (settings.mode, settings.bot_admins) == ("socket", ("U0CARA001",))


def test_what_the_example_shows_is_what_holds_without_it(tmp_path, monkeypatch):
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    shown = dict(re.findall(r"^# ([A-Z_]+)=(.+)$", (ROOT / ".env.example").read_text(), flags=re.M))
    changed = {"DATABASE_URL", "BOT_PHASES"}

    for name in shown.keys() - changed:
        assert str(Settings.model_fields[name.lower()].default) == shown[name]
    assert Phases(tuple(shown["BOT_PHASES"].split(","))) == Phases()


def test_the_rooms_are_there():
    drawing = next(fence.text for fence in fences() if fence.text.startswith("bot/\n"))
    drawn = {found[1] for found in re.finditer(r"^[├└]── (\S+)", drawing, flags=re.M)}
    rooms = {path.name + "/" * path.is_dir() for path in (ROOT / "bot").iterdir() if path.name[0] not in "."}

    assert drawn == rooms - {"__init__.py", "__pycache__/", "py.typed"}


def test_every_picture_is_there_and_shown():
    shown = set(re.findall(r"!\[[^\]]{20,}\]\((tests/browser/pictures/[\w-]+\.(?:png|svg))\)", README))
    there = {str(path.relative_to(ROOT)) for path in (ROOT / "tests/browser/pictures").iterdir()}

    assert shown == there


def test_every_link_within_the_project_leads_somewhere():
    targets = [target for target in re.findall(r"\]\(([^)]+)\)", README) if "://" not in target]

    assert targets
    assert [target for target in targets if not (ROOT / target.split("#")[0]).exists()] == []


def test_every_link_within_the_page_leads_to_a_heading():
    headings = re.findall(r"^#+ (.+)$", re.sub(r"^ *```.*?^ *```$", "", README, flags=re.M | re.S), flags=re.M)
    slugs = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    targets = re.findall(r"\]\(#([^)]+)\)", README)

    assert targets
    assert [target for target in targets if target not in slugs] == []


def test_every_fence_is_a_command_a_snippet_or_a_drawing():
    assert {fence.language for fence in fences()} == {"sh", "python", "text"}


def test_every_command_with_a_subject_in_the_text_is_one_the_bot_knows():
    verbs = Registry(FEATURES).verbs
    typed = set(re.findall(r"`/onboarding ([a-z-]+)", README)) - {"aurora"}

    assert typed
    assert typed <= set(verbs)


@pytest.mark.parametrize("mode", ["socket"])
async def test_the_snippet_of_a_command_answers(bot, pivotal, clock):
    feature = module(snippets()[0]).feature
    for number in (89, 90):
        pivotal.has_onboarding(number, customer="Aurora Foods")
    clock.passes(minutes=5)

    command = Registry((*FEATURES, feature)).verbs["count"]
    message = await command.handler(SimpleNamespace(services=bot.services))

    assert message.text == "There are 2 onboardings."


@pytest.mark.parametrize("mode", ["socket"])
async def test_the_snippet_of_a_digest_writes(bot, pivotal, clock):
    digest = module(snippets()[1]).digest
    pivotal.has_onboarding(89, customer="Aurora Foods", target_launch_date="2026-08-29T00:00:00.000Z")
    clock.passes(minutes=5)
    snapshot = await bot.services.onboardings.snapshot()
    subscription = Subscription(
        id="sub_1",
        team_id=TEAM,
        channel=ONBOARDING,
        kind=digest.kind,
        days=digest.days,
        at=digest.at,
        zone="Europe/Berlin",
        creator=CARA,
        created_at=clock(),
    )
    frame = Frame(
        phases=Phases(), directory=Directory(), now=clock(), zone=ZoneInfo(subscription.zone), as_of=snapshot.as_of
    )

    written = digest.write(Briefing(subscription, snapshot, snapshot, None, frame))

    assert digest.kind not in DIGESTS
    assert written.message.text == "Overdue: Aurora Foods"
    assert not written.silent
