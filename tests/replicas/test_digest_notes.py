"""Two replicas note on one digest at the same time: both notes stand there, whichever was slower."""

import asyncio

import pytest

from bot.sandbox.slack.world import ANA, CARA, ONBOARDING
from tests.processes import until

ADVANCE = "Advance to Program buildout"


@pytest.fixture
def mode() -> str:
    return "http"  # the balancer hands one press to one replica, and the next to the other


async def test_what_two_replicas_note_on_one_digest_both_stands_there(fleet, slack, pivotal, store):
    for number, customer in ((89, "Aurora Foods"), (90, "Globex")):
        pivotal.has_onboarding(number, customer=customer, phase="review", state="at_risk", csm_id="user_csm_001")
    await fleet.start(2)
    await slack.types("/onboarding subscribe at-risk 03:00", by=CARA, channel=ONBOARDING)
    await slack.types("/onboarding digest now at-risk", by=CARA, channel=ONBOARDING)

    def digest():
        return next(one for one in slack.messages(ONBOARDING) if not one.ephemeral_to and not one.thread_ts)

    await slack.until(lambda: any(not one.ephemeral_to for one in slack.messages(ONBOARDING)))
    cards = {}
    for person, number, customer in ((ANA, 89, "Aurora Foods"), (CARA, 90, "Globex")):
        await slack.types(f"/onboarding #{number}", by=person, channel=ONBOARDING)
        cards[person] = await slack.sees(f"*{customer}*  ·  #{number}", by=person, channel=ONBOARDING)
    slack.slows("chat.update", seconds=1.5)  # the first that is sent arrives last

    await asyncio.gather(
        *(slack.clicks(ADVANCE, by=person, channel=ONBOARDING, message=card) for person, card in cards.items())
    )

    await until(lambda: len(slack.calls_of("chat.update")) >= 2)
    await until(lambda: digest().seen.count("✓") == 2, within=10)
    ((kept, *_),) = [await store.deliveries.open_messages()]
    assert str(kept.message).count("✓") == 2
