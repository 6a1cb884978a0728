"""Every verb, button, menu, form, shortcut and event has its row in the table of rights, and every row its owner."""

from bot.domain.gates import GATES
from bot.listeners import FEATURES
from bot.listeners.feature import Registry


def registered() -> set[str]:
    registry = Registry(FEATURES)
    verbs = {command.verb for feature in FEATURES for command in feature.commands}
    ids = set().union(registry.buttons, registry.forms, registry.searches, registry.events, registry.shortcuts)
    return verbs | {":".join(one.split(":")[:2]) for one in ids}


def test_everything_that_can_be_asked_for_has_a_row():
    assert registered() - set(GATES) == set()


def test_every_row_is_for_something_that_can_be_asked_for():
    assert set(GATES) - registered() == set()
