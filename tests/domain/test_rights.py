from dataclasses import replace

import pytest

from bot.domain.errors import Forbidden, Unlinked
from bot.domain.records import Actor, Directory, Person, Policy, Writes
from bot.domain.rights import RULES, Right, allowed, check

ANA = Actor("U0ANA0001", "T0HOME001", "Ana Ruiz", pivotal_ids=frozenset({"user_csm_001"}))
BEN = Actor("U0BEN0001", "T0HOME001", "Ben Okafor", pivotal_ids=frozenset({"user_se_001"}))
CARA = Actor("U0CARA001", "T0HOME001", "Cara Lindqvist", admin=True)
DEVON = Actor("U0DEV0001", "T0HOME001", "Devon Park")
GUS = Actor("U0GUEST01", "T0HOME001", "Gus Moreau", guest=True, admin=True)
ERIN = Actor("U0ERIN001", "T0OTHER01", "Erin Walsh", home=False, pivotal_ids=frozenset({"user_csm_001"}))
DIRECTORY = Directory({"user_csm_001": Person("user_csm_001", name="Ana Ruiz")})


def test_every_right_has_its_row():
    assert set(RULES) == set(Right)


@pytest.mark.parametrize("right", list(Right))
@pytest.mark.parametrize("outsider", [GUS, ERIN], ids=["guest", "other organisation"])
def test_outsiders_may_do_nothing(make_onboarding, right, outsider):
    with pytest.raises(Forbidden, match="full members"):
        check(right, outsider, onboarding=make_onboarding())


@pytest.mark.parametrize(
    ("right", "expected"),
    [
        (Right.READ, ["ana", "ben", "cara", "devon"]),
        (Right.MOVE, ["ana", "cara"]),
        (Right.STATE, ["ana", "cara"]),
        (Right.SHARE, ["ana", "ben", "cara", "devon"]),
        (Right.SUBSCRIBE, ["ana", "ben", "cara"]),
        (Right.DIGEST_NOW, ["ana", "ben", "cara"]),
        (Right.LINK, ["cara"]),
        (Right.LOG, ["ana", "ben", "cara", "devon"]),
        (Right.NOTE, ["ana", "ben", "cara"]),
        (Right.HANDOVER, ["cara"]),
        (Right.NEW, ["ana", "ben", "cara"]),
    ],
)
def test_the_table_says_who_may(make_onboarding, right, expected):
    people = {"ana": ANA, "ben": BEN, "cara": CARA, "devon": DEVON}

    may = [name for name, actor in people.items() if allowed(right, actor, onboarding=make_onboarding())]

    assert may == expected


@pytest.mark.parametrize("role", ["csm_id", "se_id", "designer_id", "product_ops_id"])
def test_any_owner_role_lets_its_holder_write(make_onboarding, role):
    onboarding = make_onboarding(**{"csm_id": None, role: "user_se_001"})

    assert allowed(Right.MOVE, BEN, onboarding=onboarding)
    assert not allowed(Right.MOVE, ANA, onboarding=onboarding)


def test_nobody_owns_what_is_not_named():
    assert not allowed(Right.MOVE, ANA)
    assert allowed(Right.MOVE, CARA)


def test_a_refusal_names_who_has_the_right(make_onboarding):
    with pytest.raises(Forbidden) as refused:
        check(Right.MOVE, BEN, onboarding=make_onboarding(), directory=DIRECTORY)

    assert refused.value.message == "You may not move this onboarding."
    assert refused.value.hint == "Ana Ruiz and this bot’s admins can."


def test_an_unlinked_person_is_told_how_to_be_linked(make_onboarding):
    with pytest.raises(Forbidden) as refused:
        check(Right.STATE, DEVON, onboarding=make_onboarding(csm_id=None))

    assert "not linked" in refused.value.hint
    assert "admin" in refused.value.hint


MARA = Actor("U0MARA001", "T0HOME001", "Mara Kowalski", manager=True)
OTHERS = [
    (Right.LOG, ["ana", "ben", "cara", "devon", "mara"]),
    (Right.DETAILS, ["ana", "ben", "cara", "devon", "mara"]),
    (Right.FOLLOW, ["ana", "ben", "cara", "devon", "mara"]),
    (Right.CLAIM, ["ana", "ben", "cara", "devon", "mara"]),
    (Right.MOVE, ["ana", "cara", "mara"]),
    (Right.BACK, ["ana", "cara", "mara"]),
    (Right.DATE, ["ana", "cara", "mara"]),
    (Right.UNDO, ["ana", "cara", "mara"]),
    (Right.SNOOZE, ["ana", "cara", "mara"]),
    (Right.OWNERS, ["cara", "mara"]),
    (Right.HANDOVER, ["cara", "mara"]),
    (Right.NEW, ["ana", "ben", "cara", "mara"]),
    (Right.CONTACTS, ["ana", "ben", "cara", "mara"]),
    (Right.NOTE, ["ana", "ben", "cara", "mara"]),
    (Right.SKIP, ["cara"]),
    (Right.SETTINGS, ["cara"]),
]


def who_may(right, onboarding, policy):
    people = {"ana": ANA, "ben": BEN, "cara": CARA, "devon": DEVON, "mara": MARA}
    return [name for name, one in people.items() if allowed(right, replace(one, policy=policy), onboarding=onboarding)]


@pytest.mark.parametrize(("right", "expected"), OTHERS)
def test_the_table_says_what_managers_may_too(make_onboarding, right, expected):
    assert who_may(right, make_onboarding(), Policy(managers=True)) == expected


@pytest.mark.parametrize("right", [Right.SUBSCRIBE, Right.DIGEST_NOW])
def test_linked_people_stand_in_where_no_managers_are_named(make_onboarding, right):
    assert who_may(right, make_onboarding(), Policy()) == ["ana", "ben", "cara", "mara"]
    assert who_may(right, make_onboarding(), Policy(managers=True)) == ["cara", "mara"]


@pytest.mark.parametrize("right", [right for right in Right if RULES[right].writes])
def test_nobody_writes_where_writing_is_off(make_onboarding, right):
    assert who_may(right, make_onboarding(), Policy(Writes.OFF)) == []


@pytest.mark.parametrize("right", [right for right in Right if not RULES[right].writes])
def test_what_changes_nothing_in_pivotal_goes_on_where_writing_is_off(make_onboarding, right):
    assert who_may(right, make_onboarding(), Policy(Writes.OFF)) == who_may(right, make_onboarding(), Policy())


def test_the_team_writes_where_that_is_set_and_no_more(make_onboarding):
    team = Policy(Writes.TEAM, managers=True)

    assert who_may(Right.DATE, make_onboarding(), team) == ["ana", "ben", "cara", "devon", "mara"]
    assert who_may(Right.OWNERS, make_onboarding(), team) == ["cara", "mara"]
    assert who_may(Right.SKIP, make_onboarding(), team) == ["cara"]


def test_a_guess_gives_no_right(make_onboarding):
    guessed = replace(DEVON, guessed_ids=frozenset({"user_csm_001"}))

    with pytest.raises(Forbidden) as refused:
        check(Right.MOVE, guessed, onboarding=make_onboarding())

    assert "has yet to confirm" in refused.value.hint
    assert guessed.own_ids == {"user_csm_001"}


def test_who_is_no_reader_may_do_nothing_unless_manager_or_admin():
    assert not allowed(Right.READ, replace(DEVON, reader=False))
    assert allowed(Right.READ, replace(MARA, reader=False))
    assert allowed(Right.READ, replace(CARA, reader=False))


def test_only_what_a_link_can_give_is_refused_as_unlinked(make_onboarding):
    with pytest.raises(Unlinked):
        check(Right.MOVE, DEVON, onboarding=make_onboarding())
    with pytest.raises(Forbidden) as refused:
        check(Right.SKIP, DEVON)

    assert not isinstance(refused.value, Unlinked)
    assert refused.value.hint == "This bot’s admins can."
