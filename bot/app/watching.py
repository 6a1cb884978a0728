"""Who is told when something has changed, and what can be seen of the bot from outside: its health and its figures."""

from collections.abc import Callable, Coroutine
from datetime import datetime
from functools import partial
from typing import Any

from bot import health
from bot.app.abilities import Abilities
from bot.listeners.bursts import Bursts
from bot.store import Store


class Watching(Abilities):
    """Ties the abilities to each other, and shows them."""

    def _watchers(self) -> None:
        """Who is told when something has changed: known cards, Homes, followers, snoozes and digests."""
        services, tasks, cards = self.services, self.door.tasks, self.cards
        changes = services.changes
        self.homes = Bursts(tasks, self.door.refresh_home)
        self.copies: Bursts[Callable[[], Coroutine[Any, Any, None]]] = Bursts(tasks, lambda work: work())
        changes.watch(lambda one: self.copies.add(one.standing.onboarding.id, partial(cards.follow, one)))
        changes.watch(lambda changed: self.homes.add(changed.by, changed.by))
        changes.watch(lambda changed: tasks.spawn(services.snoozing.wake(changed)))
        changes.watch(lambda changed: tasks.spawn(self.digests.follow(changed)))
        self.portfolio.watch(changes.notice)
        self.portfolio.watch(lambda sight: tasks.spawn(services.following.note(sight)))
        self.portfolio.watch(lambda sight: tasks.spawn(self.withdrawing.recheck_those(sight.channels)))
        self.people.watch(lambda slack_id: self.homes.add(slack_id, slack_id))
        services.subscriptions.watch_people(lambda slack_id: self.homes.add(slack_id, slack_id))

    def _health(self) -> None:
        self.state = health.Health(
            {
                "database": partial(_database, self.store),
                "slack": partial(self.doors.line, self.clock),
                "pivotal": partial(self.heard.check, self.pivotal.in_background().me),
            },
            closing=lambda: self.doors.closing,
            clock=self.clock,
        )

    def _figures(self) -> None:
        """Have looked up, whenever somebody asks for the figures, what is not counted as it happens."""
        pivotal, doors = self.pivotal, self.doors

        def since(instant: datetime | None) -> float | None:
            return (self.clock() - instant).total_seconds() if instant else None

        def budget() -> float | None:
            return pivotal.rate_limit.limit if pivotal.rate_limit else None

        def left() -> float | None:
            rate = pivotal.rate_limit
            return budget() if rate is None or rate.resets_at <= self.clock() else rate.remaining

        def connected() -> float | None:
            return float(doors.socket.health.connected_since is not None) if doors.socket else None

        looks = self.figures.looks
        self.figures.counts(self.services.events.counted)
        looks("pivotal_budget", budget)
        looks("pivotal_budget_left", left)
        looks("snapshot_age_seconds", lambda: since(self.portfolio.walked_at))
        looks("digests_overdue", lambda: self.digests.overdue(self.clock()))
        looks("socket_connected", connected)
        looks("socket_silence_seconds", lambda: since(doors.socket.health.last_traffic) if doors.socket else None)
        looks("queue_size", lambda: doors.socket.pending if doors.socket else None, "envelopes")
        looks("queue_size", self.store.inbox.waiting, "events")
        looks("queue_size", lambda: len(self.door.tasks), "tasks")
        looks("queue_size", lambda: len(self.copies), "cards")
        looks("queue_size", lambda: len(self.homes), "homes")
        for part in self.state.parts:
            looks("ready", partial(self.state.ready, part), part)


async def _database(store: Store) -> health.Part:
    return health.Part(True, "answers") if await store.ping() else health.Part(False, "does not answer")
