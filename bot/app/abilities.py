"""What the bot can do, how it says so, and the door that people come in by."""

import asyncio
from functools import partial

from bot.app.parts import Parts
from bot.config import Settings
from bot.delivery import Delivery
from bot.digests import DIGESTS
from bot.digests.run import DigestRun
from bot.domain.records import Writes
from bot.listeners import slack_checks
from bot.listeners.actors import Actors
from bot.listeners.cards import Cards
from bot.listeners.checkup import Checkup
from bot.listeners.door import Door
from bot.listeners.manifest import Names
from bot.listeners.roles import Access, Roles
from bot.listeners.tasks import Tasks
from bot.listeners.withdrawing import Withdrawing
from bot.pivotal.pacing import Lane
from bot.services import Services
from bot.services.cards import PostedCards
from bot.services.changes import Changes
from bot.services.creating import Creating
from bot.services.details import Details
from bot.services.events import Events
from bot.services.following import Following
from bot.services.handover import Handover
from bot.services.inbox import Inbox
from bot.services.journal import Journal
from bot.services.ledger import Ledger
from bot.services.memory_checks import MemoryChecks
from bot.services.onboardings import Onboardings
from bot.services.pivotal_checks import PivotalChecks
from bot.services.posts import Posts
from bot.services.snoozing import Snoozing
from bot.services.subscriptions import Subscriptions
from bot.services.undoing import Undoing

DRAIN = 20.0
"""Seconds that work under way is given at shutdown."""


class Abilities(Parts):
    """Made of the parts: the services, the delivery, the digests, and the door with its features."""

    def _what_it_can_do(self) -> None:
        settings, store, portfolio, clock = self.settings, self.store, self.portfolio, self.clock
        self.access = Access(
            settings.bot_admins, settings.bot_managers, readers=settings.bot_readers, writes=Writes(settings.bot_writes)
        )
        changes = Changes(
            self.pivotal, store, portfolio, self.people, phases=self.phases, team=self.identity.team, clock=clock
        )
        portfolio.defer_to(changes.under_way)
        events = Events(
            self.pivotal, store, portfolio, secrets=settings.webhook_secrets, clock=clock, under_way=changes.under_way
        )
        onboardings = Onboardings(
            self.pivotal,
            portfolio,
            phases=self.phases,
            web=settings.pivotal_web,
            thresholds=settings.thresholds,
            events=events,
        )
        self.services = Services(
            onboardings=onboardings,
            changes=changes,
            handover=Handover(changes, portfolio),
            undoing=Undoing(store, phases=self.phases, clock=clock),
            details=Details(self.pivotal, portfolio),
            portfolio=portfolio,
            events=events,
            following=Following(store, portfolio, self.people, clock=clock, quiet=settings.quiet),
            people=self.people,
            subscriptions=Subscriptions(store, clock=clock),
            ledger=Ledger(store, report=self.figures.digest),
            snoozing=Snoozing(store, onboardings, portfolio, self.people, clock=clock),
            inbox=Inbox(store, clock=clock),
            creating=Creating(self.pivotal, store, portfolio, announce=changes.announce, clock=clock),
            journal=Journal(store, portfolio, clock=clock),
            phases=self.phases,
            thresholds=settings.thresholds,
            test_key=self.pivotal.mode == "test",
            zone=settings.bot_timezone,
            week_start=settings.bot_week_start,
            web=settings.pivotal_web,
            policy=self.access.policy,
            settings=settings.shown(),
        )

    def _what_it_says(self) -> None:
        services, scopes = self.services, self.identity.scopes
        posts = Posts(self.store, clock=self.clock)
        self.delivery = Delivery(
            self.client,
            clock=self.clock,
            sleep=asyncio.sleep,
            team=self.identity.team,
            me=self.identity.user,
            customer_channels=services.onboardings.customer_channels,
            guests_allowed=self.settings.bot_guests_allowed,
            enterprise=self.identity.enterprise,
            report=self.figures.asked_slack,
            remember=posts.remember,
            changed=lambda channel, ts: self.withdrawing.changed(channel, ts),
        )
        self.posted = PostedCards(self.store, services.onboardings, self.portfolio, clock=self.clock)
        self.withdrawing = Withdrawing(
            self.delivery,
            posts,
            self.posted,
            services.ledger,
            services.inbox,
            customers=services.onboardings.known_customer_channels,
            clock=self.clock,
        )
        self.cards = Cards(self.delivery, self.posted, services, self.withdrawing, clock=self.clock)
        self.roles = Roles(self.client, self.access, clock=self.clock)
        self.digests = DigestRun(
            DIGESTS,
            services,
            self.delivery,
            clock=self.clock,
            command=self.settings.bot_command,
            groups=self.roles.members,
            pictures=scopes is None or "files:write" in scopes,
        )

    def _door(self) -> None:
        self.actors = Actors(self.client, self.people, self.roles, team=self.identity.team, clock=self.clock)
        self.door = Door(
            self.registry,
            identity=self.identity,
            names=Names(self.settings.bot_command, self.settings.bot_alias),
            signing_secret=secret(self.settings),
            session=self.session,
            client=self.client,
            actors=self.actors,
            cards=self.cards,
            withdrawing=self.withdrawing,
            services=self.services,
            digests=self.digests,
            examine=self._checkup(),
            clock=self.clock,
            report=self.figures.turned,
        )
        self.stack.push_async_exit(partial(_drained, self.door.tasks))

    def _checkup(self) -> Checkup:
        """What `/onboarding doctor` examines: this very process, but for Pivotal, which is asked out of turn."""
        settings, clock, sent = self.settings, self.clock, self.pivotal.sent
        return Checkup(
            self.client,
            self.delivery,
            self.services,
            memory=lambda: MemoryChecks(
                settings.database_url,
                self.store,
                phases=self.phases,
                webhooks=bool(settings.webhook_secrets),
                clock=clock,
            ),
            pivotal=PivotalChecks(
                settings.pivotal_api_key.get_secret_value(),
                settings.pivotal_base_url,
                phases=self.phases,
                clock=clock,
                spent=lambda: {"people": sent[Lane.INTERACTIVE], "walks": sent[Lane.BACKGROUND]},
            ),
            line=lambda: slack_checks.connected(self.doors.socket, f"{settings.host}:{settings.port}", clock=clock),
            groups=settings.names_groups,
            titles={kind: digest.title for kind, digest in DIGESTS.items()},
            clock=clock,
        )


async def _drained(tasks: Tasks, kind: type[BaseException] | None, *_: object) -> None:
    """Let what runs end; a second Ctrl-C waits for nothing more."""
    await tasks.drain(within=0 if kind is asyncio.CancelledError else DRAIN)


def secret(settings: Settings) -> str:
    """What Slack signs its requests with; empty in Socket Mode, where it signs none."""
    return settings.slack_signing_secret.get_secret_value() if settings.slack_signing_secret else ""
