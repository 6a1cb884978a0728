import pytest

from bot.domain.records import Actor, Person
from bot.views import people


def actor(**fields):
    return Actor(
        **{"slack_id": "U0ANA0001", "team_id": "T0HOME001", "name": "Ana Ruiz", "zone": "Europe/Berlin", **fields}
    )


def test_whoami_of_a_linked_person(checked, paste):
    assert checked(people.whoami(actor(pivotal_ids=frozenset({"user_csm_001"})))) == paste


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "You are not linked to a Pivotal user yet."),
        ({"pivotal_ids": frozenset({"user_csm_001"})}, "move the onboardings you own"),
        ({"admin": True}, "move any onboarding"),
        ({"guest": True}, "I answer only full members"),
        ({"home": False, "admin": True}, "I answer only full members"),
    ],
)
def test_whoami_says_what_one_may_do(checked, fields, expected):
    assert expected in checked(people.whoami(actor(**fields)))["text"]


def test_linked_says_what_follows(checked, paste):
    assert checked(people.linked(Person("user_csm_003", "U0DEV0001", "Devon & Park"))) == paste
