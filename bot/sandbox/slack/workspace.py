"""The workspace: people, channels, messages and notices, and what the app may do with them; no network in here."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from bot.sandbox.slack import blocks as block_kit
from bot.sandbox.slack import world
from bot.sandbox.slack.files import File, Files
from bot.sandbox.slack.homes import Homes
from bot.sandbox.slack.manifest import App
from bot.sandbox.slack.messages import Message, Unfurl
from bot.sandbox.slack.modals import Modals
from bot.sandbox.slack.refusals import Refusal
from bot.sandbox.slack.values import Picked
from bot.sandbox.slack.views import View
from bot.sandbox.slack.windows import PostingRate, ResponseUrls, Triggers
from bot.sandbox.slack.wire import Clock, Json
from bot.sandbox.slack.world import Channel, Kind, Person

# Where an app suggested options: the view or message, the person, block_id, action_id.
Offer = tuple[str, str, str, str]


@dataclass(frozen=True)
class Notice:
    """A line Slack itself shows one person, such as a failed command's."""

    id: str
    person: str
    text: str
    channel: str | None
    at: str


class Workspace:
    """Everything the local Slack remembers, with Slack's rules about changing it."""

    def __init__(self, app: App, *, clock: Clock, burst: int = 30, per_second: float = 1.0) -> None:
        self.app = app
        self.clock = clock
        self.url = ""
        bot = Person(world.BOT, app.handle, app.name, "App", "Etc/UTC", Kind.BOT)
        self.people: dict[str, Person] = {person.id: person for person in (*world.PEOPLE, bot)}
        self.channels: dict[str, Channel] = {channel.id: channel for channel in world.CHANNELS}
        self.user_groups = world.USER_GROUPS
        self.modals = Modals(clock)
        self.homes = Homes(clock)
        self.files = Files(clock)
        self.triggers = Triggers(clock)
        self.response_urls = ResponseUrls(clock)
        self.rate = PostingRate(clock, burst=burst, per_second=per_second)
        self.listeners: list[Callable[[], None]] = []
        self.channel_listeners: list[Callable[[Channel, Channel], None]] = []
        self.picked: dict[tuple[str, str, str], Picked] = {}
        self.offered: dict[Offer, dict[str, Json]] = {}
        self.unfurl_ids: dict[str, tuple[str, str]] = {}
        self._messages: dict[str, list[Message]] = {}
        self._notices: list[Notice] = []
        self._last_ts = 0

    # -- who and where

    def person(self, user: str) -> Person:
        """A person by id; raises `user_not_found`."""
        if user not in self.people:
            raise Refusal("user_not_found")
        return self.people[user]

    def channel(self, reference: str) -> Channel:
        """A conversation the app may know of, by id, `#name` or the id of a person (their direct message).

        Raises `channel_not_found`, also for a private channel without the bot: Slack does not tell the two apart.
        """
        if reference in self.people:
            reference = world.direct_message(reference)
        name = reference.removeprefix("#")
        for channel in self.channels.values():
            if channel.id == reference or (channel.name == name and not channel.is_im):
                if channel.private and not channel.bot_is_member:
                    break
                return channel
        raise Refusal("channel_not_found")

    def change_channel(self, channel: str, **changes: Any) -> None:
        """Change a channel as people in Slack would: archived, shared, members."""
        before = self.channels[channel]
        self.channels[channel] = replace(before, **changes)
        for listener in self.channel_listeners:
            listener(before, self.channels[channel])
        self.changed()

    def require(self, scope: str) -> None:
        """Raise `missing_scope` unless the manifest grants the bot that scope."""
        if scope not in self.app.scopes:
            provided = ",".join(sorted(self.app.scopes))
            raise Refusal("missing_scope", extra={"needed": scope, "provided": provided})

    # -- messages

    def post(
        self,
        channel: Channel,
        *,
        user: str,
        text: str | None,
        blocks: Any = None,
        thread_ts: str | None = None,
        ephemeral_to: str | None = None,
        files: tuple[File, ...] = (),
    ) -> Message:
        """Keep a new message. Raises `no_text` without files, `is_archived`, the block errors and those of `thread`."""
        if channel.archived:
            raise Refusal("is_archived")
        text, accepted = _content(text, blocks, bare=bool(files))
        root = self.thread(channel, thread_ts) if thread_ts else None
        ts = self.new_ts()
        message = Message(
            ts=ts,
            channel=channel.id,
            user=user,
            text=text,
            blocks=block_kit.with_ids(accepted, prefix=ts[-6:] + "-") if accepted else None,
            thread_ts=root,
            ephemeral_to=ephemeral_to,
            files=files,
        )
        self._messages.setdefault(channel.id, []).append(message)
        self.changed()
        return message

    def replace(self, message: Message, *, text: str | None, blocks: Any = None) -> Message:
        """Give a message other content; blocks left out stay, an empty list removes them."""
        if blocks is None and not text:
            raise Refusal("no_text")
        content = blocks if blocks is not None else list(message.blocks or ())
        text, accepted = _content(text, content, bare=bool(message.files))
        filled = block_kit.with_ids(accepted, prefix=self.new_ts()[-6:] + "-") if accepted else None
        return self._put(replace(message, text=text, blocks=filled, edited=message.ephemeral_to is None))

    def delete(self, message: Message) -> None:
        """Take a message away."""
        self._put(replace(message, deleted=True))

    def unfurl(self, message: Message, unfurls: tuple[Unfurl, ...]) -> None:
        """Show these below a message; those of the same address are replaced."""
        kept = {unfurl.url: unfurl for unfurl in (*message.unfurls, *unfurls)}
        self._put(replace(message, unfurls=tuple(kept.values())))

    def message(self, channel: str, ts: str, *, person: str | None = None) -> Message:
        """A message that is still there; ephemeral ones only for their reader. Raises `message_not_found`."""
        for message in self._messages.get(channel, ()):
            if message.ts == ts and message.visible_to(person or ""):
                return message
        raise Refusal("message_not_found")

    def messages(self, channel: str, *, person: str | None = None, everything: bool = False) -> list[Message]:
        """A channel's messages, oldest first: what all see, and what only `person` sees; or `everything` ever sent."""
        held = self._messages.get(channel, [])
        return [message for message in held if everything or message.visible_to(person or "")]

    def sees(self, person: str, channel: str) -> bool:
        """Whether that person can open the channel: guests and outsiders only where they are members."""
        place = self.channels[channel]
        if person in place.members:
            return True
        return not (place.private or place.is_im) and self.people[person].kind is Kind.MEMBER

    def file_seen(self, person: str, file_id: str) -> File | None:
        """The file of that id, if that person sees a message with it."""
        places = [channel for channel in self._messages if person in self.people and self.sees(person, channel)]
        messages = (message for channel in places for message in self.messages(channel, person=person))
        return next((file for message in messages for file in message.files if file.id == file_id), None)

    # -- views

    def view(self, view_id: str, *, person: str) -> View:
        """A modal that person has open, or their Home; raises `not_found`."""
        home = self.homes.of(person)
        return home if home and home.id == view_id else self.modals.get(view_id, person=person)

    def pick(self, view: View, picked: Picked) -> View:
        """Keep what the person typed or chose in a view."""
        if not view.is_home and not self.modals.is_open(view):
            return view.with_picked(picked)
        changed = self.view(view.id, person=view.person).with_picked(picked)
        kept = self.homes.put(changed) if view.is_home else self.modals.put(changed)
        self.changed()
        return kept

    # -- notices

    def notice(self, person: str, text: str, *, channel: str | None = None) -> None:
        """Show one person a line of Slack's own."""
        self._notices.append(Notice(f"N{len(self._notices) + 1:06d}", person, text, channel, self.new_ts()))
        self.changed()

    def notices(self, person: str) -> list[Notice]:
        """The lines of Slack's own that person was shown, oldest first."""
        return [notice for notice in self._notices if notice.person == person]

    def changed(self) -> None:
        """Tell whoever watches that something is different."""
        for listener in tuple(self.listeners):
            listener()

    def new_ts(self) -> str:
        """The next time stamp: now by the clock, never one given out before."""
        self._last_ts = max(self._last_ts + 1, int(self.clock().timestamp() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def permalink(self, message: Message) -> str:
        """The address of a message on the page."""
        return f"{self.url}/archives/{message.channel}/p{message.ts.replace('.', '')}"

    def thread(self, channel: Channel, thread_ts: str) -> str:
        """The first message of that thread; raises `thread_not_found` and `cannot_reply_to_message`."""
        for message in self._messages.get(channel.id, ()):
            if message.ts == thread_ts and not message.deleted:
                if message.ephemeral_to is not None:
                    raise Refusal("cannot_reply_to_message")
                return message.thread_ts or message.ts
        raise Refusal("thread_not_found")

    def _put(self, message: Message) -> Message:
        held = self._messages[message.channel]
        held[[kept.ts for kept in held].index(message.ts)] = message
        self.changed()
        return message


def _content(text: str | None, blocks: Any, *, bare: bool) -> tuple[str, list[Json]]:
    if blocks:
        block_kit.accept_message(blocks)
    if not text and not blocks and not bare:
        raise Refusal("no_text")
    return (text or "")[: block_kit.TEXT_CHARACTERS], list(blocks or ())
