"""Which channels and people get which digest, and who may change that."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain import rights, schedule
from bot.domain.errors import Forbidden, NotFound, UserError
from bot.domain.records import Actor, DeliveryStatus, Subscription, is_direct
from bot.domain.rights import Right
from bot.services import wishes
from bot.services.attempts import Attempt, Attempts
from bot.services.ledger import NOT_RUNNING, PAUSED, Ledger
from bot.services.wishes import Wish
from bot.store import Store

__all__ = ["Subscriptions", "Wish", "allowed"]

SUBSCRIBE = "subscribe"
EDIT = "edit subscription"
PAUSE = "pause digest"
RESUME = "resume digest"
UNSUBSCRIBE = "unsubscribe"
NOW = "digest now"
"""What attempts are called in the audit."""

OTHER_HOURS = "its hours were changed"

Changed = Callable[[], Awaitable[None]]
Concerned = Callable[[str], None]
"""Told a Slack user id."""


class Subscriptions:
    """Keeps subscriptions, and tells whoever watches that the subscriptions changed.

    Every attempt of a person to change one leaves an audit row; `source` and `reference` say where it came from.
    """

    def __init__(self, store: Store, *, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._ledger = Ledger(store)
        self._attempts = Attempts(store, clock=clock)
        self._watchers: list[Changed] = []
        self._concerned: list[Concerned] = []

    def watch(self, changed: Changed) -> None:
        """Have `changed` called after every change of a subscription."""
        self._watchers.append(changed)

    def watch_people(self, tell: Concerned) -> None:
        """Have `tell` called for whoever set up a subscription that changed, and for who changed it."""
        self._concerned.append(tell)

    async def subscribe(
        self, channel: str, wish: Wish, *, by: Actor, source: str = "", reference: str = ""
    ) -> Subscription:
        """Subscribe a channel, or the person's own direct message with the bot, which takes no right.

        There is one subscription of a kind in a channel: this replaces it, and takes over its ledger. Raises Forbidden
        when `by` may not, UserError when the wish cannot be read. That no customer reads the channel is the caller's
        to check: it takes Slack.
        """
        attempt = Attempt(SUBSCRIBE, by, source, reference, title=wishes.title(wish.kind))
        async with self._attempts.keeping(attempt):
            earlier = next((one for one in await self.of_channel(channel) if one.kind == wish.kind), None)
            _check(by, channel, owner=earlier.creator if earlier else by.slack_id)
            attempt.before = wishes.told(earlier) if earlier else ""
            made = wishes.made(wish, channel=channel, by=by, now=self._clock())
            attempt.after = wishes.told(made)
            kept = await self._store.subscriptions.put_in_place(made, entry=self._attempts.done(attempt))
            if earlier:
                await self._give_up(earlier, kept)
        await self._changed(kept.creator, by.slack_id)
        return kept

    async def edit(
        self, subscription_id: str, wish: Wish, *, by: Actor, source: str = "", reference: str = ""
    ) -> Subscription:
        """Change what is sent and when; kind, channel and creator stay, and a pause does.

        New hours count from now on. Raises NotFound when it was ended, Forbidden, and UserError for what cannot be
        read or another kind.
        """
        async with self._changing(EDIT, subscription_id, by, source, reference) as (found, attempt):
            if wish.kind != found.kind:
                raise UserError(
                    f"This is the {found.kind} digest.", hint=f"For another, use `/onboarding subscribe {wish.kind}`."
                )
            new = wishes.made(wish, channel=found.channel, by=by, now=self._clock())
            since = new.created_at if wishes.hours(new) != wishes.hours(found) else found.created_at
            new = replace(new, id=found.id, created_at=since)
            attempt.after = wishes.told(new)
            edited = await self._store.subscriptions.edit(new, entry=self._attempts.done(attempt))
            if edited is None:
                raise _ended()
            await self._give_up(found, edited)
        await self._changed(edited.creator, by.slack_id)
        return edited

    async def pause_by(self, subscription_id: str, *, by: Actor, source: str = "", reference: str = "") -> Subscription:
        """Stop a subscription until it is resumed. Raises NotFound, Forbidden, and UserError when it is paused."""
        async with self._changing(PAUSE, subscription_id, by, source, reference) as (found, attempt):
            if found.paused is not None:
                raise UserError(f"The {found.kind} digest is paused already.")
            why = f"Paused by {by.name}."
            attempt.after = "paused"
            if not await self._store.subscriptions.pause(found.id, why, entry=self._attempts.done(attempt)):
                raise _ended()
        await self._changed(found.creator, by.slack_id)
        return replace(found, paused=why)

    async def resume(self, subscription_id: str, *, by: Actor, source: str = "", reference: str = "") -> Subscription:
        """Take up a paused subscription again, from its next hour on.

        Raises NotFound, Forbidden, and UserError when it is not paused.
        """
        async with self._changing(RESUME, subscription_id, by, source, reference) as (found, attempt):
            if found.paused is None:
                raise UserError(f"The {found.kind} digest is not paused.")
            await self._ledger.skip_missed(found, now=self._clock(), grace=timedelta(0), reason=PAUSED)
            attempt.before, attempt.after = f"paused: {found.paused}", wishes.told(found)
            if not await self._store.subscriptions.resume(found.id, entry=self._attempts.done(attempt)):
                raise _ended()
        await self._changed(found.creator, by.slack_id)
        return replace(found, paused=None)

    async def delete(self, subscription_id: str, *, by: Actor, source: str = "", reference: str = "") -> Subscription:
        """End a subscription; gives what it was. Raises NotFound when it was ended already, and Forbidden."""
        async with self._changing(UNSUBSCRIBE, subscription_id, by, source, reference) as (found, attempt):
            attempt.after = "ended"
            if not await self._store.subscriptions.delete(found.id, entry=self._attempts.done(attempt)):
                raise _ended()
        await self._changed(found.creator, by.slack_id)
        return found

    async def unsubscribe(
        self, channel: str, kind: str, *, by: Actor, source: str = "", reference: str = ""
    ) -> Subscription:
        """End a channel's subscription of one kind; raises NotFound when there is none, Forbidden when not allowed."""
        found = await self.find(channel, kind)
        return await self.delete(found.id, by=by, source=source, reference=reference)

    async def pause(self, subscription_id: str, *, reason: str) -> None:
        """Stop a subscription that would fail again and again, its settings kept, and remember why."""
        await self._store.subscriptions.pause(subscription_id, reason)
        found = await self.get(subscription_id)
        await self._changed(*([found.creator] if found else []))

    async def find(self, channel: str, kind: str) -> Subscription:
        """The channel's subscription of one kind; raises NotFound."""
        for subscription in await self.of_channel(channel):
            if subscription.kind == kind:
                return subscription
        raise NotFound(f"This channel gets no {kind} digest.", hint=f"Try `/onboarding subscribe {kind}`.")

    async def get(self, subscription_id: str) -> Subscription | None:
        """One subscription, or None when it was ended."""
        return await self._store.subscriptions.get(subscription_id)

    async def of_channel(self, channel: str) -> tuple[Subscription, ...]:
        """What one channel is subscribed to, paused ones included."""
        return tuple(await self._store.subscriptions.of_channel(channel))

    async def all(self, *, active_only: bool = False) -> tuple[Subscription, ...]:
        """Every subscription."""
        return tuple(await self._store.subscriptions.all(active_only=active_only))

    def posting_now(
        self, kind: str, *, channel: str, by: Actor, source: str = "", reference: str = ""
    ) -> AbstractAsyncContextManager[Attempt]:
        """Post a digest out of turn within: that it is begun is kept in the audit, and what came of it."""
        after = f"posted in {channel}"
        return self._attempts.posting(Attempt(NOW, by, source, reference, title=wishes.title(kind), after=after))

    @asynccontextmanager
    async def _changing(
        self, action: str, subscription_id: str, by: Actor, source: str, reference: str
    ) -> AsyncIterator[tuple[Subscription, Attempt]]:
        """One person's attempt to change a subscription there is, kept in the audit."""
        attempt = Attempt(action, by, source, reference)
        async with self._attempts.keeping(attempt):
            found = await self.get(subscription_id)
            if found is None:
                raise _ended()
            attempt.title, attempt.before = wishes.title(found.kind), wishes.told(found)
            _check(by, found.channel, owner=found.creator)
            yield found, attempt

    async def _give_up(self, before: Subscription, now: Subscription) -> None:
        """Explain the slot that the old hours still owe, where the new ones do not make up for it that day."""
        moment = self._clock()
        if now.created_at != before.created_at:  # hereafter nobody knows any more what was due before
            paused = before.paused is not None
            grace, reason = (timedelta(0), PAUSED) if paused else (schedule.GRACE, NOT_RUNNING)
            await self._ledger.skip_missed(before, now=moment, grace=grace, reason=reason)
        owed = await self._ledger.due(before, now=moment, grace=schedule.GRACE)
        if owed is None or schedule.day_of_next(now, moment) == owed.day:
            return
        if claim := await self._ledger.claim(before, owed.key, now=moment):
            await self._ledger.mark(claim, DeliveryStatus.SKIPPED, reason=OTHER_HOURS)

    async def _changed(self, *people: str) -> None:
        for changed in self._watchers:
            await changed()
        for slack_id in dict.fromkeys(people):
            for tell in self._concerned:
                tell(slack_id)


def allowed(subscription: Subscription, actor: Actor) -> bool:
    """Whether the person may change, pause or end it."""
    try:
        _check(actor, subscription.channel, owner=subscription.creator)
    except Forbidden:
        return False
    return True


def _check(by: Actor, channel: str, *, owner: str) -> None:
    """Raise Forbidden unless the person may change the digests of a channel, or this is their own direct message."""
    if not is_direct(channel):
        rights.check(Right.SUBSCRIBE, by)
        return
    rights.check(Right.READ, by)
    if owner != by.slack_id and not by.admin:
        raise Forbidden("That digest is somebody else’s own.", hint="They can change it, and this bot’s admins.")


def _ended() -> NotFound:
    return NotFound("This digest has been deleted already.", hint="Ask for `/onboarding subscriptions` again.")
