"""What people do in the workspace: type, press, choose, submit, close; and what Slack tells them when the app fails."""

import time
from dataclasses import replace
from typing import Any

from bot.sandbox.slack import answers, payloads
from bot.sandbox.slack.courier import Acknowledged, Courier, Undelivered
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.refusals import Refusal
from bot.sandbox.slack.values import HOLDS, Picked, elements, held, missing
from bot.sandbox.slack.views import View
from bot.sandbox.slack.windows import Origin
from bot.sandbox.slack.wire import Json
from bot.sandbox.slack.workspace import Workspace

_NO_COMMAND = (
    '{word} is not a valid command. In Slack, all messages that start with the "/" symbol are interpreted as commands.'
    ' If you are trying to send a message and not run a command, try preceding the "/" with an empty space.'
)
_NOT_INTERACTIVE = "This app is not configured to handle interactive responses."


class Acts:
    """The hands of everyone in the workspace."""

    def __init__(self, workspace: Workspace, courier: Courier) -> None:
        self.workspace = workspace
        self.courier = courier

    async def say(self, text: str, *, person: str, channel: str, thread_ts: str | None = None) -> Acknowledged:
        """Send what was typed: a command to the app, anything else as a message."""
        place = self.workspace.channels[channel]
        if place.archived:
            return Acknowledged(False, "is_archived")
        if person not in place.members:
            return Acknowledged(False, "not_in_channel")
        if text.startswith("/"):
            return await self._command(text, person=person, channel=channel, thread_ts=thread_ts)
        try:
            self.workspace.post(place, user=person, text=text, thread_ts=thread_ts)
        except Refusal as refusal:
            return Acknowledged(False, refusal.error)
        return Acknowledged(True)

    async def _command(self, text: str, *, person: str, channel: str, thread_ts: str | None) -> Acknowledged:
        word, _, rest = text.partition(" ")
        if self.workspace.app.command(word) is None:
            self.workspace.notice(person, _NO_COMMAND.format(word=word), channel=channel)
            return Acknowledged(False, "unknown_command")
        if thread_ts:
            self.workspace.notice(person, f"{word} is not supported in threads. Sorry!", channel=channel)
            return Acknowledged(False, "not_supported_in_threads")
        who, place = self.workspace.person(person), self.workspace.channels[channel]
        payload = payloads.slash_command(self.workspace, word=word, text=rest.strip(), person=who, channel=place)
        began = time.monotonic()
        try:
            carried = await self.courier.deliver("slash_commands", payload)
            answers.to_command(self.workspace, Origin(person, channel), carried)
        except Undelivered as failure:
            return self._failed(word, failure.error, began, person=person, channel=channel)
        except Refusal:
            return self._failed(word, "invalid_command_response", began, person=person, channel=channel)
        return Acknowledged(True, seconds=time.monotonic() - began)

    async def press(
        self, message: Message, *, person: str, block_id: str, action_id: str, value: Any = None
    ) -> Acknowledged:
        """Press or choose in a message, as that person's screen shows it: `message` may be an older state of it.

        Raises `user_not_found`, `message_not_found` where the person cannot see it, and `action_not_found`.
        """
        who = self.workspace.person(person)
        if not self.workspace.sees(person, message.channel):
            raise Refusal("message_not_found")
        block, element = _element(list(message.blocks or ()), block_id, action_id)
        key = (message.channel, message.ts, person)
        taken, picked = _take(block, element, value, self.workspace.picked.get(key, {}))
        self.workspace.picked[key] = picked
        action = payloads.action(block, element, value=taken, ts=self.workspace.new_ts())
        payload = payloads.press_in_message(self.workspace, message, person=who, action=action)
        return await self._interact(_label(element), payload, person=person, channel=message.channel)

    async def press_in_modal(self, view: View, *, block_id: str, action_id: str, value: Any = None) -> Acknowledged:
        """Press or choose in a modal; an input that does not dispatch its action only keeps the value."""
        block, element = _element(view.blocks, block_id, action_id)
        taken, picked = _take(block, element, value, view.picked)
        view = self.workspace.modals.pick(view, picked)
        self.workspace.changed()
        if block["type"] == "input" and not block.get("dispatch_action"):
            return Acknowledged(True)
        action = payloads.action(block, element, value=taken, ts=self.workspace.new_ts())
        who = self.workspace.person(view.person)
        payload = payloads.press_in_modal(self.workspace, view, person=who, action=action)
        return await self._interact(_label(element), payload, person=view.person, channel=None)

    async def submit(self, view: View, values: dict[str, dict[str, Any]]) -> Acknowledged:
        """Fill in (block_id → action_id → what was given) and submit a modal.

        What Slack's own form refuses, such as an empty required field, never reaches the app.
        """
        for block_id, given in values.items():
            for action_id, raw in given.items():
                block, element = _element(view.blocks, block_id, action_id)
                view = self.workspace.modals.pick(view, _take(block, element, raw, view.picked)[1])
        lacking = missing(view.blocks, view.picked)
        if lacking:
            return self._beside_fields(view, lacking, time.monotonic())
        payload = payloads.submission(self.workspace, view, person=self.workspace.person(view.person))
        began = time.monotonic()
        try:
            carried = await self.courier.deliver("interactive", payload)
            errors = answers.to_submission(self.workspace, view, carried)
        except Undelivered as failure:
            self.workspace.notice(view.person, answers.TROUBLE)
            return Acknowledged(False, failure.error, time.monotonic() - began)
        except Refusal as refusal:
            self.workspace.notice(view.person, answers.TROUBLE)
            return Acknowledged(False, refusal.error, time.monotonic() - began)
        if errors:
            return self._beside_fields(view, errors, began)
        self.workspace.changed()
        return Acknowledged(True, seconds=time.monotonic() - began)

    async def close(self, view: View) -> Acknowledged:
        """Close a modal by its button; the app hears of it only when it asked to."""
        self.workspace.modals.close(view)
        self.workspace.changed()
        if not view.content.get("notify_on_close"):
            return Acknowledged(True)
        who = self.workspace.person(view.person)
        payload = payloads.closing(self.workspace, view, person=who, cleared=False)
        began = time.monotonic()
        try:
            await self.courier.deliver("interactive", payload)
        except Undelivered as failure:  # the window is gone: Slack shows the person nothing
            return Acknowledged(False, failure.error, time.monotonic() - began)
        return Acknowledged(True, seconds=time.monotonic() - began)

    async def _interact(self, label: str, payload: Json, *, person: str, channel: str | None) -> Acknowledged:
        if not self.workspace.app.interactive:
            self.workspace.notice(person, _NOT_INTERACTIVE, channel=channel)
            return Acknowledged(False, "not_interactive")
        began = time.monotonic()
        try:
            await self.courier.deliver("interactive", payload)
        except Undelivered as failure:
            return self._failed(f"“{label}”", failure.error, began, person=person, channel=channel)
        return Acknowledged(True, seconds=time.monotonic() - began)

    def _failed(self, what: str, error: str, began: float, *, person: str, channel: str | None) -> Acknowledged:
        self.workspace.notice(person, f"{what} failed with the error “{error}”", channel=channel)
        return Acknowledged(False, error, time.monotonic() - began)

    def _beside_fields(self, view: View, errors: dict[str, str], began: float) -> Acknowledged:
        if self.workspace.modals.is_open(view):
            current = self.workspace.modals.get(view.id, person=view.person)
            self.workspace.modals.put(replace(current, errors=errors))
        self.workspace.changed()
        return Acknowledged(False, "field_errors", time.monotonic() - began)


def _element(blocks: list[Json], block_id: str, action_id: str) -> tuple[Json, Json]:
    for block, element in elements(blocks):
        if block["block_id"] == block_id and element["action_id"] == action_id:
            return block, element
    raise Refusal("action_not_found")


def _take(block: Json, element: Json, raw: Any, picked: Picked) -> tuple[Json | None, Picked]:
    """What the action carries of the person's choice, and everything picked so far with it."""
    if element["type"] == "button":
        return None, picked
    value = held(element, raw)
    if element["type"] not in HOLDS:
        return value, picked
    now = {name: dict(kept) for name, kept in picked.items()}
    now.setdefault(block["block_id"], {})[element["action_id"]] = value
    return value, now


def _label(element: Json) -> str:
    return str((element.get("text") or element.get("placeholder") or {}).get("text") or element["action_id"])
