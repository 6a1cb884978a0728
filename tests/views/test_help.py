import pytest

from bot.views import help as view
from bot.views.help import HelpRow

ROWS = (
    HelpRow("show", "<customer or #id>", "Where an onboarding stands", ("aurora", "#89"), "Look", ("view", "find")),
    HelpRow("at-risk", "", "What needs attention, worst first", group="Look"),
    HelpRow("advance", "<customer or #id>", "Move on to the next phase", ("advance aurora",), "Change", ("next",)),
)


def test_help_shows_every_verb_by_group(checked, paste):
    assert checked(view.overview(ROWS, command="/onboarding", alias="/ob")) == paste


def test_help_for_one_verb_has_examples_and_synonyms(checked, paste):
    assert checked(view.verb(ROWS[0], command="/onboarding")) == paste


def test_help_for_somebody_who_may_do_nothing(checked, paste):
    why, hint = "This bot answers only full members of the <workspace>.", "Ask a colleague there to look for you."

    assert checked(view.nothing(why, hint)) == paste


@pytest.mark.parametrize("count", [1, 40, 120])
def test_help_grows_with_the_registry(checked, count):
    rows = tuple(HelpRow(f"verb{n}", "<x|y>", "Does it", group=f"Group {n // 6}") for n in range(count))

    checked(view.overview(rows, command="/onboarding"))
