"""Our markup in a terminal: the same words, nothing of Slack's notation, and nothing that moves the cursor."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.terminal import plain, show, styled
from bot.views import text
from bot.views.message import Message, context, section


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        ("*Acme Corp* #245 — Review", "Acme Corp #245 — Review"),
        ("_Late: it is 10:00._", "Late: it is 10:00."),
        ("`TEST`", "TEST"),
        ("<https://my.pivotal.app/customers/1|Acme>", "Acme"),
        ("Hooli &amp; Co &lt;3", "Hooli & Co <3"),
        ("2*3*4 and user_csm_001_x", "2*3*4 and user_csm_001_x"),
        ("@\u2060here and \u2068שלום\u2069 #5", "@here and שלום #5"),
        ("red \x1b[31m alert", "red  [31m alert"),
    ],
)
def test_words_are_kept_and_notation_is_not(markup, shown):
    assert styled(markup).plain == shown


def test_bold_and_links_look_so():
    spans = [str(span.style) for span in styled("*Acme* <https://x.example/a|here> _so_").spans]

    assert spans == ["bold", "underline link https://x.example/a", "italic"]


@given(name=st.text(max_size=60))
def test_any_name_reads_as_it_is(name):
    assert text.clean(name).translate(dict.fromkeys((0x2060, 0x2068, 0x2069))) in styled(
        text.escape(name)
    ).plain or any(mark in name for mark in "*_`")


def test_the_thread_follows_and_says_what_it_is(console, said):
    message = Message("Head", (section("*Head*"), context("small")))

    show(message, (Message("More", (section("• one\n• two"),)),), console)

    assert said() == "\nHead\n\nsmall\n\nIn its thread:\n\n• one\n• two\n"


def test_without_a_thread_none_is_announced(console, said):
    show(Message("Head", (section("Head"),)), (), console)

    assert said() == "\nHead\n"


def test_sentences_for_slack_lose_their_code_marks():
    assert plain("There are `review` and `launch`.") == "There are review and launch."
