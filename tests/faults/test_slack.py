"""Slack slow, full, down, gone, or no longer ours: what each person sees, what is logged and kept, and how it heals."""

import pytest

from bot.listeners.answering import PAUSES
from bot.sandbox.slack.world import ANA, BEN, CARA, ONBOARDING
from tests.processes import until

SOON = 6
"""Minutes after which a person is looked up again."""
NO_DIGESTS = "Slack no longer accepts the bot's token: no digest is posted until it does"
NOT_NAMED = "Slack could not tell me who is who, so nothing was done."


async def test_slack_slow(slack, bot, ask, clock, pivotal, log, outcomes):
    await ask("aurora")
    clock.passes(minutes=SOON)
    slack.slows("users.info", seconds=0.3)
    slack.slows("response_url", seconds=0.3)
    slack.settles = None

    pressed = await slack.clicks("Advance to Program buildout", by=ANA, channel=ONBOARDING)
    unwritten = pivotal.phase_of(89)
    await bot.settled()

    assert pressed.ok
    assert unwritten == "review"
    assert pivotal.transitions(89) == ["program_buildout"]
    assert "You advanced Review → Program buildout" in slack.messages(ONBOARDING, ANA)[0].seen
    assert await outcomes() == ["done"]
    assert log.lines("failed") == []


async def test_slack_that_does_not_say_within_20_s_who_asks_is_not_waited_for(
    slack, ask, clock, pivotal, log, outcomes
):
    await ask("aurora")
    clock.passes(minutes=SOON)
    slack.slows("users.info", seconds=3600)

    answer = await ask("advance #89")

    assert NOT_NAMED in answer
    assert "TimeoutError" in log.why("refused")
    assert (pivotal.patches(89), await outcomes()) == ([], ["failed"])
    assert "Move Aurora Foods" in await ask("advance #89")


async def test_slack_429(slack, ask, clock, pivotal, log, outcomes, press):
    await ask("aurora")
    slack.fails("response_url", error="ratelimited")
    card = await press()
    clock.passes(minutes=SOON)
    slack.fails("users.info", error="ratelimited", retry_after=30)

    answer = await ask("whoami")

    assert "You advanced Review → Program buildout" in card
    assert "ratelimited" in log.why("answer is sent again")
    assert NOT_NAMED in answer
    assert "Try again in a moment." in answer
    assert "ratelimited" in log.why("refused")
    assert (pivotal.transitions(89), await outcomes()) == (["program_buildout"], ["done"])
    assert "Ana Ruiz" in await ask("whoami")


async def test_slack_5xx(slack, ask, clock, pivotal, log, outcomes, press):
    await ask("aurora")
    slack.breaks("response_url")
    card = await press()
    clock.passes(minutes=SOON)
    slack.breaks("users.info")

    answer = await ask("whoami")

    assert "You advanced Review → Program buildout" in card
    assert "503 upstream connect error" in log.why("answer is sent again")
    assert NOT_NAMED in answer
    assert "status: 503" in log.why("refused")
    assert (pivotal.transitions(89), await outcomes()) == (["program_buildout"], ["done"])
    assert "Ana Ruiz" in await ask("whoami")


@pytest.mark.parametrize("trouble", ["ratelimited", "internal_error", 503])
async def test_a_form_that_slack_does_not_open_is_said_to_be_one(slack, ask, log, trouble):
    await ask("aurora")
    if trouble == 503:
        slack.breaks("views.open")
    else:
        slack.fails("views.open", error=trouble)

    await slack.clicks("Update…", by=ANA, channel=ONBOARDING)

    assert "Slack did not open the form. Try again in a moment." in slack.messages(ONBOARDING, ANA)[-1].seen.replace(
        "\n", " "
    )
    assert str(trouble) in log.why("refused")
    assert log.lines("failed") == []


async def test_an_answer_is_sent_again_after_one_and_four_seconds_and_then_given_up(
    slack, pivotal, log, press, ask, outcomes
):
    await ask("aurora")
    slack.breaks("response_url", times=3)

    card = await press()

    assert len(log.lines("answer is sent again")) == len(PAUSES)
    assert PAUSES == (1, 4)
    assert "503" in log.why("answer not delivered")
    assert "You advanced" not in card
    assert (pivotal.transitions(89), await outcomes()) == (["program_buildout"], ["done"])
    assert "Program buildout" in await ask("aurora")


async def test_an_answer_that_slack_never_takes_is_in_the_log(slack, bot, pivotal, log, press, ask, outcomes):
    await ask("aurora")
    slack.fails("response_url", error="expired_url", times=1)

    card = await press()

    assert "You advanced" not in card
    assert "expired_url" in log.why("answer not delivered")
    assert (pivotal.transitions(89), await outcomes()) == (["program_buildout"], ["done"])
    assert "Program buildout" in await ask("aurora")


async def test_socket_closed(slack, bot, ask, log):
    await ask("subscribe at-risk", by=CARA)

    await slack.hangs_up()
    unconnected = bot.socket.health.connected_since
    unheard = await slack.types("/onboarding #89", by=ANA, channel=ONBOARDING)
    await until(lambda: slack.connections == 1)

    assert unconnected is None
    assert (unheard.ok, unheard.error) == (False, "dispatch_failed")
    assert len(log.lines("socket to Slack was closed")) == 1
    assert log.why("socket to Slack is made anew") == "session closed"
    assert bot.socket.health.connected_since is not None
    assert "Aurora Foods" in await ask("#89")
    assert len(log.lines("socket to Slack is open")) == 1
    assert len(await bot.services.subscriptions.all()) == 1


async def test_disconnect_refresh(slack, bot, ask, log):
    await slack.disconnects()
    await until(lambda: slack.connections == 1)

    assert "Aurora Foods" in await ask("#89")
    assert log.why("Slack asks for a new socket") == "refresh_requested"
    assert len(log.lines("socket to Slack is open")) == 1


async def test_token_revoked(slack, bot, ask, clock, pivotal, log, outcomes):
    await ask("subscribe at-risk daily 09:00", by=CARA)
    clock.passes(minutes=40)
    for method in ("users.info", "conversations.info", "auth.test"):
        slack.fails(method, error="token_revoked")

    answer = await ask("advance #89", by=BEN)
    for _ in range(2):
        await bot.digests.run_due(clock())
        clock.passes(minutes=5)
    unposted = slack.calls_of("chat.postMessage")

    assert NOT_NAMED in answer
    assert "token_revoked" in log.why("refused")
    assert log.lines(NO_DIGESTS)[0]["code"] == "token_revoked"
    assert (pivotal.patches(89), unposted, await outcomes()) == ([], [], ["done", "failed"])
    await bot.digests.run_due(clock())
    assert slack.calls_of("chat.postMessage")[0].args["text"].startswith("At-risk onboardings")
    assert "Move Aurora Foods" in await ask("advance #89", by=BEN)
