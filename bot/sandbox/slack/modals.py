"""Who has which modal open: opening, stacking three deep, updating with a hash, closing.

See https://docs.slack.dev/surfaces/modals/.
"""

from bot.sandbox.slack import views
from bot.sandbox.slack.blocks import with_ids
from bot.sandbox.slack.refusals import Refusal
from bot.sandbox.slack.views import View
from bot.sandbox.slack.wire import Clock, Json

DEEP = 3


class Modals:
    """The stacks of open views, one per person, the last on top."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._stacks: dict[str, list[View]] = {}
        self._made = 0

    def open(self, person: str, content: Json) -> View:
        """Show a modal, in place of any that person has open; raises `invalid_arguments`, `duplicate_external_id`."""
        view = self._view(person, content, below=None)
        self._stacks[person] = [view]
        return view

    def push(self, person: str, content: Json) -> View:
        """Lay a modal over the one on top; raises `push_limit_reached` beyond three."""
        stack = self._stacks.get(person, [])
        if not stack:
            raise Refusal("not_found")
        if len(stack) >= DEEP:
            raise Refusal("push_limit_reached")
        view = self._view(person, content, below=stack[-1])
        stack.append(view)
        return view

    def update(
        self, content: Json, *, view_id: str | None = None, external_id: str | None = None, seen: str | None = None
    ) -> View:
        """Replace an open view's content; what was typed stays where block_id and action_id stay.

        `seen` is the hash of the view the app last saw: raises `hash_conflict` when it has changed since,
        `not_found` when it is no longer open.
        """
        views.accept(content)
        old = self._find(view_id, external_id)
        if seen is not None and seen != old.hash:
            raise Refusal("hash_conflict")
        self._unique(content, but=old.id)
        return self.put(old.with_content(content, new_hash=self._hash()))

    def put(self, view: View) -> View:
        """Keep a changed record of an open view."""
        stack = self._stacks[view.person]
        stack[[held.id for held in stack].index(view.id)] = view
        return view

    def top(self, person: str) -> View | None:
        """The modal that person sees."""
        stack = self._stacks.get(person)
        return stack[-1] if stack else None

    def is_open(self, view: View) -> bool:
        """Whether it is still there, on top or below."""
        return any(held.id == view.id for held in self._stacks.get(view.person, ()))

    def get(self, view_id: str, *, person: str) -> View:
        """A view that person has open; raises `not_found`."""
        view = self._find(view_id, None)
        if view.person != person:
            raise Refusal("not_found")
        return view

    def close(self, view: View, *, everything: bool = False) -> list[View]:
        """Take one view away, so that the one below shows again, or `everything`; gives what went, top first.

        A view with `clear_on_close` always takes all of its stack along.
        """
        stack = self._stacks[view.person]
        gone = stack if everything or view.content.get("clear_on_close") else [view]
        left = {held.id for held in gone}
        self._stacks[view.person] = [held for held in stack if held.id not in left]
        return gone[::-1]

    def clear(self, person: str) -> None:
        """Take all of that person's views away."""
        self._stacks[person] = []

    def _find(self, view_id: str | None, external_id: str | None) -> View:
        if not view_id and not external_id:
            raise Refusal("invalid_arguments", ("missing required field: view_id",))
        for stack in self._stacks.values():
            for view in stack:
                if view_id == view.id or (external_id and external_id == view.content.get("external_id")):
                    return view
        raise Refusal("not_found")

    def _view(self, person: str, content: Json, *, below: View | None) -> View:
        views.accept(content)
        self._unique(content)
        self._made += 1
        name = f"V{self._made:08d}"
        blocks = list(with_ids(content["blocks"], prefix=f"{name[-4:]}-"))
        filled = {**content, "blocks": blocks}
        if below is None:
            return View(name, person, filled, self._hash(), root=name)
        return View(name, person, filled, self._hash(), root=below.root, previous=below.id)

    def _unique(self, content: Json, *, but: str = "") -> None:
        wanted = content.get("external_id")
        held = [view for stack in self._stacks.values() for view in stack if view.id != but]
        if wanted and any(view.content.get("external_id") == wanted for view in held):
            raise Refusal("duplicate_external_id")

    def _hash(self) -> str:
        self._made += 1
        return f"{int(self._clock().timestamp())}.{self._made:08x}"
