"""What a view returns: blocks, and the sentence that stands for them in notifications and screen readers."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ContextBlock,
    HeaderBlock,
    InteractiveElement,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)

from bot.views import text as words

SECTION = 3000
"""Characters Slack takes in the text of a section or of a context element."""
HEADER = 150
KEPT = 200
"""Titles, and so many lines of small print, that are kept to be shown again: as many as are shown in a minute."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message for Slack. `text` is a full sentence: it is all that some people get."""

    text: str
    blocks: tuple[Block, ...] = ()

    def payload(self) -> dict[str, Any]:
        """The arguments `chat.postMessage`, `chat.update` and a `response_url` take; checked by the SDK's models."""
        return {"text": self.text, "blocks": [block.to_dict() for block in self.blocks]}


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture to be shown below a message: its title, and what it shows for who cannot see it.

    `draw` gives the PNG. It takes a moment of the processor, so it is for a thread of its own, once it is wanted.
    """

    draw: Callable[[], bytes]
    title: str
    alt: str


class _Once(Block):
    """A block that makes and checks its JSON once, however often it is measured, sent or shown again.

    Whoever is given that JSON changes nothing in it.
    """

    _made: dict[str, Any] | None = None

    def to_dict(self, *_: Any) -> dict[str, Any]:
        """Its JSON; raises SlackObjectFormationError when Slack would not take it."""
        if self._made is None:
            self._made = super().to_dict()
        return self._made


class Paragraph(_Once, SectionBlock):
    """A section that is shown again and again."""


class SmallPrint(_Once, ContextBlock):
    """Small print, likewise."""


class Buttons(_Once, ActionsBlock):
    """A row of buttons, likewise."""


class Title(_Once, HeaderBlock):
    """A title, likewise."""


def markup(text: str) -> MarkdownTextObject:
    """Text with our own markup in it; `verbatim` keeps Slack from making links of names that look like ones."""
    return MarkdownTextObject(text=words.clip(text, SECTION), verbatim=True)


def section(text: str, *, accessory: InteractiveElement | None = None, block_id: str | None = None) -> Paragraph:
    """A paragraph, with one control beside it or none, and with an id of ours where it is to be found again."""
    return Paragraph(text=markup(text), accessory=accessory, block_id=block_id)


@lru_cache(maxsize=KEPT)
def context(*parts: str) -> SmallPrint:
    """The small print: at most ten parts, each its own element."""
    return SmallPrint(elements=[markup(part) for part in parts[:10]])


@lru_cache(maxsize=KEPT)
def header(text: str) -> Title:
    """A title in large type; plain text, so nothing in it is markup."""
    return Title(text=PlainTextObject(text=words.plain(text, HEADER)))


def say(text: str, *details: str) -> Message:
    """A short answer in words: one sentence, and what may follow from it. Both are markup already."""
    blocks: Iterable[Block] = (section(text), *((context(*details),) if details else ()))
    return Message(" ".join((text, *details)), tuple(blocks))
