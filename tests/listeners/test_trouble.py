"""Pivotal in trouble: right words, right line in the audit, the lease given back, and never a blind repeat."""

import pytest

from bot.sandbox.pivotal import Fault
from bot.sandbox.slack.world import ANA, ONBOARDING

pytestmark = pytest.mark.parametrize("mode", ["socket"])
ADVANCE = "Advance to Program buildout"


@pytest.fixture
def press(ask, slack, pivotal):
    """`await press(fault)`: Ana presses Advance on her card while PATCH meets the fault; gives what she reads."""

    async def presses(fault=None, *, method="PATCH"):
        if not slack.messages(ONBOARDING, ANA):
            await ask("aurora")
        if fault:
            pivotal.fails(fault, method=method, path="/onboardings/89", times=1 if method == "PATCH" else 10)
        before = len(slack.messages(ONBOARDING, ANA))
        await slack.clicks(ADVANCE, by=ANA, channel=ONBOARDING)
        pivotal.works_again()
        card, *told = slack.messages(ONBOARDING, ANA)
        return told[-1].seen if len(told) == before else card.seen

    return presses


@pytest.fixture
def outcomes(bot):
    async def listed():
        return [entry.outcome for entry in reversed(await bot.store.audit.list())]

    return listed


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault.error_500, "the change was not made"),
        (Fault.html_502, "the change was not made"),
        (Fault.drop_before, "the change was not made"),
        (Fault.revoked_key, "Pivotal does not accept the bot’s key. This is not your fault."),
        (Fault.forbidden, "Pivotal does not let the bot’s key do this"),
    ],
)
async def test_failed_write_changes_nothing_and_the_next_press_works(press, outcomes, pivotal, fault, words):
    answer = await press(fault)
    patches = len(pivotal.patches(89))
    again = await press()

    assert words in answer
    assert "othing was changed" in answer
    assert "Reference" in answer
    assert patches == 1
    assert "You advanced" in again
    assert await outcomes() == ["failed", "done"]
    assert pivotal.transitions(89) == ["program_buildout"]


async def test_busy_pivotal_says_when_to_try_again(press, outcomes, pivotal, clock):
    answer = await press(Fault.rate_limited(40))
    patches = len(pivotal.patches(89))
    clock.passes(seconds=41)
    again = await press()

    assert "Pivotal is busy, try again in 40 s." in answer
    assert "Nothing was changed." in answer
    assert patches == 1
    assert "You advanced" in again
    assert await outcomes() == ["failed", "done"]


@pytest.mark.parametrize("fault", [Fault.drop_after, Fault.error_500_after, Fault.html_502_after, Fault.broken_body])
async def test_write_whose_answer_was_lost_is_looked_up_and_counts(press, outcomes, pivotal, fault):
    answer = await press(fault)

    assert "You advanced Review → Program buildout" in answer
    assert len(pivotal.patches(89)) == 1
    assert pivotal.transitions(89) == ["program_buildout"]
    assert await outcomes() == ["done"]


async def test_write_that_cannot_be_looked_up_is_said_to_be_unknown(press, outcomes, pivotal, ask):
    await ask("aurora")
    pivotal.world.on_change.append(lambda _: pivotal.fails(Fault.revoked_key, method="GET"))

    answer = await press(Fault.drop_after)

    assert "it is not known whether the change was made" in answer
    assert len(pivotal.patches(89)) == 1
    assert await outcomes() == ["unknown"]


@pytest.mark.parametrize("fault", [Fault.revoked_key, Fault.forbidden])
async def test_record_that_cannot_be_read_is_not_written(press, outcomes, pivotal, fault):
    answer = await press(fault, method="GET")

    assert "This is not your fault" in answer
    assert pivotal.patches(89) == []
    assert await outcomes() == ["failed"]


async def test_card_is_shown_as_last_known_while_pivotal_refuses_the_key(ask, pivotal):
    pivotal.fails(Fault.revoked_key, method="GET", path="/onboardings/89")

    answer = await ask("#89")

    assert "Pivotal does not accept the bot’s key, as of 08:30" in answer
    assert "Aurora Foods" in answer
    assert ADVANCE not in answer


async def test_card_of_what_was_never_seen_cannot_be_shown(ask, pivotal):
    pivotal.fails(Fault.revoked_key, method="GET", path="/onboardings/999")

    answer = await ask("#999")

    assert "Pivotal does not accept the bot’s key" in answer
    assert "Reference" in answer
