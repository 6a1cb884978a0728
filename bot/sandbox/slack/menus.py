"""Menus that the app fills while a person types: the search, and the options it may answer with.

See https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element/#external_select.
"""

from collections.abc import Mapping
from typing import Any

from bot.sandbox.slack import payloads
from bot.sandbox.slack.choosing import EXTERNAL, element_of, offer_of
from bot.sandbox.slack.compositions import OPTION, OPTION_GROUP, Options
from bot.sandbox.slack.courier import Courier, Undelivered
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.refusals import Refusal
from bot.sandbox.slack.rules import Many, Rule
from bot.sandbox.slack.values import options
from bot.sandbox.slack.views import View
from bot.sandbox.slack.wire import Json
from bot.sandbox.slack.workspace import Workspace

LEAST_QUERY = 3  # characters, where the menu does not say
MOST = 100

_ANSWERS: Mapping[str, Rule] = {
    "options": Options(OPTION, MOST, 0),
    "option_groups": Many(OPTION_GROUP, MOST, 0),
}


class Menus:
    """Searching."""

    def __init__(self, workspace: Workspace, courier: Courier) -> None:
        self.workspace = workspace
        self.courier = courier

    async def search(self, where: Message | View, *, person: str, block_id: str, action_id: str, query: str) -> Json:
        """What the menu then offers, as `options` and `option_groups`; nothing when the query is still too short.

        What was offered can be chosen from then on. Raises `action_not_found`, `not_interactive`,
        `operation_timeout`, `dispatch_failed`, and `invalid_options` for an answer that Slack would not show.
        """
        blocks = where.blocks if isinstance(where, View) else where.pressable
        block, element = element_of(blocks, block_id, action_id)
        if element["type"] not in EXTERNAL:
            raise Refusal("action_not_found")
        if not self.workspace.app.interactive:
            raise Refusal("not_interactive")
        if len(query) < element.get("min_query_length", LEAST_QUERY):
            return {"options": [], "option_groups": []}
        payload = payloads.suggestion(
            self.workspace,
            where,
            person=self.workspace.person(person),
            block_id=block_id,
            action_id=action_id,
            query=query,
        )
        try:
            offered = _accepted(await self.courier.deliver("interactive", payload))
        except Undelivered as failure:
            raise Refusal(failure.error) from failure
        known = self.workspace.offered.setdefault(offer_of(where, person, block, element), {})
        known |= {option["value"]: option for option in options(offered)}
        return offered


def _accepted(answer: Any) -> Json:
    given = {name: answer[name] for name in _ANSWERS if name in answer} if isinstance(answer, dict) else {}
    if len(given) != 1:
        raise Refusal("invalid_options", ("must define either `options` or `option_groups`",))
    (name, value) = given.popitem()
    found = tuple(_ANSWERS[name].problems(value, f"/{name}"))
    if found:
        raise Refusal("invalid_options", found)
    return {"options": [], "option_groups": [], name: value}
