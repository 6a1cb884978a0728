"""Every verb, button, menu, form, shortcut and event has its row in the table of rights, and every row its owner."""

from pathlib import Path

from bot.domain.gates import GATES
from bot.domain.rights import RULES, Right, Role
from bot.listeners import FEATURES
from bot.listeners.feature import Registry

README = Path(__file__).parent.parent / "README.md"


def registered() -> set[str]:
    registry = Registry(FEATURES)
    verbs = {command.verb for feature in FEATURES for command in feature.commands}
    ids = set().union(registry.buttons, registry.forms, registry.searches, registry.events, registry.shortcuts)
    return verbs | {":".join(one.split(":")[:2]) for one in ids}


def test_everything_that_can_be_asked_for_has_a_row():
    assert registered() - set(GATES) == set()


def test_every_row_is_for_something_that_can_be_asked_for():
    assert set(GATES) - registered() == set()


def test_the_readmes_table_says_what_the_rules_say():
    rows = {
        "look, share, follow, have a digest as a direct message": (Right.READ, Right.SHARE, Right.FOLLOW),
        "create an onboarding, note": (Right.NEW, Right.NOTE),
        "move it on or back, change state and date, snooze": (
            Right.MOVE,
            Right.BACK,
            Right.STATE,
            Right.DATE,
            Right.SNOOZE,
        ),
        "change owners, hand over": (Right.OWNERS, Right.HANDOVER),
        "subscribe channels, `digest now` there": (Right.SUBSCRIBE, Right.DIGEST_NOW),
        "skip phases, link people": (Right.SKIP, Right.LINK),
    }
    columns = (Role.VIEWER, Role.LINKED, Role.OWNER, Role.MANAGER, Role.ADMIN)
    implied = {Role.LINKED: {Role.VIEWER}, Role.OWNER: {Role.VIEWER, Role.LINKED}}
    table = README.read_text().split("<!-- rights -->\n")[1].split("\n\n")[0].splitlines()[2:]

    said = {cells[0]: cells[1:] for line in table for cells in [[one.strip() for one in line.split("|")[1:-1]]]}

    assert list(said) == list(rows)
    for name, rights in rows.items():
        for right in rights:
            for role, cell in zip(columns, said[name], strict=True):
                held = {role, Role.VIEWER} | implied.get(role, set())
                assert (cell == "yes") == bool(RULES[right].roles & held), (name, right, role)
                assert (cell == "without managers") == (
                    Role.STAND_IN in RULES[right].roles and role in (Role.LINKED, Role.OWNER)
                )
