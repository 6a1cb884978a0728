import pytest

from bot.domain.audience import audience, judge

SAFE = {"shared": False, "pending_shared": False, "has_guest": False, "customer_channel": False}


def test_a_channel_of_the_team_has_nothing_against_it():
    assert judge(SAFE) is None
    assert audience(SAFE).kind == "team"


@pytest.mark.parametrize(
    ("fact", "words"),
    [
        ("shared", "another organisation"),
        ("pending_shared", "about to be shared"),
        ("has_guest", "guests"),
        ("customer_channel", "customer’s own channel"),
    ],
)
def test_each_way_customers_may_read_along_is_a_reason(fact, words):
    assert words in judge(SAFE | {fact: True})
    assert audience(SAFE | {fact: True}).kind == "customers"


@pytest.mark.parametrize(
    "channel",
    [{}, SAFE | {"unknown": True}, SAFE | {"has_guest": None}, SAFE | {"pending_shared": None}, {"shared": False}],
)
def test_what_cannot_be_determined_counts_as_read_by_customers(channel):
    assert judge(channel)
    assert audience(channel).kind == "unknown"
