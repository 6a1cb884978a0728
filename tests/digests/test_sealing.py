"""A replica notes on a digest while another makes it read-only: nothing is left to press, whichever was slower."""

import asyncio
from datetime import timedelta

import pytest

AT_RISK = {"state": "at_risk", "csm_id": "user_csm_001"}


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}"
    return request.getfixturevalue("postgres")()


@pytest.fixture
async def onboarding(scene) -> str:
    """Its row stands in Monday's digest, and can be pressed."""
    scene.pivotal.has_onboarding(89, customer="Aurora Foods", **AT_RISK)
    await scene.subscribes()
    await scene.run.run_due(scene.now)
    assert pressable(scene)
    return scene.pivotal.onboarding(89)["id"]


def monday(scene):
    return next(one for one in scene.slack.messages("C0ONBOARD") if one.thread_ts in (None, one.ts))


def pressable(scene):
    return [block for block in monday(scene).blocks if block["type"] == "actions" or block.get("accessory")]


async def test_a_note_that_arrives_after_the_seal_leaves_nothing_to_press(scene, onboarding):
    scene.slack.slows("chat.update", seconds=1)
    note = asyncio.create_task(scene.run.note(onboarding, done="cleared at risk", by="Ana Ruiz"))
    await scene.on_its_way.wait()
    scene.now += timedelta(days=1)
    await (await scene.restarted()).run_due(scene.now)

    scene.arrives.set()
    await note

    assert pressable(scene) == []
    assert "A newer digest: Tue 8 Sep." in monday(scene).seen
    assert "✓ Ana Ruiz cleared at risk" in monday(scene).seen


async def test_a_note_that_is_made_while_the_seal_is_on_its_way_leaves_nothing_to_press(scene, onboarding):
    noting = scene.run
    scene.slack.slows("chat.update", seconds=1)
    scene.now += timedelta(days=1)
    sealing = asyncio.create_task((await scene.restarted()).run_due(scene.now))
    await scene.on_its_way.wait()

    await noting.note(onboarding, done="cleared at risk", by="Ana Ruiz")
    scene.arrives.set()
    await sealing

    assert pressable(scene) == []
    assert "A newer digest: Tue 8 Sep." in monday(scene).seen


async def test_one_that_slack_did_not_let_be_made_read_only_is_with_the_next_digest(scene, onboarding):
    scene.slack.fails("chat.update", error="internal_error")
    scene.now += timedelta(days=1)
    await scene.run.run_due(scene.now)
    assert pressable(scene)

    scene.now += timedelta(days=1)
    await scene.run.run_due(scene.now)

    assert pressable(scene) == []
    assert "A newer digest: Wed 9 Sep." in monday(scene).seen
