"""Composition root: builds every part once, in start order; stops them in reverse."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import Any

import structlog
from aiohttp import ClientSession, ClientTimeout, web
from slack_sdk.web.async_client import AsyncWebClient

from bot import __version__, bodies, health, metrics, webhooks
from bot.config import Settings
from bot.delivery import Delivery
from bot.digests import DIGESTS
from bot.digests.clock import STUCK, Clock
from bot.digests.run import DigestRun
from bot.domain.errors import BotError, StartError
from bot.domain.phases import DEFAULT, Phases
from bot.domain.records import Writes
from bot.listeners import FEATURES, http, reaching, slack_checks
from bot.listeners.actors import Actors
from bot.listeners.bursts import Bursts
from bot.listeners.cards import Cards
from bot.listeners.checkup import Checkup
from bot.listeners.closing import Doors
from bot.listeners.door import Door
from bot.listeners.feature import Registry
from bot.listeners.followers import Followers
from bot.listeners.healing import Healing
from bot.listeners.manifest import Names
from bot.listeners.roles import Access, Roles
from bot.listeners.sockets import Socket
from bot.listeners.tasks import Tasks
from bot.listeners.withdrawing import Withdrawing
from bot.metrics import Metrics
from bot.pivotal import AsyncPivotalApi
from bot.pivotal.errors import AuthenticationFailed, NotFound, PivotalError, UnexpectedResponse
from bot.pivotal.hooks import Hooks
from bot.pivotal.pacing import Lane
from bot.services import Services
from bot.services.cards import PostedCards
from bot.services.changes import Changes
from bot.services.chores import Chore
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
from bot.services.people import People
from bot.services.pivotal_checks import PivotalChecks
from bot.services.portfolio import Portfolio
from bot.services.posts import Posts
from bot.services.snoozing import Snoozing
from bot.services.subscriptions import Subscriptions
from bot.services.sweeping import Sweeping
from bot.services.undoing import Undoing
from bot.store import Store
from bot.store.schema import Tell

log = structlog.get_logger()

SLACK_TIMEOUT = ClientTimeout(total=20, sock_connect=5)
KEY_PATIENCE = 5.0
"""Seconds that the start waits for Pivotal to know the key."""
JUST_NOW = timedelta(seconds=20)
"""A walk of another replica this long ago saves the one at start."""
DRAIN = 20.0
"""Seconds that work under way is given at shutdown."""


def utc_now() -> datetime:
    """The present instant, aware and UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Bot:
    """The running bot, as the command line and the tests see it."""

    door: Door
    services: Services
    digests: DigestRun
    store: Store
    address: str | None
    """Where the HTTP mode listens, or None in Socket Mode."""
    webhooks: str | None
    """Where Pivotal's events are taken in, or None where no secret is set for them."""
    health: str | None
    """Where `/healthz` and `/readyz` are, or None where Socket Mode found the port taken."""
    metrics: str | None
    """Where the figures are shown, or None where they are not."""
    socket: Socket | None
    """The line to Slack, or None in HTTP mode."""

    async def settled(self) -> None:
        """Wait until nothing that a person or the clock has begun is still under way."""
        await self.door.tasks.settled()


@asynccontextmanager
async def running(
    settings: Settings, *, clock: Callable[[], datetime] = utc_now, tell: Tell | None = None
) -> AsyncIterator[Bot]:
    """Run the bot for as long as the context lasts. Raises StartError when it cannot start.

    `tell` is told how far its memory is brought up to date, where an older version wrote that.
    """
    async with AsyncExitStack() as stack:
        yield await _Start(settings, clock, stack, tell).bot()


class _Start:
    """Builds the parts, step by step: each step uses what those before it have made, and `stack` ends it all."""

    def __init__(
        self, settings: Settings, clock: Callable[[], datetime], stack: AsyncExitStack, tell: Tell | None
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.stack = stack
        self.tell = tell
        self.doors = Doors()

    async def bot(self) -> Bot:
        """Everything, in start order."""
        await self._memory_and_figures()
        await self._pivotal_and_slack()
        await self._what_it_knows()
        self._what_it_can_do()
        self._what_it_says()
        self._door()
        self._watchers()
        self._health()
        self._figures()
        origin = await self._listen()
        await self._upkeep()
        self.stack.push_async_callback(self.doors.close)  # the first thing that is done when it stops
        return Bot(
            self.door,
            self.services,
            self.digests,
            self.store,
            address=None if self.settings.mode == "socket" else f"{origin}{http.PATH}",
            webhooks=f"{origin}{webhooks.PATH}" if self.settings.webhook_secrets else None,
            health=origin,
            metrics=self.shown,
            socket=self.doors.socket,
        )

    async def _memory_and_figures(self) -> None:
        self.store = await _memory(self.settings.database_url, self.clock, self.tell)
        self.stack.push_async_callback(self.store.close)
        self.registry = Registry(FEATURES)
        self.figures = Metrics(version=__version__, mode=self.settings.mode, actions=self.registry.kinds)
        address = self.settings.metrics
        self.shown = await metrics.listen(self.figures, address, self.stack) if address else None

    async def _pivotal_and_slack(self) -> None:
        self.heard = health.Pivotal(clock=self.clock)
        self.pivotal = await self.stack.enter_async_context(
            AsyncPivotalApi(
                self.settings.pivotal_api_key.get_secret_value(),
                base_url=self.settings.pivotal_base_url,
                clock=self.clock,
                hooks=Hooks(after=(self.figures.asked_pivotal, self.heard.noted)),
            )
        )
        self.session = await self.stack.enter_async_context(ClientSession(timeout=SLACK_TIMEOUT))
        token = self.settings.slack_bot_token.get_secret_value()
        self.client = AsyncWebClient(
            token=token, base_url=self.settings.slack_api_url, session=self.session, retry_handlers=[]
        )
        self.identity = await reaching.identify(self.client, token)
        reaching.check(self.identity, now=self.clock())

    async def _what_it_knows(self) -> None:
        self.phases = Phases(self.settings.bot_phases or DEFAULT)
        self.people = People(self.store)
        await self.people.load()
        self.portfolio = Portfolio(
            self.pivotal, self.store, clock=self.clock, phases=self.phases, reporter=self.figures.refreshed
        )
        self.stack.push_async_callback(self.portfolio.close)
        await _together(self.portfolio.load(), _check_key(self.pivotal))

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
            customer_channels=services.onboardings.customer_channels,
            guests_allowed=self.settings.bot_guests_allowed,
            enterprise=self.identity.enterprise,
            report=self.figures.asked_slack,
            remember=posts.remember,
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
            signing_secret=_secret(self.settings),
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

    async def _listen(self) -> str | None:
        """Open doors 1 and 3: a web socket to Slack or a port for Slack to call, and a route for Pivotal's events.

        Gives the origin of the port; None where somebody else has it, and it was to tell of the bot's health only.
        """
        settings, doors = self.settings, self.doors
        application = web.Application(client_max_size=http.LARGEST, middlewares=[doors.admit])
        if settings.webhook_secrets:
            webhooks.add_route(application, self.services.events)
        await self._open_slack(application)
        self.state.add_routes(application)
        bodies.hush()
        runner = bodies.server(application)
        await runner.setup()
        self.stack.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, settings.host, settings.port)
        try:
            await site.start()
        except OSError as error:
            if settings.slack_app_token and not settings.webhook_secrets:  # nobody has to reach it
                log.warning("health is not shown", address=f"{settings.host}:{settings.port}", why=error.strerror)
                return None
            raise StartError(
                f"Port {settings.port} on {settings.host} cannot be used: {error.strerror}. Set PORT."
            ) from error
        doors.site = site
        host, port = runner.addresses[0][:2]
        return f"http://{host}:{port}"

    async def _open_slack(self, application: web.Application) -> None:
        acknowledged, bolt = self.figures.acknowledged, self.door.bolt
        if not self.settings.slack_app_token:
            http.add_route(
                application, bolt, signing_secret=_secret(self.settings), clock=self.clock, report=acknowledged
            )
            return
        app_token = self.settings.slack_app_token.get_secret_value()
        self.doors.socket = Socket(bolt, app_token, self.client, clock=self.clock, report=acknowledged)
        self.stack.push_async_callback(self.doors.socket.close)
        await self.doors.socket.open()

    async def _upkeep(self) -> None:
        """Open door 2, the clock, and begin what is done now and then."""
        services, clock, store, portfolio = self.services, self.clock, self.store, self.portfolio
        # Where there may be replicas, what one of them is at work on is not taken for given up.
        await self.digests.recover(clock(), older_than=STUCK if store.shared else timedelta())
        await self.stack.enter_async_context(Clock(self.digests, services.subscriptions, clock=clock))
        followers = Followers(
            self.delivery, services, who=lambda slack_id: self.actors.actor(slack_id, team=None), clock=clock
        )
        healing = Healing(
            self.posted,
            services.onboardings,
            lambda key, behind: self.copies.add(key, partial(self.cards.catch_up, behind)),
            clock=clock,
        )
        sweeping = Sweeping(
            store,
            portfolio,
            keep=timedelta(days=self.settings.bot_keep_days),
            zone=self.settings.bot_timezone,
            clock=clock,
        )
        if self.settings.webhook_secrets:
            await self._chore("events", services.events.work_off, wake=services.events.arrived)
        await self._chore("followers", followers.tell_due)
        await self._chore("audiences", self.withdrawing.look_again)
        await self._chore("cards", healing.look_if_due)
        await self._chore("sweep", sweeping.sweep_if_due)
        if store.shared:
            await self._chore("replicas", portfolio.keep_up)
        self.door.tasks.spawn(_warm(portfolio, max_age=JUST_NOW if store.shared else timedelta()))
        self.stack.callback(portfolio.hurry)

    async def _chore(
        self, name: str, work: Callable[[], Awaitable[float]], *, wake: asyncio.Event | None = None
    ) -> None:
        await self.stack.enter_async_context(Chore(name, work, wake=wake or asyncio.Event()))


async def _drained(tasks: Tasks, kind: type[BaseException] | None, *_: object) -> None:
    """Let what runs end; a second Ctrl-C waits for nothing more."""
    await tasks.drain(within=0 if kind is asyncio.CancelledError else DRAIN)


async def _memory(url: str, clock: Callable[[], datetime], tell: Tell | None) -> Store:
    """Open the bot's memory. The URL itself is not told: it may hold a password."""
    try:
        return await Store.open(url, clock=clock, tell=tell)
    except (BotError, OSError, TypeError, ValueError) as error:  # asyncpg's: an option it does not know
        what_to_do = error.hint if isinstance(error, BotError) and error.hint else "Check DATABASE_URL."
        raise StartError(f"Its memory cannot be opened: {str(error).rstrip('.')}. {what_to_do}") from error


async def _check_key(pivotal: AsyncPivotalApi) -> None:
    """Stop at once on a key that Pivotal does not know; with Pivotal away, start all the same."""
    try:
        async with asyncio.timeout(KEY_PATIENCE):
            await pivotal.me()
    except AuthenticationFailed as error:
        raise StartError(
            f"Pivotal refused the API key {pivotal.key_prefix}… ({error.code}). "
            "Check PIVOTAL_API_KEY, or make a new key in Pivotal under Admin > API Keys."
        ) from error
    except (PivotalError, TimeoutError) as error:
        if isinstance(error, NotFound | UnexpectedResponse) and (error.status or 0) < HTTPStatus.INTERNAL_SERVER_ERROR:
            raise StartError(
                "What answers at PIVOTAL_BASE_URL is not Pivotal’s API, which is at https://my.pivotal.app/api/v1. "
                "Check that address, and any proxy in between."
            ) from error
        log.warning("Pivotal does not answer yet", error=type(error).__name__)


async def _together(*works: Coroutine[Any, Any, None]) -> None:
    """Do several things at once; the first that fails ends the others, and is what is raised."""
    try:
        async with asyncio.TaskGroup() as group:
            for work in works:
                group.create_task(work)
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from failed


def _secret(settings: Settings) -> str:
    return settings.slack_signing_secret.get_secret_value() if settings.slack_signing_secret else ""


async def _database(store: Store) -> health.Part:
    return health.Part(True, "answers") if await store.ping() else health.Part(False, "does not answer")


async def _warm(portfolio: Portfolio, *, max_age: timedelta) -> None:
    """Walk Pivotal once at start, so that the first list is there when it is asked for."""
    try:
        await portfolio.snapshot(max_age)
    except (BotError, PivotalError) as error:
        log.warning("no snapshot yet", error=type(error).__name__)
