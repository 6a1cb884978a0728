"""The people of the workspace as tests move them: they type, press, choose, search, submit and open Home."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

from bot.sandbox.slack.acts import Acts
from bot.sandbox.slack.choosing import EXTERNAL, element_of, offer_of
from bot.sandbox.slack.courier import Acknowledged
from bot.sandbox.slack.eyes import Eyes, NothingToSee
from bot.sandbox.slack.forms import Forms
from bot.sandbox.slack.menus import Menus
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.refusals import Refusal
from bot.sandbox.slack.targets import Target, field_ids, labelled, with_action
from bot.sandbox.slack.values import options
from bot.sandbox.slack.views import View
from bot.sandbox.slack.wire import Json
from bot.sandbox.slack.workspace import Workspace


class People(Eyes):
    """Hands. Each act returns once the app has acknowledged it, or failed to, and has settled."""

    def __init__(
        self,
        workspace: Workspace,
        acts: Acts,
        forms: Forms,
        menus: Menus,
        *,
        settles: Callable[[], Awaitable[None]] | None,
        patience: float,
    ) -> None:
        super().__init__(workspace, patience=patience)
        self.settles = settles
        self._acts = acts
        self._forms = forms
        self._menus = menus
        self._at_home: set[str] = set()

    async def types(self, text: str, *, by: str, channel: str, thread_ts: str | None = None) -> Acknowledged:
        """Type a command or a message and press Enter."""
        self._at_home.discard(by)
        return await self._settled(self._acts.say(text, person=by, channel=channel, thread_ts=thread_ts))

    async def opens_home(self, *, by: str) -> Acknowledged:
        """Go to the app's Home tab; what is on it then is `home(by)`."""
        self._at_home.add(by)
        return await self._settled(self._acts.open_home(by))

    async def uses_shortcut(
        self, name: str, *, by: str, message: Message | None = None, channel: str | None = None
    ) -> Acknowledged:
        """Use a shortcut by its name or callback_id: a global one, or one from the menu of a message.

        With a `channel` and no message, the newest message there that everyone sees is meant.
        """
        if channel and message is None:
            visible = [m for m in self.messages(channel, by) if m.ephemeral_to is None]
            if not visible:
                raise NothingToSee(f"{by} sees no message in {channel} to use {name!r} on.")
            message = visible[-1]
        return await self._settled(self._acts.use_shortcut(name, person=by, message=message))

    async def searches(
        self, action_id: str, query: str, *, by: str, message: Message | None = None, channel: str | None = None
    ) -> list[str]:
        """Type into the newest visible external menu with that action_id; the texts of the options then offered."""
        target = await self._find(lambda where: with_action(where, action_id, None), action_id, by, message, channel)
        found = await self._search(target, query, by=by)
        return [option["text"]["text"] for option in found]

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
        """Give the newest visible element with that action_id a value: an option's, an id, a date, or a list.

        In an external menu the person first searches for what they choose.
        """
        target = await self._find(lambda where: with_action(where, action_id, value), action_id, by, message, channel)
        await self._look_up(target, by=by)
        return await self._press(target, by=by, times=1)

    async def submits(self, values: Mapping[str, Any], *, by: str) -> Acknowledged:
        """Fill in the open modal's fields, named by label, block_id or action_id, and submit it.

        In external menus the person first searches for what they choose.
        """
        view = await self._open_view(by)
        given: dict[str, dict[str, Any]] = {}
        for name, value in values.items():
            ids = field_ids(view, name)
            if ids is None:
                raise NothingToSee(f"No field {name!r} in the modal {view.content['title']['text']!r}.")
            given.setdefault(ids[0], {})[ids[1]] = value
            await self._look_up(Target(view, *element_of(view.blocks, *ids), value), by=by)
        return await self._settled(self._forms.submit(view, given))

    async def closes(self, *, by: str, everything: bool = False) -> Acknowledged:
        """Close the open modal by its button, or with `everything` all that lies below it too, by the cross."""
        return await self._settled(self._forms.close(await self._open_view(by), everything=everything))

    async def _press(self, target: Target, *, by: str, times: int) -> Acknowledged:
        presses = [self._pressed(target, by) for _ in range(times)]
        outcomes = await asyncio.gather(*(self._settled(press) for press in presses))
        return max(outcomes, key=lambda outcome: (not outcome.ok, outcome.seconds))

    def _pressed(self, target: Target, by: str) -> Awaitable[Acknowledged]:
        ids = {"block_id": target.block["block_id"], "action_id": target.element["action_id"]}
        if isinstance(target.where, View):
            return self._acts.press_in_view(target.where, **ids, value=target.value)
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
        home = self.workspace.homes.of(by)
        if home is None or channel is not None:
            return [*visible]
        return [home, *visible] if by in self._at_home else [*visible, home]

    async def _look_up(self, target: Target, *, by: str) -> None:
        """Search an external menu for each value it has not offered that person yet."""
        if target.element["type"] not in EXTERNAL:
            return
        offer = offer_of(target.where, by, target.block, target.element)
        for wanted in target.value if isinstance(target.value, list) else [target.value]:
            known = [*options(target.element), *self.workspace.offered.get(offer, {}).values()]
            if wanted in (None, "") or any(wanted in (one["value"], one["text"]["text"]) for one in known):
                continue
            found = [option["text"]["text"] for option in await self._search(target, str(wanted), by=by)]
            if wanted not in found:
                raise NothingToSee(f"{target.element['action_id']} does not offer {wanted!r}, but {found}.")

    async def _search(self, target: Target, query: str, *, by: str) -> list[Json]:
        ids = {"block_id": target.block["block_id"], "action_id": target.element["action_id"]}
        try:
            offered = await self._menus.search(target.where, person=by, **ids, query=query)
        except Refusal as refusal:
            raise NothingToSee(f"{by} searched {query!r}, which failed with {refusal.error!r}.") from refusal
        if self.settles:
            await self.settles()
        return options(offered)

    async def _open_view(self, by: str) -> View:
        return await self._wait(lambda: self.workspace.modals.top(by), lambda: f"{by} has no modal open.")

    async def _settled(self, act: Awaitable[Acknowledged]) -> Acknowledged:
        outcome = await act
        if self.settles:
            await self.settles()
        return outcome
