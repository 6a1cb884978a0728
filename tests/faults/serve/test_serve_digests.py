"""A digest is due while Slack refuses the bot's token, or its clock jumps: what comes of it over several starts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.records import Subscription
from bot.sandbox.slack.world import CARA, ONBOARDING, TEAM
from tests.faults.serve.stage import Lines, Stage, staged
from tests.processes import running, until, wired

NO_DIGESTS = "Slack no longer accepts the bot's token: no digest is posted until it does"
NOT_NAMED = "Slack could not tell me who is who, so nothing was done."


@pytest.fixture
def database(tmp_path) -> str:
    return f"sqlite:///{tmp_path / 'bot.db'}"


@pytest.fixture
async def stage(database) -> AsyncIterator[Stage]:
    """A digest of Cara's, with one onboarding in it, has been due for a minute, in a zone where it is noon."""
    async with staged(database) as stage:
        now = datetime.now(UTC)
        hour = now - timedelta(minutes=1)
        stage.pivotal.has_onboarding(
            200, customer="Late Ltd", phase="review", target_launch_date=now.date() - timedelta(days=9)
        )
        await stage.store.subscriptions.add(
            Subscription(
                id="sub_1",
                team_id=TEAM,
                channel=ONBOARDING,
                kind="at-risk",
                days="daily",
                at=hour.time().replace(hour=12, second=0, microsecond=0),
                zone=f"Etc/GMT{hour.hour - 12:+d}",
                creator=CARA,
                created_at=now - timedelta(hours=1),
            )
        )
        yield stage


@pytest.fixture
def start(stage, database, tmp_path):
    """`async with start("serve") as process`: the bot runs; other words start other commands."""

    @asynccontextmanager
    async def starts(*command, up="connected to Slack", **options):
        settings = wired(stage.slack, stage.pivotal, database)
        async with running(*command, cwd=tmp_path, **options, **settings) as process:
            await process.says(up)
            yield process
            assert await process.stopped() == 0, process.err

    return starts


def posted(stage: Stage) -> list[str]:
    return [
        call.args["text"] for call in stage.slack.calls_of("chat.postMessage") if call.args["channel"] == ONBOARDING
    ]


async def status(stage: Stage) -> list[str]:
    return [str(row.status) for row in await stage.store.deliveries.recent("sub_1")]


async def test_serve_whose_token_is_revoked(stage, start):
    colleague = stage.colleague()
    for method in ("conversations.info", "users.info"):
        stage.slack.fails(method, error="token_revoked", times=100)

    async with start("serve") as process:
        log = Lines(process)
        await process.says(NO_DIGESTS)
        told = await colleague.asks(f"pause #{colleague.number} customer asked")
        logged = await log.why("refused")
    unposted, due = posted(stage), await status(stage)
    stage.slack.works_again()
    async with start("serve"):
        await until(lambda: posted(stage))
        again = await colleague.asks(f"pause #{colleague.number} customer asked")

    assert NOT_NAMED in told
    assert "token_revoked" in logged
    assert (unposted, "done" in due) == ([], False)
    assert "Paused" in again
    assert await colleague.outcomes() == ["failed", "done"]
    assert (len(posted(stage)), await status(stage)) == (1, ["done"])


async def test_serve_whose_clock_jumps_around_a_digest(stage, start, offset):
    colleague = stage.colleague()
    clocked = {"up": "is up", "module": "tests.faults.serve.clocked"}

    async with start(str(offset.file), **clocked):
        await until(lambda: posted(stage))
        offset.is_now(hours=-2)
        await colleague.asks(f"#{colleague.number}")
    once, kept = posted(stage), await status(stage)
    offset.is_now(hours=30)
    async with start(str(offset.file), **clocked):
        await until(lambda: stage.slack.messages("D0CARA001"))

    assert (len(once), kept) == (1, ["done"])
    (told,) = [one.text for one in stage.slack.messages("D0CARA001") if one.user != CARA]
    assert "I was not running at the hour set." in told
    assert posted(stage) == once
