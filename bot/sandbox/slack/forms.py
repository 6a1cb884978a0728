"""What people do with a modal as a whole: fill it in and submit it, or close it; and how the app's answer shows."""

import time
from dataclasses import replace
from typing import Any

from bot.sandbox.slack import answers, payloads
from bot.sandbox.slack.choosing import element_of, take
from bot.sandbox.slack.courier import Acknowledged, Courier, Undelivered
from bot.sandbox.slack.inputs import complaints
from bot.sandbox.slack.refusals import Refusal
from bot.sandbox.slack.views import View
from bot.sandbox.slack.workspace import Workspace


class Forms:
    """Submitting and closing."""

    def __init__(self, workspace: Workspace, courier: Courier) -> None:
        self.workspace = workspace
        self.courier = courier

    async def submit(self, view: View, values: dict[str, dict[str, Any]]) -> Acknowledged:
        """Fill in (block_id → action_id → what was given) and submit a modal.

        What Slack's own form refuses, such as an empty required field, never reaches the app. Raises `not_found` for
        a Home, which has no submit button, `action_not_found` and what `choosing.take` raises.
        """
        if view.is_home:
            raise Refusal("not_found")
        for block_id, given in values.items():
            for action_id, raw in given.items():
                block, element = element_of(view.blocks, block_id, action_id)
                _, picked = take(self.workspace, view, block, element, raw=raw, person=view.person, picked=view.picked)
                view = self.workspace.pick(view, picked)
        began = time.monotonic()
        lacking = complaints(view.blocks, view.picked)
        if lacking:
            return self._beside_fields(view, lacking, began)
        payload = payloads.submission(self.workspace, view, person=self.workspace.person(view.person))
        try:
            carried = await self.courier.deliver("interactive", payload)
            errors = answers.to_submission(self.workspace, view, carried)
        except Undelivered as failure:
            return self._trouble(view, failure.error, began)
        except Refusal as refusal:
            return self._trouble(view, refusal.error, began)
        if errors:
            return self._beside_fields(view, errors, began)
        self.workspace.changed()
        return Acknowledged(True, seconds=time.monotonic() - began)

    async def close(self, view: View, *, everything: bool = False) -> Acknowledged:
        """Close a modal by its button, or `everything` by the cross; the app hears of each view that asked for it."""
        gone = self.workspace.modals.close(view, everything=everything)
        self.workspace.changed()
        cleared = everything or bool(view.content.get("clear_on_close"))
        who = self.workspace.person(view.person)
        began = time.monotonic()
        failed: str | None = None
        for closed in gone:
            if not closed.content.get("notify_on_close"):
                continue
            try:
                payload = payloads.closing(self.workspace, closed, person=who, cleared=cleared)
                await self.courier.deliver("interactive", payload)
            except Undelivered as failure:  # the window is gone: Slack shows the person nothing
                failed = failure.error
        return Acknowledged(failed is None, failed, time.monotonic() - began)

    def _trouble(self, view: View, error: str, began: float) -> Acknowledged:
        self.workspace.notice(view.person, answers.TROUBLE)
        return Acknowledged(False, error, time.monotonic() - began)

    def _beside_fields(self, view: View, errors: dict[str, str], began: float) -> Acknowledged:
        if self.workspace.modals.is_open(view):
            current = self.workspace.modals.get(view.id, person=view.person)
            self.workspace.modals.put(replace(current, errors=errors))
        self.workspace.changed()
        return Acknowledged(False, "field_errors", time.monotonic() - began)
