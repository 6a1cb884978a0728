"""A message as the workspace keeps it, and the plain text a person would read in it."""

from dataclasses import dataclass
from typing import Any

from bot.sandbox.slack import world
from bot.sandbox.slack.files import File
from bot.sandbox.slack.wire import Json


@dataclass(frozen=True)
class Unfurl:
    """What the app shows below a message about one of its links."""

    url: str
    blocks: tuple[Json, ...]

    def json(self, number: int) -> Json:
        """The attachment as Slack puts it into the message."""
        return {
            "id": number,
            "from_url": self.url,
            "app_unfurl_url": self.url,
            "is_app_unfurl": True,
            "app_id": world.APP,
            "bot_id": world.BOT_ID,
            "blocks": list(self.blocks),
            "fallback": "[no preview available]",
        }


@dataclass(frozen=True)
class Message:
    """One message. `ephemeral_to` is the only person who sees it, `thread_ts` the message it replies to."""

    ts: str
    channel: str
    user: str
    text: str
    blocks: tuple[Json, ...] | None = None
    thread_ts: str | None = None
    ephemeral_to: str | None = None
    edited: bool = False
    deleted: bool = False
    unfurls: tuple[Unfurl, ...] = ()
    files: tuple[File, ...] = ()

    def visible_to(self, person: str) -> bool:
        """Whether that person may see it, channel membership apart."""
        return not self.deleted and self.ephemeral_to in (None, person)

    @property
    def pressable(self) -> list[Json]:
        """The blocks of the message itself and of the previews below it."""
        return [*(self.blocks or ()), *(block for unfurl in self.unfurls for block in unfurl.blocks)]

    def preview_of(self, block_id: str) -> int | None:
        """The number, from 1 on, of the preview which that block stands in; None for the message's own."""
        if any(block["block_id"] == block_id for block in self.blocks or ()):
            return None
        for number, unfurl in enumerate(self.unfurls, 1):
            if any(block["block_id"] == block_id for block in unfurl.blocks):
                return number
        return None

    @property
    def seen(self) -> str:
        """All the text in it: its blocks, or else its fallback text; then its files and what is below it."""
        own = flatten(list(self.blocks)) if self.blocks else self.text
        files = [" ".join(filter(None, (file.title, file.alt_text))) for file in self.files]
        below = [flatten(list(unfurl.blocks)) for unfurl in self.unfurls]
        return "\n".join(part for part in (own, *files, *below) if part)


def flatten(blocks: list[Json]) -> str:
    """Every text of the blocks in reading order, one block to a line."""
    return "\n".join(line for line in (" ".join(_texts(block)) for block in blocks) if line)


# Options stay out: nobody sees them before opening the menu.
_READ = ("text", "title", "label", "fields", "element", "elements", "accessory", "rows", "hint")


def _texts(node: Any) -> list[str]:
    if isinstance(node, str):
        return [node]
    if isinstance(node, list):
        return [text for item in node for text in _texts(item)]
    if not isinstance(node, dict):
        return []
    if node.get("type") == "image":
        return [node["alt_text"]]
    if "name" in node and node.get("type") == "emoji":
        return [f":{node['name']}:"]
    return [text for key in _READ for text in _texts(node.get(key))]
