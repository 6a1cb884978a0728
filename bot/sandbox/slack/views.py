"""A view, of a modal or of Home: the rules Slack has for it and the record kept of one that is shown.

Limits: https://docs.slack.dev/reference/views/modal-views/ and https://docs.slack.dev/reference/views/home-tab-views/.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from bot.sandbox.slack import world
from bot.sandbox.slack.blocks import IN_MODAL, MODAL_BLOCKS, repeats, with_ids
from bot.sandbox.slack.compositions import plain
from bot.sandbox.slack.refusals import Refusal
from bot.sandbox.slack.rules import Flag, Many, Rule, Shape, Words, among, problem
from bot.sandbox.slack.values import Picked, values
from bot.sandbox.slack.wire import Json

LARGEST = 250_000  # bytes of JSON: https://docs.slack.dev/reference/methods/views.publish

_EITHER: Mapping[str, Rule] = {
    "private_metadata": Words(3000, 0),
    "callback_id": Words(255, 0),
    "external_id": Words(255, 0),
}

SURFACES: Mapping[str, Shape] = {
    "modal": Shape(
        needs={"type": among("modal"), "title": plain(24), "blocks": Many(IN_MODAL, MODAL_BLOCKS, 0)},
        may={
            **_EITHER,
            "submit": plain(24),
            "close": plain(24),
            "clear_on_close": Flag(),
            "notify_on_close": Flag(),
            "submit_disabled": Flag(),
        },
    ),
    "home": Shape(needs={"type": among("home"), "blocks": Many(IN_MODAL, MODAL_BLOCKS, 0)}, may=_EITHER),
}


def accept(view: Any, *, surface: str = "modal") -> None:
    """Take a view for a modal or Home, or raise `invalid_arguments` with all that is wrong, or `view_too_large`."""
    found = list(SURFACES[surface].problems(view, "/view"))
    if isinstance(view, dict):
        found += repeats(view.get("blocks"), "/view/blocks")
        blocks = view.get("blocks")
        has_input = isinstance(blocks, list) and any(isinstance(b, dict) and b.get("type") == "input" for b in blocks)
        if surface == "modal" and has_input and not view.get("submit"):
            found.append(problem("missing required field: submit", "/view"))
    if found:
        raise Refusal("invalid_arguments", (problem("failed to match all allowed schemas", "/view"), *found))
    if len(json.dumps(view, ensure_ascii=False).encode()) > LARGEST:
        raise Refusal("view_too_large")


@dataclass(frozen=True)
class View:
    """An open modal, or a person's Home.

    `content` is what the app sent, with ids filled in; `picked` what the person did in it.
    """

    id: str
    person: str
    content: Json
    hash: str
    root: str
    previous: str | None = None
    picked: Picked = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def is_home(self) -> bool:
        """Whether it is a Home and no modal."""
        return bool(self.content["type"] == "home")

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
        own: Json = {} if self.is_home else {"title": content["title"]}
        return {
            "id": self.id,
            "team_id": world.TEAM,
            "type": content["type"],
            "blocks": self.blocks,
            "private_metadata": content.get("private_metadata") or "",
            "callback_id": content.get("callback_id") or "",
            "state": {"values": self.values},
            "hash": self.hash,
            **own,
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

    def with_content(self, content: Json, *, new_hash: str) -> Self:
        """The same view showing something else; what was typed stays where block_id and action_id stay."""
        blocks = list(with_ids(content["blocks"], prefix=f"{self.id[-4:]}-"))
        new = replace(self, content={**content, "blocks": blocks}, hash=new_hash, errors={})
        kept = new.values
        picked = {b: {a: v for a, v in held.items() if a in kept.get(b, {})} for b, held in self.picked.items()}
        return replace(new, picked=picked)

    def with_picked(self, picked: Picked) -> Self:
        """The same view with what the person typed or chose, over what they did before."""
        merged = {block: dict(held) for block, held in self.picked.items()}
        for block, held in picked.items():
            merged.setdefault(block, {}).update(held)
        return replace(self, picked=merged)
