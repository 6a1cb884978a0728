"""Composition root: builds every part once, in start order; stops them in reverse."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
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
from bot.services.snoozing import Snoozing
from bot.services.subscriptions import Subscriptions
from bot.services.sweeping import Sweeping
from bot.services.undoing import Undoing
from bot.store import Store

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
async def running(settings: Settings, *, clock: Callable[[], datetime] = utc_now) -> AsyncIterator[Bot]:
    """Run the bot for as long as the context lasts. Raises StartError when it cannot start."""
    async with AsyncExitStack() as stack:
        store = await _memory(settings.database_url, clock)
        stack.push_async_callback(store.close)
        registry = Registry(FEATURES)
        figures = Metrics(version=__version__, mode=settings.mode, actions=registry.kinds)
        shown = await metrics.listen(figures, settings.metrics, stack) if settings.metrics else None
        heard = health.Pivotal(clock=clock)
        pivotal = await stack.enter_async_context(
            AsyncPivotalApi(
                settings.pivotal_api_key.get_secret_value(),
                base_url=settings.pivotal_base_url,
                clock=clock,
                hooks=Hooks(after=(figures.asked_pivotal, heard.noted)),
            )
        )
        session = await stack.enter_async_context(ClientSession(timeout=SLACK_TIMEOUT))
        token = settings.slack_bot_token.get_secret_value()
        client = AsyncWebClient(token=token, base_url=settings.slack_api_url, session=session, retry_handlers=[])
        identity = await reaching.identify(client, token)
        reaching.check(identity, now=clock())

        phases = Phases(settings.bot_phases or DEFAULT)
        access = Access(
            settings.bot_admins, settings.bot_managers, readers=settings.bot_readers, writes=Writes(settings.bot_writes)
        )
        people = People(store)
        await people.load()
        portfolio = Portfolio(pivotal, store, clock=clock, phases=phases, reporter=figures.refreshed)
        stack.push_async_callback(portfolio.close)
        await _together(portfolio.load(), _check_key(pivotal))
        changes = Changes(pivotal, store, portfolio, people, phases=phases, team=identity.team, clock=clock)
        events = Events(
            pivotal,
            store,
            portfolio,
            secrets=settings.webhook_secrets,
            clock=clock,
            under_way=changes.under_way,
        )
        portfolio.defer_to(changes.under_way)
        following = Following(store, portfolio, people, clock=clock, quiet=settings.quiet)
        onboardings = Onboardings(
            pivotal,
            portfolio,
            phases=phases,
            web=settings.pivotal_web,
            thresholds=settings.thresholds,
            events=events,
        )
        services = Services(
            onboardings=onboardings,
            changes=changes,
            handover=Handover(changes, portfolio),
            undoing=Undoing(store, phases=phases, clock=clock),
            details=Details(pivotal, portfolio),
            portfolio=portfolio,
            events=events,
            following=following,
            people=people,
            subscriptions=Subscriptions(store, clock=clock),
            ledger=Ledger(store, report=figures.digest),
            snoozing=Snoozing(store, onboardings, portfolio, people, clock=clock),
            inbox=Inbox(store, clock=clock),
            creating=Creating(pivotal, store, portfolio, announce=changes.announce, clock=clock),
            journal=Journal(store, portfolio, clock=clock),
            phases=phases,
            thresholds=settings.thresholds,
            test_key=pivotal.mode == "test",
            zone=settings.bot_timezone,
            week_start=settings.bot_week_start,
            web=settings.pivotal_web,
            policy=access.policy,
            settings=settings.shown(),
        )
        delivery = Delivery(
            client,
            clock=clock,
            sleep=asyncio.sleep,
            team=identity.team,
            customer_channels=services.onboardings.customer_channels,
            guests_allowed=settings.bot_guests_allowed,
            enterprise=identity.enterprise,
            report=figures.asked_slack,
        )
        posted = PostedCards(store, services.onboardings, portfolio, clock=clock)
        withdrawing = Withdrawing(delivery, posted, services.ledger)
        cards = Cards(delivery, posted, services, withdrawing, clock=clock)
        roles = Roles(client, access, clock=clock)
        digests = DigestRun(
            DIGESTS,
            services,
            delivery,
            clock=clock,
            command=settings.bot_command,
            groups=roles.members,
            pictures=identity.scopes is None or "files:write" in identity.scopes,
        )
        actors = Actors(client, people, roles, team=identity.team, clock=clock)
        doors = Doors()
        door = Door(
            registry,
            identity=identity,
            names=Names(settings.bot_command, settings.bot_alias),
            signing_secret=_secret(settings),
            session=session,
            client=client,
            actors=actors,
            cards=cards,
            withdrawing=withdrawing,
            services=services,
            digests=digests,
            examine=_checkup(settings, client, delivery, services, pivotal, store, doors, clock),
            clock=clock,
            report=figures.turned,
        )
        homes = Bursts(door.tasks, door.refresh_home)
        copies: Bursts[Callable[[], Coroutine[Any, Any, None]]] = Bursts(door.tasks, lambda work: work())
        services.changes.watch(lambda one: copies.add(one.standing.onboarding.id, partial(cards.follow, one)))
        healing = Healing(
            posted, onboardings, lambda key, behind: copies.add(key, partial(cards.catch_up, behind)), clock=clock
        )
        services.changes.watch(lambda changed: homes.add(changed.by, changed.by))
        portfolio.watch(services.changes.notice)
        portfolio.watch(lambda sight: door.tasks.spawn(following.note(sight)))
        services.changes.watch(lambda changed: door.tasks.spawn(services.snoozing.wake(changed)))
        services.changes.watch(lambda changed: door.tasks.spawn(digests.follow(changed)))
        people.watch(lambda slack_id: homes.add(slack_id, slack_id))
        services.subscriptions.watch_people(lambda slack_id: homes.add(slack_id, slack_id))
        stack.push_async_exit(partial(_drained, door.tasks))
        state = health.Health(
            {
                "database": partial(_database, store),
                "slack": partial(doors.line, clock),
                "pivotal": partial(heard.check, pivotal.in_background().me),
            },
            closing=lambda: doors.closing,
            clock=clock,
        )
        _look(figures, pivotal, services, digests, doors, state, clock)
        figures.looks("queue_size", store.inbox.waiting, "events")
        figures.looks("queue_size", lambda: len(door.tasks), "tasks")
        figures.looks("queue_size", lambda: len(copies), "cards")
        figures.looks("queue_size", lambda: len(homes), "homes")
        origin = await _listen(settings, door, doors, client, events, stack, clock, figures, state)
        # Where there may be replicas, what one of them is at work on is not taken for given up.
        await digests.recover(clock(), older_than=STUCK if store.shared else timedelta())
        await stack.enter_async_context(Clock(digests, services.subscriptions, clock=clock))
        if settings.webhook_secrets:
            await stack.enter_async_context(Chore("events", events.work_off, wake=events.arrived))
        followers = Followers(delivery, services, who=lambda slack_id: actors.actor(slack_id, team=None), clock=clock)
        await stack.enter_async_context(Chore("followers", followers.tell_due, wake=asyncio.Event()))
        await stack.enter_async_context(Chore("audiences", withdrawing.look_again, wake=asyncio.Event()))
        await stack.enter_async_context(Chore("cards", healing.look_if_due, wake=asyncio.Event()))
        keep = timedelta(days=settings.bot_keep_days)
        sweeping = Sweeping(store, portfolio, keep=keep, zone=settings.bot_timezone, clock=clock)
        await stack.enter_async_context(Chore("sweep", sweeping.sweep_if_due, wake=asyncio.Event()))
        if store.shared:
            await stack.enter_async_context(Chore("replicas", portfolio.keep_up, wake=asyncio.Event()))
        door.tasks.spawn(_warm(portfolio, max_age=JUST_NOW if store.shared else timedelta()))
        stack.callback(portfolio.hurry)
        stack.push_async_callback(doors.close)  # the first thing that is done when it stops
        yield Bot(
            door,
            services,
            digests,
            store,
            address=None if settings.mode == "socket" else f"{origin}{http.PATH}",
            webhooks=f"{origin}{webhooks.PATH}" if settings.webhook_secrets else None,
            health=origin,
            metrics=shown,
            socket=doors.socket,
        )


def _checkup(
    settings: Settings,
    client: AsyncWebClient,
    delivery: Delivery,
    services: Services,
    pivotal: AsyncPivotalApi,
    store: Store,
    doors: Doors,
    clock: Callable[[], datetime],
) -> Checkup:
    """What `/onboarding doctor` examines: this very process, but for Pivotal, which is asked out of turn."""
    return Checkup(
        client,
        delivery,
        services,
        memory=lambda: MemoryChecks(
            settings.database_url, store, phases=services.phases, webhooks=bool(settings.webhook_secrets), clock=clock
        ),
        pivotal=PivotalChecks(
            settings.pivotal_api_key.get_secret_value(),
            settings.pivotal_base_url,
            phases=services.phases,
            clock=clock,
            spent=lambda: {"people": pivotal.sent[Lane.INTERACTIVE], "walks": pivotal.sent[Lane.BACKGROUND]},
        ),
        line=lambda: slack_checks.connected(doors.socket, f"{settings.host}:{settings.port}", clock=clock),
        groups=settings.names_groups,
        titles={kind: digest.title for kind, digest in DIGESTS.items()},
        clock=clock,
    )


async def _drained(tasks: Tasks, kind: type[BaseException] | None, *_: object) -> None:
    """Let what runs end; a second Ctrl-C waits for nothing more."""
    await tasks.drain(within=0 if kind is asyncio.CancelledError else DRAIN)


async def _memory(url: str, clock: Callable[[], datetime]) -> Store:
    """Open the bot's memory. The URL itself is not told: it may hold a password."""
    try:
        return await Store.open(url, clock=clock)
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


async def _listen(
    settings: Settings,
    door: Door,
    doors: Doors,
    client: AsyncWebClient,
    events: Events,
    stack: AsyncExitStack,
    clock: Callable[[], datetime],
    figures: Metrics,
    state: health.Health,
) -> str | None:
    """Open doors 1 and 3: a web socket to Slack or a port for Slack to call, and a route for Pivotal's events.

    Gives the origin of the port; None where somebody else has it, and it was to tell of the bot's health only.
    """
    application = web.Application(client_max_size=http.LARGEST, middlewares=[doors.admit])
    if settings.webhook_secrets:
        webhooks.add_route(application, events)
    if settings.slack_app_token:
        app_token = settings.slack_app_token.get_secret_value()
        doors.socket = Socket(door.bolt, app_token, client, clock=clock, report=figures.acknowledged)
        stack.push_async_callback(doors.socket.close)
        await doors.socket.open()
    else:
        http.add_route(
            application, door.bolt, signing_secret=_secret(settings), clock=clock, report=figures.acknowledged
        )
    state.add_routes(application)
    bodies.hush()
    runner = bodies.server(application)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
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


async def _database(store: Store) -> health.Part:
    return health.Part(True, "answers") if await store.ping() else health.Part(False, "does not answer")


def _look(
    figures: Metrics,
    pivotal: AsyncPivotalApi,
    services: Services,
    digests: DigestRun,
    doors: Doors,
    state: health.Health,
    clock: Callable[[], datetime],
) -> None:
    """Have looked up, whenever somebody asks for the figures, what is not counted as it happens."""

    def since(instant: datetime | None) -> float | None:
        return (clock() - instant).total_seconds() if instant else None

    def budget() -> float | None:
        return pivotal.rate_limit.limit if pivotal.rate_limit else None

    def left() -> float | None:
        rate = pivotal.rate_limit
        return budget() if rate is None or rate.resets_at <= clock() else rate.remaining

    def connected() -> float | None:
        return float(doors.socket.health.connected_since is not None) if doors.socket else None

    figures.counts(services.events.counted)
    figures.looks("pivotal_budget", budget)
    figures.looks("pivotal_budget_left", left)
    figures.looks("snapshot_age_seconds", lambda: since(services.portfolio.walked_at))
    figures.looks("digests_overdue", lambda: digests.overdue(clock()))
    figures.looks("socket_connected", connected)
    figures.looks("socket_silence_seconds", lambda: since(doors.socket.health.last_traffic) if doors.socket else None)
    figures.looks("queue_size", lambda: doors.socket.pending if doors.socket else None, "envelopes")
    for part in state.parts:
        figures.looks("ready", partial(state.ready, part), part)


async def _warm(portfolio: Portfolio, *, max_age: timedelta) -> None:
    """Walk Pivotal once at start, so that the first list is there when it is asked for."""
    try:
        await portfolio.snapshot(max_age)
    except (BotError, PivotalError) as error:
        log.warning("no snapshot yet", error=type(error).__name__)
