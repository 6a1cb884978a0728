from dataclasses import replace

import pytest

from bot.domain.phases import Phases
from bot.domain.records import Directory, Person, Standing
from bot.domain.unmapped import linkable, unmapped

PHASES = Phases()


@pytest.fixture
def standings(make_onboarding):
    def one(**fields):
        return Standing(make_onboarding(**{"csm_id": None, **fields}))

    return (one(csm_id="few"), one(csm_id="many", se_id="many"), one(se_id="many"), one(csm_id="linked"))


def test_the_ones_with_the_most_onboardings_come_first_counted_once_each(standings):
    found = unmapped(standings, directory=Directory(), phases=PHASES)

    assert [(one.pivotal_id, one.count, one.roles) for one in found] == [
        ("many", 2, ("csm", "se")),
        ("few", 1, ("csm",)),
        ("linked", 1, ("csm",)),
    ]


def test_who_is_confirmed_is_left_out_and_a_guess_is_not(standings):
    guess = Person("few", "U1", "Ana", confirmed=False)
    directory = Directory({"linked": Person("linked", "U2", "Ben"), "few": guess, "many": Person("many", None, "Jo")})

    found = unmapped(standings, directory=directory, phases=PHASES)

    assert [(one.pivotal_id, one.claimed) for one in found] == [("many", False), ("few", True)]


def test_closed_onboardings_do_not_count(standings):
    closed = [replace(one, onboarding=one.onboarding.model_copy(update={"state": "completed"})) for one in standings]

    assert unmapped(closed, directory=Directory(), phases=PHASES) == ()


@pytest.mark.parametrize("pivotal_id", ["", "a b", "<!channel>", "a|b", "a&b", "`", "x" * 101, "a\nb", "a\u202eb"])
def test_what_cannot_be_an_id_is_not_linkable(pivotal_id):
    assert not linkable(pivotal_id)


def test_an_id_of_any_alphabet_is_linkable():
    assert linkable("user_csm_001")
    assert linkable("usér-ß:1")
