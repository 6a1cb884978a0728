"""What a person chooses: the element it was done to, the value it then holds, and which choices there are."""

from typing import Any

from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.refusals import Refusal
from bot.sandbox.slack.values import HOLDS, Picked, elements, held
from bot.sandbox.slack.views import View
from bot.sandbox.slack.wire import Json
from bot.sandbox.slack.workspace import Offer, Workspace

EXTERNAL = ("external_select", "multi_external_select")
_PEOPLE = ("users_select", "multi_users_select")
_CHANNELS = ("channels_select", "multi_channels_select")
_CONVERSATIONS = ("conversations_select", "multi_conversations_select")


def element_of(blocks: list[Json], block_id: str, action_id: str) -> tuple[Json, Json]:
    """The block and element of those ids; raises `action_not_found`."""
    for block, element in elements(blocks):
        if block["block_id"] == block_id and element["action_id"] == action_id:
            return block, element
    raise Refusal("action_not_found")


def offer_of(where: Message | View, person: str, block: Json, element: Json) -> Offer:
    """Under which name the options an app suggested there to that person are remembered."""
    place = where.id if isinstance(where, View) else f"{where.channel}/{where.ts}"
    return place, person, block["block_id"], element["action_id"]


def take(
    workspace: Workspace,
    where: Message | View,
    block: Json,
    element: Json,
    *,
    raw: Any,
    person: str,
    picked: Picked,
) -> tuple[Json | None, Picked]:
    """What the action carries of the person's choice, and everything picked so far with it.

    Raises `invalid_option` for what is not there to choose, and what `held` raises.
    """
    if element["type"] == "button":
        return None, picked
    value = held(element, raw, offered=workspace.offered.get(offer_of(where, person, block, element), {}).values())
    if element["type"] not in HOLDS:
        return value, picked
    _offered(workspace, element, value[HOLDS[element["type"]].field], person=person)
    now = {name: dict(kept) for name, kept in picked.items()}
    now.setdefault(block["block_id"], {})[element["action_id"]] = value
    return value, now


def label(element: Json) -> str:
    """What a person would call the element."""
    return str((element.get("text") or element.get("placeholder") or {}).get("text") or element["action_id"])


def conversations(workspace: Workspace, element: Json, *, person: str) -> list[str]:
    """The ids of what a channels or conversations menu offers that person: what they can see, archived ones left out.

    See https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element/#conversations_select and
    https://docs.slack.dev/reference/block-kit/composition-objects/conversation-filter-object/.
    """
    wanted = element.get("filter") or {}
    kinds = ["public"] if element["type"] in _CHANNELS else wanted.get("include") or ["public", "private", "im"]
    return [
        channel.id
        for channel in workspace.channels.values()
        if workspace.sees(person, channel.id)
        and not channel.archived
        and ("im" if channel.is_im else "private" if channel.private else "public") in kinds
        and not (wanted.get("exclude_external_shared_channels") and channel.shared)
        and not (wanted.get("exclude_bot_users") and channel.is_im)  # all are with the bot
    ]


def _offered(workspace: Workspace, element: Json, chosen: Any, *, person: str) -> None:
    if element["type"] in _PEOPLE:
        known = list(workspace.people)
    elif element["type"] in (*_CHANNELS, *_CONVERSATIONS):
        known = conversations(workspace, element, person=person)
    else:
        return
    if not all(one in known for one in (chosen if isinstance(chosen, list) else [chosen]) if one is not None):
        raise Refusal("invalid_option")
