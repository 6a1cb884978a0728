"""Outgoing webhooks: endpoints, events, and what a network does to them on wish: copies, another order, replays.

After https://docs.pivotal.app/webhooks/overview.
"""

import json
import random
from datetime import timedelta

from bot.sandbox.pivotal import events, signing
from bot.sandbox.pivotal.events import Event
from bot.sandbox.pivotal.kinds import stamp
from bot.sandbox.pivotal.outbox import Attempt, Endpoint, Outbox
from bot.sandbox.pivotal.table import Record
from bot.sandbox.pivotal.world import Change, World
from bot.sandbox.seed.ids import cuid

ROTATION = timedelta(hours=24)
"""How long a former secret still signs."""


class Webhooks(Outbox):
    """The webhook side of the workspace; `duplicates` is how many copies of each delivery follow it."""

    def __init__(self, world: World) -> None:
        super().__init__(world.clock)
        self.duplicates = 0
        self.endpoints: list[Endpoint] = []
        self.events: list[Event] = []
        self._world = world
        self._held: list[Attempt] | None = None
        self._messages = 0
        world.on_change.append(self._changed)

    # Endpoints

    def add(
        self, url: str, *, secret: str | None = None, types: frozenset[str] | None = None, test_mode: bool = False
    ) -> Endpoint:
        """Register an endpoint, as an admin does under Developer > Webhooks. It gets what happens from now on."""
        secret = secret or signing.new_secret(len(self.endpoints) + 1)
        endpoint = Endpoint(url, [(secret, None)], types, test_mode)
        self.endpoints.append(endpoint)
        if self._world.switches.ping_on_add:
            self._send(self._event("webhook.ping", {}, None, live=not test_mode), [endpoint])
        return endpoint

    def rotate(self, endpoint: Endpoint, *, secret: str | None = None) -> str:
        """Give an endpoint a new secret; the former one signs along for 24 hours."""
        former, until = endpoint.secret, self._world.clock() + ROTATION
        secret = secret or signing.new_secret(1_000 + len(endpoint.secrets))
        endpoint.secrets = [*endpoint.secrets[:-1], (former, until), (secret, None)]
        return secret

    # Events

    def emit(self, kind: str, payload: Record, *, previous: Record | None = None, live: bool = True) -> Event:
        """Send an event of any type, known or not, to whoever wants it."""
        event = self._event(kind, payload, previous, live=live)
        self._send(event, [endpoint for endpoint in self.endpoints if endpoint.wants(event)])
        return event

    def test_event(self, endpoint: Endpoint, kind: str) -> Event:
        """Send the dashboard's test event: `livemode` is false and the record does not exist."""
        event = self._event(kind, events.fake(kind.partition(".")[0]), None, live=False)
        self._send(event, [endpoint])
        return event

    def replay(self, event_id: str) -> None:
        """Send a past event again by hand: the same event id, as a new delivery."""
        event = next(event for event in self.events if event.id == event_id)
        self._send(event, [endpoint for endpoint in self.endpoints if endpoint.wants(event)])

    def hold(self) -> None:
        """Keep what happens from now on back, until `release`."""
        self._held = []

    def release(self, *, shuffled: int | None = None) -> None:
        """Send what was held back, newest first, or in the random order of a seed."""
        held, self._held = self._held or [], None
        held.reverse()
        if shuffled is not None:
            random.Random(shuffled).shuffle(held)  # noqa: S311 - an order for a test, not a secret
        for attempt in held:
            self.put(attempt)

    def _changed(self, change: Change) -> None:
        fitting = list(events.of(change, phases=self._world.switches.phases))
        if self._world.switches.events_per_change == "first":
            fitting = fitting[:1]
        for kind, previous in fitting:
            payload = events.payload(self._world, change.resource, change.record)
            self.emit(kind, payload, previous=previous, live=change.actor.live)

    def _event(self, kind: str, payload: Record, previous: Record | None, *, live: bool) -> Event:
        at = stamp(self._world.clock())
        event = Event(f"evt_{cuid('event', len(self.events))}", kind, at, live, payload, previous)
        self.events.append(event)
        return event

    def _send(self, event: Event, endpoints: list[Endpoint]) -> None:
        bare = self._world.switches.webhook_envelope == "bare"
        body = json.dumps(event.envelope(org_id=self._world.organization["id"], bare=bare)).encode()
        now = self._world.clock()
        for endpoint in endpoints:
            self._messages += 1
            message_id = f"msg_{cuid('message', self._messages)}"
            for _ in range(1 + self.duplicates):
                attempt = Attempt(now, 0, endpoint, event, body, message_id, now)
                self.put(attempt) if self._held is None else self._held.append(attempt)
