import pytest

from bot.domain.errors import Forbidden
from bot.domain.records import Actor, Directory, Person
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
    assert refused.value.hint == "Ana Ruiz and this bot's admins can."


def test_an_unlinked_person_is_told_how_to_be_linked(make_onboarding):
    with pytest.raises(Forbidden) as refused:
        check(Right.STATE, DEVON, onboarding=make_onboarding(csm_id=None))

    assert "not linked" in refused.value.hint
    assert "admin" in refused.value.hint
