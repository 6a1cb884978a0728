import re

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.views import text

NASTY = some.text(
    alphabet=some.one_of(
        some.sampled_from("&<>|@!#*_`\n\t\u202e\u2066\u200d\ufe0f👩🏽🇩🇪é\u0301שלום"), some.characters()
    ),
    max_size=300,
)


@pytest.mark.parametrize(
    ("outside", "inside"),
    [
        ("Acme & <Sons>", "Acme &amp; &lt;Sons&gt;"),
        ("<!channel> Ltd", "&lt;!channel&gt; Ltd"),
        ("<@U0ANA0001>", "&lt;@U0ANA0001&gt;"),
        ("Acme\nApproved by Ana", "Acme Approved by Ana"),
        ("safe\u202etxet", "safetxet"),
        ("שלום", "\u2068שלום\u2069"),
        ("@channel", "@\u2060channel"),
        ("ann@channels.example", "ann@channels.example"),
    ],
)
def test_text_from_outside_stays_text(outside, inside):
    assert text.escape(outside) == inside


@pytest.mark.parametrize(
    ("outside", "inside"),
    [
        ("Brook & Hart *Partners*", "Brook &amp; Hart ∗Partners∗"),
        ("A* Inc", "A∗ Inc"),
        ("_lean_ on ~us~", "ˍleanˍ on ∼us∼"),
        ("__twice__", "ˍˍtwiceˍˍ"),
        ("user_csm_001 at ~/bot_2", "user_csm_001 at ~/bot_2"),
        ("0 9 * * 1", "0 9 * * 1"),
    ],
)
def test_no_name_styles_itself(outside, inside):
    assert text.name(outside) == inside


@given(NASTY)
def test_nothing_escaped_can_be_markup_or_a_line_of_its_own(outside):
    safe = text.escape(outside)

    assert "<" not in safe
    assert ">" not in safe
    assert not re.search(r"&(?!amp;|lt;|gt;)", safe)
    assert len(safe.splitlines()) <= 1


@given(NASTY, some.integers(1, 120))
def test_clipped_text_keeps_the_limit(outside, limit):
    assert text.length(text.clip(text.escape(outside), limit)) <= max(limit, 2)


@given(NASTY, some.integers(4, 120))
def test_clipping_cuts_no_entity(outside, limit):
    assert not re.search(r"&(?!amp;|lt;|gt;)", text.clip(text.escape(outside), limit))


@given(NASTY)
def test_short_enough_text_is_left_alone(outside):
    assert text.clip(outside, 600) == outside


@pytest.mark.parametrize(
    ("whole", "limit", "cut"),
    [
        ("abc👩🏽‍💻 def", 8, "abc…"),
        ("ab🇩🇪🇫🇷cd", 8, "ab🇩🇪…"),
        ("cafe\u0301s and bars", 5, "caf…"),
        ("Tom &amp; Jerry", 7, "Tom…"),
        ("see <https://a.b|here> now", 12, "see…"),
        ("\u2068שלום לכולם\u2069", 7, "\u2068שלום…\u2069"),
    ],
)
def test_clipping_leaves_no_half_of_anything(whole, limit, cut):
    assert text.clip(whole, limit) == cut


@given(NASTY)
def test_a_name_is_never_empty(outside):
    assert text.name(outside).strip()
    assert text.plain(outside, 75).strip()


def test_a_link_cannot_be_ended_early():
    assert (
        text.link("https://my.pivotal.app/x|y>z", "Acme | <b>") == "<https://my.pivotal.app/x%7Cy%3Ez|Acme &lt;b&gt;>"
    )


def test_a_long_list_says_what_it_left_out():
    assert text.listed(("a", "b", "c", "d"), limit=2) == "a, b and 2 more"


@given(NASTY, some.sampled_from([40, 60, 80]))
def test_what_a_message_shows_of_a_name_is_among_its_spellings(outside, limit):
    shown = text.name(outside, limit)

    assert shown in text.spellings(outside) or shown == text.NOTHING


def test_who_has_no_name_to_be_seen_takes_the_words_for_that_from_nobody():
    assert text.spellings("\u200b") == {"\u200b"}
