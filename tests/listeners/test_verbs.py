"""Every verb does what help says it does, over a web socket and over HTTP: its own examples are typed and answered."""

import pytest

from bot.listeners import FEATURES
from bot.sandbox.slack.world import CARA, ONBOARDING

EXAMPLES = {command.verb: command.examples for feature in FEATURES for command in feature.commands}
COMPLAINTS = (
    "Something went wrong",
    "No customer is called “",
    "I don't know",
    "There is no",
    "I cannot",
    "not a person I can find",
    "Did you mean",
)


@pytest.mark.parametrize("verb", EXAMPLES)
async def test_examples_of_a_verb_are_understood(slack, bot, verb):
    for example in EXAMPLES[verb]:
        before = len(slack.messages(ONBOARDING, CARA))
        acknowledged = await slack.types(f"/onboarding {example}".strip(), by=CARA, channel=ONBOARDING)
        view = slack.modal(CARA)
        if view is not None:
            await slack.closes(by=CARA)

        assert acknowledged.ok, example
        assert view is not None or len(slack.messages(ONBOARDING, CARA)) > before, f"{example} is answered"
        told = str(view) if view is not None else slack.seen(CARA, ONBOARDING)
        assert [one for one in COMPLAINTS if one in told] == [], f"{example}: {told}"
