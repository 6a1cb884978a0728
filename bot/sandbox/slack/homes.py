"""Each person's Home tab: published by the app, looked at and used by the person.

See https://docs.slack.dev/surfaces/app-home/.
"""

from bot.sandbox.slack import views
from bot.sandbox.slack.blocks import with_ids
from bot.sandbox.slack.refusals import Refusal
from bot.sandbox.slack.views import View
from bot.sandbox.slack.wire import Clock, Json


class Homes:
    """One view per person, none until the app has published one."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._shown: dict[str, View] = {}
        self._published = 0

    def publish(self, person: str, content: Json, *, seen: str | None = None) -> View:
        """Show a view as that person's Home, in place of what was there; its id stays.

        `seen` is the hash of the Home the app last saw. Raises `invalid_arguments`, `view_too_large`, `hash_conflict`
        and `duplicate_external_id`.
        """
        views.accept(content, surface="home")
        old = self._shown.get(person)
        if seen and (old is None or seen != old.hash):
            raise Refusal("hash_conflict")
        wanted = content.get("external_id")
        others = [view for view in self._shown.values() if view.person != person]
        if wanted and any(view.content.get("external_id") == wanted for view in others):
            raise Refusal("duplicate_external_id")
        if old is None:
            name = f"VH{person[1:]}"
            blocks = list(with_ids(content["blocks"], prefix=f"{name[-4:]}-"))
            return self.put(View(name, person, {**content, "blocks": blocks}, self._hash(), root=name))
        return self.put(old.with_content(content, new_hash=self._hash()))

    def of(self, person: str) -> View | None:
        """That person's Home, if the app has published one."""
        return self._shown.get(person)

    def put(self, view: View) -> View:
        """Keep a changed record of a Home."""
        self._shown[view.person] = view
        return view

    def _hash(self) -> str:
        self._published += 1
        return f"{int(self._clock().timestamp())}.{self._published:08x}"
