import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from bot.domain.errors import UserError
from bot.views import handover
from bot.views.handover import Line

BETWEEN = ("<@U0ANA0001>", "<@U0BEN0001>")
ODD = some.sampled_from(["", "A" * 300, "&" * 300, "<!channel>", "@here", "two\nlines"]) | some.text(max_size=300)


def test_outcome_with_failures(checked, paste):
    lines = [Line("Aurora Foods · #89 · CSM"), Line("A & B · #101 · SE", "the SE is another one now")]

    drawn = handover.outcome(
        lines, from_name="Ana Ruiz", to_name="Ben", untried=3, trouble="Pivotal is busy.", between=BETWEEN
    )

    assert checked(drawn) == paste


def test_when_all_is_handed_over_there_is_no_button(checked):
    drawn = handover.outcome([Line("Aurora")], from_name="Ana", to_name="Ben", untried=0, trouble="", between=BETWEEN)

    assert "Show what is left" not in str(checked(drawn))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=some.lists(some.builds(Line, ODD, ODD), min_size=1, max_size=50), name=ODD)
def test_whatever_the_names_are_it_can_be_shown(checked, lines, name):
    checked(handover.outcome(lines, from_name=name, to_name=name, untried=1, trouble="", between=BETWEEN))


def test_the_button_remembers_between_whom(checked):
    drawn = handover.outcome([Line("A", "no")], from_name="A", to_name="B", untried=0, trouble="", between=BETWEEN)

    (button,) = checked(drawn)["blocks"][-1]["elements"]
    assert handover.decode(button["value"]) == BETWEEN


@pytest.mark.parametrize("value", ["", "{}", "[1]", "null"])
def test_a_button_of_another_version_is_refused(value):
    with pytest.raises(UserError, match="older version"):
        handover.decode(value)
