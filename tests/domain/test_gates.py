import pytest

from bot.domain.errors import Forbidden
from bot.domain.gates import GATES, admit, changes, looks
from bot.domain.records import Actor, Policy, Writes
from bot.domain.rights import RULES

DEVON = Actor("U0DEV0001", "T0HOME001", "Devon Park")
OFF = Policy(Writes.OFF)
WRITING = sorted(name for name, right in GATES.items() if right and RULES[right].writes)


def test_there_are_writes():
    assert {"advance", "ob:state", "new", "handover", "ob:reason"} <= set(WRITING)


@pytest.mark.parametrize("name", WRITING)
def test_nobody_gets_to_a_write_where_writing_is_off(name):
    with pytest.raises(Forbidden, match="changes nothing in Pivotal"):
        admit(name, Actor("U0CARA001", "T0HOME001", "Cara", admin=True, policy=OFF))


@pytest.mark.parametrize("name", ["show", "whoami", "ob:open", "ob:share", "ob:share-this", "settings", "log"])
def test_reading_goes_on_where_writing_is_off(name):
    admit(name, Actor("U0DEV0001", "T0HOME001", "Devon", policy=OFF))


@pytest.mark.parametrize("name", ["people", "ob:link-to:user_csm_001", "handover", "skip", "new"])
def test_what_no_onboarding_can_give_is_refused_at_the_door(name):
    with pytest.raises(Forbidden, match="You may not"):
        admit(name, DEVON)


@pytest.mark.parametrize("name", ["advance", "ob:state:pause", "date"])
def test_what_depends_on_the_onboarding_is_left_to_the_services(name):
    admit(name, DEVON)


@pytest.mark.parametrize("name", sorted(name for name, right in GATES.items() if right))
def test_guests_get_nowhere(name):
    with pytest.raises(Forbidden, match="full members"):
        admit(name, Actor("U0GUEST01", "T0HOME001", "Gus", guest=True))


def test_help_is_for_everybody():
    admit("help", Actor("U0ERIN001", "T0OTHER01", "Erin", home=False))


def test_what_changes_something_is_never_taken_for_a_look():
    assert {"list", "home", "show", "whoami", "ob:open", "ob:page"} <= {name for name in GATES if looks(name)}
    assert [name for name in GATES if looks(name) and changes(name)] == []


@pytest.mark.parametrize(
    "name",
    [
        "digest",
        "subscribe",
        "ob:digest-post",
        "ob:more",
        "ob:go",
        "ob:row",
        "ob:subscription",
        "link_shared",
        "ob:new?",
    ],
)
def test_what_may_post_or_leads_to_anything_is_no_look(name):
    assert not looks(name)
