"""Commands run in a thread of their own, as in a terminal, while the local Pivotal answers from the test's loop."""

import asyncio
from io import StringIO

import pytest
from rich.console import Console

from bot.pivotal import PivotalApi


@pytest.fixture
def console() -> Console:
    return Console(file=StringIO(), width=400, highlight=False)


@pytest.fixture
def said(console):
    """Everything the command has printed."""
    return console.file.getvalue


@pytest.fixture
def api(pivotal):
    with PivotalApi(pivotal.test_key, base_url=pivotal.url, retry=None) as client:
        yield client


@pytest.fixture
async def on_the_loop():
    """Makes a function that a thread may call, and that is carried out where the local Pivotal lives."""
    loop = asyncio.get_running_loop()

    def carried(act):
        async def acted(*args):
            return act(*args)

        return lambda *args: asyncio.run_coroutine_threadsafe(acted(*args), loop).result()

    return carried
