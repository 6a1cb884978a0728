"""The start, in order, from the parts to the open doors and what is done now and then."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import structlog
from aiohttp import web

from bot import bodies, webhooks
from bot.app.abilities import secret
from bot.app.watching import Watching
from bot.digests.clock import STUCK, Clock
from bot.digests.run import DigestRun
from bot.domain.errors import BotError, StartError
from bot.listeners import http
from bot.listeners.door import Door
from bot.listeners.followers import Followers
from bot.listeners.healing import Healing
from bot.listeners.sockets import Socket
from bot.pivotal.errors import PivotalError
from bot.services import Services
from bot.services.chores import Chore, leave
from bot.services.correlation import correlated
from bot.services.portfolio import Portfolio
from bot.services.sweeping import Sweeping
from bot.store import Store

log = structlog.get_logger()

JUST_NOW = timedelta(seconds=20)
"""A walk of another replica this long ago saves the one at start."""


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


class Start(Watching):
    """Each step uses what those before it have made."""

    async def bot(self) -> Bot:
        """Everything, in start order."""
        await self._memory_and_figures()
        await self._pivotal_and_slack()
        await self._what_it_knows_and_who_it_is()
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
                application, bolt, signing_secret=secret(self.settings), clock=self.clock, report=acknowledged
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
        nobodys = STUCK if store.shared else timedelta()
        self.background: list[AbstractAsyncContextManager[Any]] = []
        self.stack.push_async_exit(partial(leave, self.background))
        digests = Clock(self.digests, services.subscriptions, clock=clock, nobodys=nobodys)
        self.background.append(await digests.__aenter__())
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

    async def _chore(
        self, name: str, work: Callable[[], Awaitable[float]], *, wake: asyncio.Event | None = None
    ) -> None:
        self.background.append(await Chore(name, work, wake=wake or asyncio.Event()).__aenter__())


async def _warm(portfolio: Portfolio, *, max_age: timedelta) -> None:
    """Walk Pivotal once at start, so that the first list is there when it is asked for."""
    with correlated():
        try:
            await portfolio.snapshot(max_age)
        except (BotError, PivotalError) as error:
            log.warning("no snapshot yet", error=type(error).__name__)
