"""Reading a line: a verb in any spelling, else a name; and nothing that anybody types is too odd to be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.listeners import FEATURES
from bot.listeners.feature import Registry
from bot.listeners.grammar import nearest, understand

REGISTRY = Registry(FEATURES)
WORDS = sorted(word for feature in FEATURES for one in feature.commands for word in (one.verb, *one.synonyms))


@pytest.mark.parametrize(
    ("typed", "verb", "rest"),
    [
        ("", "home", ""),
        ("   ", "home", ""),
        ("At-Risk", "at-risk", ""),
        ("at risk phase:review", "at-risk", "phase:review"),
        ("atrisk", "at-risk", ""),
        ("AT_RISK", "at-risk", ""),
        ("launch–week next week", "launches", "next week"),
        ("launch week", "launches", ""),
        ("LS  state:paused ", "list", "state:paused"),
        ("who ami", "whoami", ""),
        ("?", "help", ""),
        ("#89", "show", "#89"),
        ("Aurora Foods", "show", "Aurora Foods"),
        ("advanced systems", "show", "advanced systems"),
        ("show list &amp; co", "show", "list & co"),
        ("flag #89 a &lt;b&gt; &amp;amp; c", "flag", "#89 a <b> &amp; c"),
        ("link <@U0MARA001|mara> user_csm_002", "link", "<@U0MARA001|mara> user_csm_002"),
    ],
)
def test_line_is_a_verb_and_its_rest(typed, verb, rest):
    said = understand(typed, REGISTRY)

    assert (said.command.verb, said.rest) == (verb, rest)


NAMES = (
    "acme corp",
    "globex",
    "#89",
    "<https://my.pivotal.app/customers/245-acme>",
    "northwind next",
    "“acme corp”",
    "globex resume",
)


def called(text, exactly):
    """A world of three customers and a number; part of a name is told from the whole."""
    return text.casefold() in NAMES or (not exactly and any(text.casefold() in name for name in NAMES))


@pytest.mark.parametrize(
    ("typed", "verb", "rest"),
    [
        ("acme corp advance", "advance", '"acme corp"'),
        ("Globex ADVANCE", "advance", '"Globex"'),
        ("acm pause", "pause", "acm"),
        ("acm pause --dry-run", "pause", "acm --dry-run"),
        ("#89 pause legal is stuck", "pause", "#89 legal is stuck"),
        ("“Acme Corp” flag legal", "flag", "“Acme Corp” legal"),
        ("<https://my.pivotal.app/customers/245-acme> resume", "resume", "<https://my.pivotal.app/customers/245-acme>"),
        ("northwind next", "show", "northwind next"),
        ("Northwind Next advance", "advance", '"Northwind Next"'),
        ("globex resume pause", "pause", '"globex resume"'),
        ("globex pause resume it later, next", "pause", '"globex" resume it later, next'),
        ("globe pause next", "advance", "globe pause"),
        ("acm pause legal", "show", "acm pause legal"),
        ("globex at risk", "show", "globex at risk"),
        ("globex list", "show", "globex list"),
        ("brand new", "show", "brand new"),
        ("globex log", "log", '"globex"'),
        ("advance globex", "advance", "globex"),
        ("show northwind next", "show", "northwind next"),
    ],
)
def test_verb_may_follow_whom_it_is_for(typed, verb, rest):
    said = understand(typed, REGISTRY, names=called)

    assert (said.command.verb, said.rest) == (verb, rest)


@given(st.sampled_from(WORDS), st.data())
def test_verb_is_known_in_any_case_and_with_any_dash(word, data):
    spelled = "".join(data.draw(st.sampled_from([c.upper(), c.lower()])) for c in word)
    typed = spelled.replace("-", data.draw(st.sampled_from(["-", "_", " ", "", "–"])))

    assert understand(f"{typed} x y", REGISTRY).command is understand(word, REGISTRY).command


@given(st.text())
def test_anything_can_be_read(typed):
    assert understand(typed, REGISTRY, names=called).command.verb


@given(st.sampled_from([word for word in WORDS if len(word) > 4]), st.data())
def test_verb_with_one_letter_missing_is_recognised(word, data):
    at = data.draw(st.integers(0, len(word) - 1))
    typed = word[:at] + word[at + 1 :]

    assert nearest(typed, WORDS) is not None


@pytest.mark.parametrize("name", ["aurora", "globex", "initech", "acme", "zzz", "", "!!!"])
def test_name_is_not_taken_for_a_mistyped_verb(name):
    assert nearest(name, WORDS) is None
