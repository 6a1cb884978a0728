"""What every modal has in common: its frame, the word of patience, and an answer in words."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block, PlainTextObject
from slack_sdk.models.views import View

from bot.views import text
from bot.views.message import Message, section

TITLE = 24
"""Characters Slack takes in a modal's title, and on its two buttons."""
BLOCKS = 100


def frame(
    title: str,
    blocks: Sequence[Block],
    *,
    callback_id: str = "",
    submit: str = "",
    close: str = "Close",
    metadata: str = "",
) -> View:
    """A modal within Slack's limits; with `callback_id` and `submit` it is a form."""
    return View(
        type="modal",
        title=PlainTextObject(text=text.plain(title, TITLE)),
        blocks=list(blocks)[:BLOCKS],
        callback_id=callback_id or None,
        submit=PlainTextObject(text=text.plain(submit, TITLE)) if submit else None,
        close=PlainTextObject(text=text.plain(close, TITLE)),
        private_metadata=metadata or None,
    )


def loading(title: str) -> View:
    """Shown while the content is being fetched."""
    return frame(title, [section("Loading …")])


def saving(title: str) -> View:
    """Shown while what was sent is being carried out."""
    return frame(title, [section("One moment, this is being done …")])


def at_home(message: Message) -> View:
    """An answer in words on the Home tab, where what the person looked for cannot be shown."""
    return View(type="home", blocks=list(message.blocks or [section(message.text)])[:BLOCKS])


def told(title: str, message: Message) -> View:
    """An answer in words, or a message that would otherwise stand in a channel."""
    return frame(title, message.blocks or [section(message.text)])
