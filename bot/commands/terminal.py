"""A message of ours as a terminal shows it: its words, with bold, italics and links, and no buttons."""

import re
from collections.abc import Iterable, Iterator, Sequence
from unicodedata import category

from rich.console import Console
from rich.text import Text
from slack_sdk.models.blocks import Block, ContextBlock, MarkdownTextObject, SectionBlock, TextObject

from bot.views.message import Message

_MARKUP = re.compile(
    r"<(?P<url>https?://[^|<>]+)\|(?P<label>[^<>]*)>"
    r"|(?<!\w)\*(?P<bold>\S(?:[^*\n]*\S)?)\*(?!\w)"
    r"|(?<!\w)_(?P<italic>\S(?:[^_\n]*\S)?)_(?!\w)"
    r"|`(?P<code>[^`\n]+)`"
)
_STYLES = {"label": "underline", "bold": "bold", "italic": "italic", "code": "reverse"}
_UNSEEN = dict.fromkeys(map(ord, "\u2060\u2068\u2069"))
"""What keeps Slack from reading a name as markup, and a right-to-left name in its place."""
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


def show(message: Message, thread: Sequence[Message], console: Console) -> None:
    """Print a message, and below it what stands in its thread."""
    below = [line for reply in thread for line in _lines(reply.blocks)]
    if below:
        below = [Text(), Text("In its thread:", style="dim"), *below]
    for line in (*_lines(message.blocks), *below):
        console.print(line, soft_wrap=not console.is_terminal)


def plain(sentence: str) -> str:
    """A sentence of ours without the marks that Slack shows code by."""
    return sentence.replace("`", "")


def styled(markup: str, style: str = "") -> Text:
    """Slack's markup as a terminal's styles."""
    text, end = Text(style=style), 0
    for found in _MARKUP.finditer(markup):
        text.append(_plain(markup[end : found.start()]))
        kind = next(name for name in _STYLES if found[name])
        link = f" link {found['url']}" if found["url"] else ""
        text.append(_plain(found[kind]), style=_STYLES[kind] + link)
        end = found.end()
    text.append(_plain(markup[end:]))
    return text


def _lines(blocks: Iterable[Block]) -> Iterator[Text]:
    """The words of each block, with an empty line before those that begin or end something."""
    for block in blocks:
        if isinstance(block, SectionBlock):
            yield Text()
            yield styled(_words(block.text))
        elif isinstance(block, ContextBlock):
            yield Text()
            for element in block.elements:
                if isinstance(element, TextObject):
                    yield styled(_words(element), "dim")


def _words(text: TextObject | None) -> str:
    return text.text if isinstance(text, MarkdownTextObject) and text.text else ""


def _plain(markup: str) -> str:
    """Escaped text as it reads, without anything that could move a terminal's cursor."""
    text = markup.translate(_UNSEEN)
    for entity, character in _ENTITIES:
        text = text.replace(entity, character)
    return "".join(" " if category(character) == "Cc" and character != "\n" else character for character in text)
