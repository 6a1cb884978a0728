"""A modal's view: the rules Slack has for it and the record kept of an open one.

Limits: https://docs.slack.dev/reference/views/modal-views/. Home views join here when App Home is built.
"""

from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.slack import world
from bot.sandbox.slack.blocks import IN_MODAL, MODAL_BLOCKS, repeats
from bot.sandbox.slack.compositions import plain
from bot.sandbox.slack.refusals import Refusal
from bot.sandbox.slack.rules import Flag, Many, Shape, Words, among, problem
from bot.sandbox.slack.values import Picked, values
from bot.sandbox.slack.wire import Json

MODAL = Shape(
    needs={"type": among("modal"), "title": plain(24), "blocks": Many(IN_MODAL, MODAL_BLOCKS, 0)},
    may={
        "submit": plain(24),
        "close": plain(24),
        "private_metadata": Words(3000, 0),
        "callback_id": Words(255, 0),
        "external_id": Words(255, 0),
        "clear_on_close": Flag(),
        "notify_on_close": Flag(),
        "submit_disabled": Flag(),
    },
)


def accept(view: Any) -> None:
    """Take a modal or raise `invalid_arguments` with everything that is wrong."""
    found = list(MODAL.problems(view, "/view"))
    if isinstance(view, dict):
        found += repeats(view.get("blocks"), "/view/blocks")
        blocks = view.get("blocks")
        has_input = isinstance(blocks, list) and any(isinstance(b, dict) and b.get("type") == "input" for b in blocks)
        if has_input and not view.get("submit"):
            found.append(problem("missing required field: submit", "/view"))
    if found:
        raise Refusal("invalid_arguments", (problem("failed to match all allowed schemas", "/view"), *found))


@dataclass(frozen=True)
class View:
    """An open modal. `content` is what the app sent, with ids filled in; `picked` what the person did in it."""

    id: str
    person: str
    content: Json
    hash: str
    root: str
    previous: str | None = None
    picked: Picked = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def blocks(self) -> list[Json]:
        """Its blocks."""
        return list(self.content["blocks"])

    @property
    def values(self) -> Json:
        """What its inputs hold."""
        return values(self.blocks, self.picked)

    def json(self) -> Json:
        """The view object as Slack sends it in answers and payloads."""
        content = self.content
        return {
            "id": self.id,
            "team_id": world.TEAM,
            "type": "modal",
            "blocks": self.blocks,
            "private_metadata": content.get("private_metadata") or "",
            "callback_id": content.get("callback_id") or "",
            "state": {"values": self.values},
            "hash": self.hash,
            "title": content["title"],
            "clear_on_close": bool(content.get("clear_on_close")),
            "notify_on_close": bool(content.get("notify_on_close")),
            "close": content.get("close"),
            "submit": content.get("submit"),
            "previous_view_id": self.previous,
            "root_view_id": self.root,
            "app_id": world.APP,
            "external_id": content.get("external_id") or "",
            "app_installed_team_id": world.TEAM,
            "bot_id": world.BOT_ID,
        }
