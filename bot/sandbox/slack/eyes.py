"""What the people of the workspace see: messages, their modal and Home, and Slack's own lines."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from bot.sandbox.slack.messages import Message, flatten
from bot.sandbox.slack.wire import Json
from bot.sandbox.slack.workspace import Workspace

T = TypeVar("T")


class NothingToSee(AssertionError):
    """What the person looked for did not appear; says what they saw instead."""


class Eyes:
    """What a person looks for may still be on its way: they wait for it, `patience` real seconds."""

    def __init__(self, workspace: Workspace, *, patience: float) -> None:
        self.workspace = workspace
        self.patience = patience

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

    def modal_text(self, by: str) -> str:
        """All the text of that modal, its title first; empty when none is open."""
        view = self.workspace.modals.top(by)
        return "\n".join([view.content["title"]["text"], flatten(view.blocks)]) if view else ""

    def home(self, by: str) -> Json | None:
        """That person's Home as Slack describes it, once the app has published one."""
        view = self.workspace.homes.of(by)
        return view.json() if view else None

    def home_text(self, by: str) -> str:
        """All the text of that Home; empty when there is none."""
        view = self.workspace.homes.of(by)
        return flatten(view.blocks) if view else ""

    def notices(self, by: str) -> list[str]:
        """What Slack itself told that person, oldest first."""
        return [notice.text for notice in self.workspace.notices(by)]

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
