"""How what people type travels."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.slack import writing
from bot.sandbox.slack.manifest import read
from bot.sandbox.slack.workspace import Workspace

WORKSPACE = Workspace(read({}), clock=lambda: datetime(2026, 9, 7, tzinfo=UTC))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("plain", "plain"),
        ("a & b < c > d", "a &amp; b &lt; c &gt; d"),
        ("a &amp; b", "a &amp; b"),
        ("<!channel>", "&lt;!channel&gt;"),
        ("ask @Ana Ruiz or @ben.", "ask <@U0ANA0001> or <@U0BEN0001>."),
        ("<@U0ANA0001|ana>hi", "<@U0ANA0001>hi"),
        ("mail x@ana.example", "mail x@ana.example"),
        ("ask @managers", "ask <!subteam^S0MANAGRS|@managers>"),
        ("ask <!subteam^S0MANAGRS>", "ask <!subteam^S0MANAGRS|@managers>"),
        ("ask <!subteam^S0NOBODY1>", "ask &lt;!subteam^S0NOBODY1&gt;"),
        ("see #launches", "see <#C0LAUNCHS|launches>"),
        ("at https://a.example/b?c=1&d=2.", "at <https://a.example/b?c=1&amp;d=2>."),
        ("(https://a.example/b)", "(<https://a.example/b>)"),
        ("<https://a.example|A>", "<https://a.example|A>"),
        ("&lt;https://a.example/&gt;", "&lt;<https://a.example/>&gt;"),
    ],
)
def test_a_message_is_kept_as_slack_keeps_it(typed: str, kept: str) -> None:
    assert writing.written(WORKSPACE, typed) == kept


def test_a_command_carries_names_and_links_in_its_marks() -> None:
    text = writing.escaped(WORKSPACE, "link @ana,@cs-team https://pivotal.example/customers/1 &amp;")

    assert text == (
        "link <@U0ANA0001|ana>,<!subteam^S0CSTEAM1|@cs-team> <https://pivotal.example/customers/1> &amp;amp;"
    )


PIECES = st.lists(
    st.sampled_from(
        [
            "@ana",
            "@managers",
            "<@U0ANA0001>",
            "#launches",
            "https://a.example/x",
            "<",
            ">",
            "&",
            "&amp;",
            "|",
            "(",
            ".",
            "é",
            "x",
        ]
    )
).map(" ".join)


@given(PIECES)
def test_written_once_more_a_message_stays_the_same(typed: str) -> None:
    once = writing.written(WORKSPACE, typed)

    assert writing.written(WORKSPACE, once) == once


@given(st.text())
def test_nothing_typed_becomes_a_mark_of_slacks_own(typed: str) -> None:
    assert "<!" not in writing.written(WORKSPACE, typed)
