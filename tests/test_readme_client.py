"""The README's section on the client is executable: each example runs as it stands against the local Pivotal."""

import asyncio
import re
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest
from aiohttp import web

from bot.sandbox.pivotal import LocalPivotal

README = Path(__file__).parents[1] / "README.md"
ADDRESS = "http://127.0.0.1:8900/api/v1"
EXAMPLES = {
    "create": "    customer = pivotal.customers.create(",
    "walk": "    for onboarding in pivotal.onboardings.list(",
    "error": '    except Conflict as error:\n        print(f"Not created',
    "awaited": "asyncio.run(main())",
    "webhook": "webhooks.parse(",
}
"""What each example is known by."""


def blocks() -> list[str]:
    section = re.search(r"^## The Pivotal client\n(.*?)(?=^## |\Z)", README.read_text(), re.MULTILINE | re.DOTALL)
    assert section, "README.md has no section “The Pivotal client”"
    return re.findall(r"^```python\n(.*?)^```$", section[1], re.MULTILINE | re.DOTALL)


def example(name: str) -> str:
    found = [block for block in blocks() if EXAMPLES[name] in block]
    assert len(found) == 1, f"README.md has {len(found)} examples for {name!r}"
    return found[0]


@pytest.fixture
async def pivotal():
    async with LocalPivotal() as local:
        yield local


@pytest.fixture
def play(pivotal, monkeypatch):
    """Runs an example in a thread of its own; gives the lines it prints and the names it has made."""
    monkeypatch.setenv("PIVOTAL_API_KEY", pivotal.test_key)

    async def play(name):
        source, names, printed = example(name).replace(ADDRESS, pivotal.url), {"__name__": "example"}, StringIO()
        with redirect_stdout(printed):
            await asyncio.to_thread(exec, compile(source, README.name, "exec"), names)
        return printed.getvalue().splitlines(), names

    return play


def test_every_python_block_is_one_of_the_examples():
    named = [name for block in blocks() for name, mark in EXAMPLES.items() if mark in block]

    assert sorted(named) == sorted(EXAMPLES)
    assert len(blocks()) == len(EXAMPLES)


@pytest.mark.parametrize("name", ["create", "walk", "error", "awaited"])
def test_every_example_speaks_to_the_stand_in_of_the_readme(name):
    assert example(name).count(ADDRESS) == 1


def test_the_awaited_example_does_what_the_blocking_ones_do():
    source = example("awaited")

    for act in (
        "await pivotal.customers.create(",
        "async for onboarding in pivotal.onboardings.list(",
        "except Conflict",
    ):
        assert act in source


async def test_a_customer_is_created_with_an_onboarding(play, pivotal):
    printed, names = await play("create")

    assert printed == ["Rye & Co: before_getting_started, active, launches 2026-10-30"]
    assert pivotal.onboarding(names["onboarding"].id)["customer_id"] == names["customer"].id
    assert [request.idempotency_key is not None for request in pivotal.requests] == [True, True]


async def test_all_active_onboardings_are_walked_and_no_others(play, pivotal):
    pivotal.has_onboarding(89, customer="Aurora Foods", phase="review")
    pivotal.has_onboarding(90, customer="Aurora Foods", phase="launch", state="paused")

    printed, _ = await play("walk")

    assert printed == ["#89 review"]


async def test_an_error_is_handled_by_its_class(play):
    await play("create")

    printed, _ = await play("error")

    assert printed == ["Not created: slug_taken"]


async def test_any_other_error_says_when_to_try_again(play, pivotal):
    pivotal.revoke(pivotal.test_key)

    printed, _ = await play("error")

    assert len(printed) == 1
    assert "api_key_revoked" in printed[0]
    assert pivotal.test_key not in printed[0]


async def test_awaited_it_is_the_same(play, pivotal):
    printed, _ = await play("awaited")

    assert len(printed) == 2
    assert re.fullmatch(r"#\d+ before_getting_started", printed[0])
    assert printed[1] == "Not created: slug_taken"


async def test_a_webhook_is_verified_and_read(play, pivotal, monkeypatch):
    deliveries = asyncio.Queue()

    async def door(request):
        deliveries.put_nowait((await request.read(), dict(request.headers)))
        return web.Response(status=204)

    server = web.Application()
    server.router.add_post("/", door)
    runner = web.AppRunner(server, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    endpoint = pivotal.webhooks.add(f"http://127.0.0.1:{runner.addresses[0][1]}/")
    monkeypatch.setenv("PIVOTAL_WEBHOOK_SECRET", endpoint.secret)
    pivotal.has_onboarding(89, customer="Aurora Foods", phase="review")
    _, names = await play("webhook")
    received, printed = names["received"], StringIO()

    try:
        pivotal.edit(89, by="Dana (web app)", phase="program_buildout")
        async with asyncio.timeout(20):
            delivered = [await deliveries.get()]
            while b'"onboarding.phase_changed"' not in delivered[-1][0]:
                delivered.append(await deliveries.get())
    finally:
        await runner.cleanup()
    body, headers = delivered[-1]
    with redirect_stdout(printed):
        statuses = [received(body, headers), received(body + b" ", headers), received(b"", {})]

    assert statuses == [204, 401, 401]
    assert printed.getvalue() == "#89 is now in program_buildout\n"
