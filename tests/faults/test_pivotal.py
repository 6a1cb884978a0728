"""Pivotal slow, full, down, or answering nonsense, and a key it knows no longer: seen, logged, kept, and healed."""

from bot.sandbox.pivotal import Fault
from bot.sandbox.slack.world import ANA, BEN, ONBOARDING
from tests.processes import until

UNCHANGED = "Nothing was changed."


async def test_pivotal_slow(slack, bot, ask, pivotal, gate, log, outcomes):
    await ask("aurora")
    await ask("aurora", by=BEN)
    slack.settles = None
    gate.shuts()
    pivotal.fails(Fault.slow(5), method="PATCH")

    pressed = await slack.clicks("Advance to Program buildout", by=ANA, channel=ONBOARDING)
    await until(lambda: pivotal.patches(89))
    second = await slack.clicks("Advance to Program buildout", by=BEN, channel=ONBOARDING)
    await until(lambda: len(slack.messages(ONBOARDING, BEN)) == 2)
    meanwhile = slack.messages(ONBOARDING, BEN)[-1].seen
    begun = await outcomes()
    gate.opens()
    await bot.settled()

    assert pressed.ok
    assert second.ok
    assert "Ana Ruiz is changing this onboarding at this moment." in meanwhile
    assert begun == ["begun", "refused"]
    assert sorted(await outcomes()) == ["done", "refused"]
    assert pivotal.transitions(89) == ["program_buildout"]
    assert "You advanced Review → Program buildout" in slack.messages(ONBOARDING, ANA)[0].seen
    assert log.lines("failed") == []


async def test_pivotal_that_is_slow_and_then_tells_nothing_leaves_it_unknown(
    press, ask, clock, pivotal, gate, log, outcomes
):
    await ask("aurora")
    gate.shuts()
    pivotal.fails(Fault.slow(60), method="PATCH")
    pivotal.world.on_change.append(lambda _: pivotal.fails(Fault.revoked_key, method="GET", times=100))

    answer = await press()
    pivotal.works_again()

    assert "it is not known whether the change was made" in answer
    assert "TimedOut" in log.why("refused")
    assert await outcomes() == ["unknown"]
    assert pivotal.transitions(89) == ["program_buildout"]
    assert "Advance to Internal QA" in await ask("#89")


async def test_pivotal_429(press, pivotal, clock, log, outcomes):
    pivotal.fails(Fault.rate_limited(40), method="PATCH")

    answer = await press()
    clock.passes(seconds=41)
    again = await press()

    assert "Pivotal is busy, try again in 40 s." in answer
    assert UNCHANGED in answer
    assert "RateLimited" in log.why("refused")
    assert "429" in log.why("refused")
    assert "You advanced" in again
    assert await outcomes() == ["failed", "done"]
    assert pivotal.transitions(89) == ["program_buildout"]


async def test_pivotal_5xx(press, ask, pivotal, clock, log, outcomes):
    pivotal.fails(Fault.error_500, method="PATCH")
    answer = await press()
    written = len(pivotal.patches(89))
    pivotal.fails(Fault.error_500, method="GET", times=100)
    clock.passes(minutes=3)

    listed = await ask("list")
    pivotal.works_again()

    assert "Pivotal did not answer, and the change was not made." in answer
    assert UNCHANGED in answer
    assert "InternalError" in log.why("refused")
    assert "Pivotal is not answering" in listed
    assert "Aurora Foods" in listed
    assert "500" in log.why("walk failed")
    assert (written, await outcomes()) == (1, ["failed"])
    assert "not answering" not in await ask("list")
    assert "You advanced" in await press()


async def test_pivotal_key_revoked(press, ask, pivotal, clock, log, outcomes):
    await ask("aurora")
    pivotal.fails(Fault.revoked_key, times=100)
    clock.passes(minutes=3)

    answer = await press()
    listed = await ask("list")
    card = await ask("#89")
    pivotal.works_again()

    assert "Pivotal does not accept the bot’s key. This is not your fault." in answer
    assert "An admin of this bot must check its key. Nothing was changed." in answer
    assert "Pivotal does not accept the bot’s key" in listed
    assert "Pivotal does not accept the bot’s key, as of 08:30" in card
    assert "AuthenticationFailed" in log.why("refused")
    assert "401" in log.why("walk failed")
    assert "401" in log.why("shown as last known")
    assert (pivotal.patches(89), await outcomes()) == ([], ["failed"])
    assert "Advance to Program buildout" in await ask("#89")


async def test_pivotal_wrong_json(press, ask, pivotal, clock, log, outcomes):
    await ask("aurora")
    pivotal.fails(Fault.broken_body, method="GET", times=100)
    clock.passes(minutes=3)

    answer = await press()
    listed = await ask("list")
    pivotal.works_again()

    assert "Pivotal gave an answer that I do not understand." in answer
    assert "Try again in a minute. Reference" in answer
    assert "Pivotal is not answering" in listed
    assert "UnexpectedResponse" in log.why("refused")
    assert log.lines("walk failed")[-1]["error"] == "UnexpectedResponse"
    assert (pivotal.patches(89), await outcomes()) == ([], ["failed"])
    assert "You advanced" in await press()
