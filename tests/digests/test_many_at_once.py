"""Digests of one hour wake the bot once each: what that costs grows with their number, and not with its square."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from bot.sandbox.slack.world import CS_LEADS, LAUNCHES, ONBOARDING

CHANNELS = (ONBOARDING, LAUNCHES, CS_LEADS)
KINDS = ("at-risk", "launch-week", "portfolio")


@contextmanager
def asked(scene) -> Iterator[list[str]]:
    """What the memory is asked meanwhile."""
    statements: list[str] = []
    engine = scene.store.database.engine.sync_engine

    def note(_connection, _cursor, statement, *_):
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
async def nine(scene):
    """As many digests, due at once."""
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", state="at_risk", csm_id="user_csm_001")
    return [await scene.subscribes(kind, channel) for channel in CHANNELS for kind in KINDS]


async def test_each_is_claimed_and_posted_once_though_as_many_rounds_find_it_due(scene, nine):
    with asked(scene) as statements:
        await asyncio.gather(*(scene.run.run_due(scene.now) for _ in nine))

    rows = [row.status for one in nine for row in await scene.rows(one)]
    assert rows == ["done"] * len(nine)
    assert len([one for one in statements if one.startswith("INSERT INTO deliveries")]) == len(nine)


async def test_a_look_asks_as_little_whether_one_is_due_or_all(scene, nine):
    await scene.run.run_due(scene.now)

    with asked(scene) as statements:
        await scene.run.run_due(scene.now)
        await scene.run.overdue(scene.now)

    assert len([one for one in statements if "FROM deliveries" in one]) == 3


async def test_one_that_was_put_off_is_begun_by_the_next_round(scene, nine):
    with scene.without_slack():
        await scene.run.run_due(scene.now)
        assert not any([await scene.rows(one) for one in nine])

    await scene.run.run_due(scene.now)

    assert {row.status for one in nine for row in await scene.rows(one)} == {"done"}
