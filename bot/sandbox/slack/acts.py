"""What people do in the workspace: type, press, choose, use a shortcut, open Home; and what Slack tells them when the
app fails. What is done with a modal as a whole is in `forms.py`, searching a menu in `menus.py`.
"""

import time
from typing import Any

from bot.sandbox.slack import answers, events, payloads, world, writing
from bot.sandbox.slack.changes import invites_bot
from bot.sandbox.slack.choosing import element_of, label, take
from bot.sandbox.slack.courier import Acknowledged, Courier, Undelivered
from bot.sandbox.slack.deliveries import Deliveries
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.refusals import Refusal
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

    def __init__(self, workspace: Workspace, courier: Courier, deliveries: Deliveries) -> None:
        self.workspace = workspace
        self.courier = courier
        self.deliveries = deliveries

    async def say(self, text: str, *, person: str, channel: str, thread_ts: str | None = None) -> Acknowledged:
        """Send what was typed: a command to the app, anything else as a message.

        A message stands whether or not the app takes the events about it.
        """
        place = self.workspace.channels[channel]
        if place.archived:
            return Acknowledged(False, "is_archived")
        if person not in place.members:
            return Acknowledged(False, "not_in_channel")
        if text.startswith("/"):
            return await self._command(text, person=person, channel=channel, thread_ts=thread_ts)
        began = time.monotonic()
        try:
            said = writing.written(self.workspace, text)
            message = self.workspace.post(place, user=person, text=said, thread_ts=thread_ts)
        except Refusal as refusal:
            return Acknowledged(False, refusal.error)
        await self.deliveries.tell(events.of_message(self.workspace, message))
        return Acknowledged(True, seconds=time.monotonic() - began)

    async def open_home(self, person: str) -> Acknowledged:
        """Go to the app's Home tab: `not_enabled` when the app has none. It shows whatever the app does about it."""
        if not self.workspace.app.home_tab:
            return Acknowledged(False, "not_enabled")
        began = time.monotonic()
        await self.deliveries.tell(events.of_home(self.workspace, self.workspace.person(person)))
        return Acknowledged(True, seconds=time.monotonic() - began)

    def _invite(self, whom: str, *, person: str, channel: str) -> Acknowledged:
        """Slack's own command, as far as it is needed here: the app is let into the channel."""
        name = self.workspace.app.name
        if whom.strip().lstrip("@").casefold() not in (name.casefold(), f"<@{world.BOT}>".casefold()):
            self.workspace.notice(person, f"Here you can invite the app only: /invite @{name}", channel=channel)
            return Acknowledged(False, "user_not_found")
        invites_bot(self.workspace, channel)
        self.workspace.notice(person, f"{name} is in this channel now.", channel=channel)
        return Acknowledged(True)

    async def _command(self, text: str, *, person: str, channel: str, thread_ts: str | None) -> Acknowledged:
        word, _, rest = text.partition(" ")
        if word == "/invite":
            return self._invite(rest, person=person, channel=channel)
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
        """Press or choose in a message or a preview below it, as that person's screen shows it, though it may have
        changed since.

        Raises `user_not_found`, `message_not_found` where the person cannot see it, `action_not_found` and what
        `choosing.take` raises.
        """
        who = self.workspace.person(person)
        if not self.workspace.sees(person, message.channel):
            raise Refusal("message_not_found")
        block, element = element_of(message.pressable, block_id, action_id)
        key = (message.channel, message.ts, person)
        before = self.workspace.picked.get(key, {})
        taken, picked = take(self.workspace, message, block, element, raw=value, person=person, picked=before)
        self.workspace.picked[key] = picked
        action = payloads.action(block, element, value=taken, ts=self.workspace.new_ts())
        payload = payloads.press_in_message(self.workspace, message, person=who, action=action)
        return await self._interact(label(element), payload, person=person, channel=message.channel)

    async def press_in_view(self, view: View, *, block_id: str, action_id: str, value: Any = None) -> Acknowledged:
        """Press or choose in a modal or in Home; an input that does not dispatch its action only keeps the value."""
        block, element = element_of(view.blocks, block_id, action_id)
        taken, picked = take(self.workspace, view, block, element, raw=value, person=view.person, picked=view.picked)
        view = self.workspace.pick(view, picked)
        if block["type"] == "input" and not block.get("dispatch_action"):
            return Acknowledged(True)
        action = payloads.action(block, element, value=taken, ts=self.workspace.new_ts())
        who = self.workspace.person(view.person)
        payload = payloads.press_in_view(self.workspace, view, person=who, action=action)
        return await self._interact(label(element), payload, person=view.person, channel=None)

    async def use_shortcut(self, name: str, *, person: str, message: Message | None = None) -> Acknowledged:
        """Use a shortcut by its name or callback_id: a global one, or one of the menu of `message`.

        Raises `shortcut_not_found`, also for one of the other type, and `message_not_found` for a message that the
        person cannot see or that only they see: such a one has no menu.
        """
        shortcut = self.workspace.app.shortcut(name)
        if shortcut is None or (shortcut.type == "message") != (message is not None):
            raise Refusal("shortcut_not_found")
        who = self.workspace.person(person)
        if message is None:
            payload = payloads.global_shortcut(self.workspace, shortcut.callback_id, person=who)
            return await self._interact(shortcut.name, payload, person=person, channel=None)
        if message.ephemeral_to is not None or not self.workspace.sees(person, message.channel):
            raise Refusal("message_not_found")
        payload = payloads.message_shortcut(self.workspace, shortcut.callback_id, message=message, person=who)
        return await self._interact(shortcut.name, payload, person=person, channel=message.channel)

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
