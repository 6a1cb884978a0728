"""The people of the workspace as tests move them: what they do, and what they see afterwards."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any, TypeVar

from bot.sandbox.slack.acts import Acts
from bot.sandbox.slack.courier import Acknowledged
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.targets import Target, field_ids, labelled, with_action
from bot.sandbox.slack.views import View
from bot.sandbox.slack.wire import Json
from bot.sandbox.slack.workspace import Workspace

T = TypeVar("T")


class NothingToSee(AssertionError):
    """What the person looked for did not appear; says what they saw instead."""


class People:
    """Hands and eyes. What a person looks for may still be on its way: they wait for it, `patience` real seconds."""

    def __init__(
        self, workspace: Workspace, acts: Acts, *, settles: Callable[[], Awaitable[None]] | None, patience: float
    ) -> None:
        self.workspace = workspace
        self.settles = settles
        self.patience = patience
        self._acts = acts

    async def types(self, text: str, *, by: str, channel: str, thread_ts: str | None = None) -> Acknowledged:
        """Type a command or a message and press Enter."""
        return await self._settled(self._acts.say(text, person=by, channel=channel, thread_ts=thread_ts))

    async def clicks(
        self,
        label: str,
        *,
        by: str,
        message: Message | None = None,
        channel: str | None = None,
        times: int = 1,
        confirm: bool = True,
    ) -> Acknowledged:
        """Press the newest visible button, or choose the menu option, of that text or accessibility label.

        A `message` given is pressed as it looked when it was taken, though it may have changed since. `times` presses
        go off together; the outcome is the worst of them. With `confirm=False` the person says no to the question
        that the button asks first.
        """
        target = await self._find(lambda where: labelled(where, label), label, by, message, channel)
        if not confirm and target.element.get("confirm"):
            return Acknowledged(False, "denied")
        return await self._press(target, by=by, times=times)

    async def chooses(
        self, action_id: str, value: Any, *, by: str, message: Message | None = None, channel: str | None = None
    ) -> Acknowledged:
        """Give the newest visible element with that action_id a value: an option's, an id, a date, or a list."""
        target = await self._find(lambda where: with_action(where, action_id, value), action_id, by, message, channel)
        return await self._press(target, by=by, times=1)

    async def submits(self, values: Mapping[str, Any], *, by: str) -> Acknowledged:
        """Fill in the open modal's fields, named by label, block_id or action_id, and submit it."""
        view = await self._open_view(by)
        given: dict[str, dict[str, Any]] = {}
        for name, value in values.items():
            ids = field_ids(view, name)
            if ids is None:
                raise NothingToSee(f"No field {name!r} in the modal {view.content['title']['text']!r}.")
            given.setdefault(ids[0], {})[ids[1]] = value
        return await self._settled(self._acts.submit(view, given))

    async def closes(self, *, by: str) -> Acknowledged:
        """Close the open modal."""
        return await self._settled(self._acts.close(await self._open_view(by)))

    def messages(self, channel: str, by: str | None = None) -> list[Message]:
        """What stands in a channel, oldest first; with `by` also what only that person sees."""
        return self.workspace.messages(channel, person=by)

    def last(self, *, by: str, channel: str) -> Message:
        """The newest message that person sees in the channel."""
        visible = self.messages(channel, by)
        if not visible:
            raise NothingToSee(f"{by} sees no message in {channel}.")
        return visible[-1]

    def seen(self, by: str, channel: str) -> str:
        """All the text of that newest message."""
        return self.last(by=by, channel=channel).seen

    async def sees(self, text: str, *, by: str, channel: str) -> Message:
        """The newest message with that text in it, waiting for it to arrive."""

        def found() -> Message | None:
            return next((m for m in reversed(self.messages(channel, by)) if text in m.seen or text in m.text), None)

        return await self._wait(found, lambda: f"{by} never saw {text!r} in {channel}.\n{self._glance(by, channel)}")

    async def until(self, condition: Callable[[], Any]) -> None:
        """Wait until the condition holds; it is looked at after every change."""
        await self._wait(lambda: condition() or None, lambda: "What was waited for did not happen.")

    def modal(self, by: str) -> Json | None:
        """The modal that person has open, as Slack describes it, with `errors` beside its fields."""
        view = self.workspace.modals.top(by)
        return {**view.json(), "errors": view.errors or None} if view else None

    def notices(self, by: str) -> list[str]:
        """What Slack itself told that person, oldest first."""
        return [notice.text for notice in self.workspace.notices(by)]

    async def _press(self, target: Target, *, by: str, times: int) -> Acknowledged:
        presses = [self._pressed(target, by) for _ in range(times)]
        outcomes = await asyncio.gather(*(self._settled(press) for press in presses))
        return max(outcomes, key=lambda outcome: (not outcome.ok, outcome.seconds))

    def _pressed(self, target: Target, by: str) -> Awaitable[Acknowledged]:
        ids = {"block_id": target.block["block_id"], "action_id": target.element["action_id"]}
        if isinstance(target.where, View):
            return self._acts.press_in_modal(target.where, **ids, value=target.value)
        return self._acts.press(target.where, person=by, **ids, value=target.value)

    async def _find(
        self,
        search: Callable[[Message | View], Iterator[Target]],
        what: str,
        by: str,
        message: Message | None,
        channel: str | None,
    ) -> Target:
        def found() -> Target | None:
            places = [message] if message else self._places(by, channel)
            return next((target for place in places for target in search(place)), None)

        return await self._wait(found, lambda: f"{by} found no {what!r} to press.\n{self._glance(by, channel)}")

    def _places(self, by: str, channel: str | None) -> list[Message | View]:
        view = self.workspace.modals.top(by)
        if view and channel is None:
            return [view]
        channels = [channel] if channel else [c for c in self.workspace.channels if self.workspace.sees(by, c)]
        visible = [message for c in channels for message in self.messages(c, by)]
        visible.sort(key=lambda message: message.ts, reverse=True)
        return [*visible]

    async def _open_view(self, by: str) -> View:
        return await self._wait(lambda: self.workspace.modals.top(by), lambda: f"{by} has no modal open.")

    async def _settled(self, act: Awaitable[Acknowledged]) -> Acknowledged:
        outcome = await act
        if self.settles:
            await self.settles()
        return outcome

    async def _wait(self, look: Callable[[], T | None], missed: Callable[[], str]) -> T:
        changed = asyncio.Event()
        self.workspace.listeners.append(changed.set)
        try:
            async with asyncio.timeout(self.patience):
                while (found := look()) is None:
                    await changed.wait()
                    changed.clear()
                return found
        except TimeoutError as error:
            raise NothingToSee(missed()) from error
        finally:
            self.workspace.listeners.remove(changed.set)

    def _glance(self, by: str, channel: str | None) -> str:
        channels = [channel] if channel else [c for c in self.workspace.channels if self.workspace.sees(by, c)]
        lines = [message.seen for c in channels for message in self.messages(c, by)[-2:]]
        return "Seen instead:\n" + "\n---\n".join([*lines, *self.notices(by)[-2:]])
