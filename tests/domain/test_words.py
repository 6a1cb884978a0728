import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("  show   acme ", ["show", "acme"]),
        ('show "Acme Corp"', ["show", "Acme Corp"]),
        ("show “Acme Corp” now", ["show", "Acme Corp", "now"]),
        ("show „Acme Corp“", ["show", "Acme Corp"]),
        ("show 'Acme Corp'", ["show", "Acme Corp"]),
        ("O'Brien & Sons' yard", ["O'Brien", "&", "Sons'", "yard"]),
        ('phase:"Internal QA" state:paused', ["phase:Internal QA", "state:paused"]),
        ('pause "Acme', ["pause", '"Acme']),
        ('5" pipe', ['5"', "pipe"]),
        ('"" x', ["x"]),
        ("owner:<@U0ANA0001|ana ruiz> x", ["owner:<@U0ANA0001|ana ruiz>", "x"]),
        ("a < b", ["a", "<", "b"]),
    ],
)
def test_words_are_cut_as_meant(text, expected):
    assert words.split(text) == expected


@given(st.text())
def test_any_text_is_cut_without_complaint_and_loses_nothing_but_quotes_and_blanks(text):
    found = words.split(text)

    def essence(one):
        return [c for c in one if not c.isspace() and c not in words.DOUBLE + words.SINGLE]

    assert [c for word in found for c in essence(word)] == essence(text)
    assert all(found)


def test_the_rest_stays_as_it_was_typed():
    assert words.head('  pause  "Acme Corp"  legal  asked ') == ("pause", '"Acme Corp"  legal  asked')
    assert words.head('"Acme Corp" legal') == ("Acme Corp", "legal")
    assert words.head(" ") == ("", "")


def test_pieces_keep_their_quotes():
    assert words.pieces('  list phase:"Internal QA"  “Acme Corp” x ') == [
        "list",
        'phase:"Internal QA"',
        "“Acme Corp”",
        "x",
    ]
