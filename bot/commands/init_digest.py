"""The first digest, as `init` offers it: for a channel that the command would take, through the command's service."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from datetime import datetime, timedelta

from bot.commands.init_checks import Checks, Unfit, Workspace
from bot.commands.memory import exists, updating
from bot.commands.progress import Tell
from bot.delivery import Delivery
from bot.digests import DIGESTS
from bot.domain.customer_channels import named
from bot.domain.errors import BotError, MemoryAway
from bot.domain.records import Subscription
from bot.listeners.actors import Actors
from bot.listeners.roles import Access, Roles
from bot.pivotal.errors import PivotalError
from bot.pivotal.models import CustomerRow
from bot.services.people import People
from bot.services.subscriptions import Subscriptions, Wish
from bot.store import Store, looking
from bot.store.database import Database
from bot.store.looking import Schema, Unread

SOURCE = "onboarding-bot init"
"""Where it came from, in the audit."""
_PAGE = 100
"""Customers after which it is said how far the reading is: as many come at once."""


async def check(
    checks: Checks, workspace: Workspace, channel: str, *, key: str, guests_allowed: Collection[str] = (), tell: Tell
) -> str:
    """The name of a channel that the bot is in and no customer reads, as far as Slack and Pivotal know.

    `tell` is told how many customers were looked at. Raises Unfit and the errors of Slack's client.
    """

    async def customers(_age: timedelta) -> frozenset[str]:
        try:
            async with checks.pivotal(key) as pivotal:
                return frozenset([one async for one in channels(pivotal.customers.rows(), tell)])
        except PivotalError as error:
            raise Unfit(f"Pivotal does not say which channels are customers’ own: {error}") from error

    async with checks.client(workspace.identity.token) as client:
        delivery = Delivery(
            client,
            clock=checks.clock,
            sleep=asyncio.sleep,
            team=workspace.identity.team,
            me=workspace.identity.user,
            customer_channels=customers,
            guests_allowed=guests_allowed,
            enterprise=workspace.identity.enterprise,
        )
        await delivery.guard(channel)
        found = (await client.conversations_info(channel=channel))["channel"]
    if found.get("is_archived"):
        raise Unfit(f"#{found.get('name')} is archived.")
    return str(found.get("name") or channel)


async def channels(customers: AsyncIterator[CustomerRow], tell: Tell) -> AsyncIterator[str]:
    """The Slack channels of customers, who come page by page."""
    seen = 0
    async for one in customers:
        seen += 1
        if seen % _PAGE == 0:
            tell("Reading Pivotal’s customers", seen, None)
        for channel in named(one.slack_channel_id):
            yield channel


async def none_yet(database_url: str, *, clock: Callable[[], datetime]) -> bool:
    """Whether nothing is subscribed yet; not so where the memory cannot be read. None is made where none is there."""
    if not exists(database_url):
        return True
    database = Database.to_read(database_url)
    try:
        schema = (await looking.look(database)).schema
        if schema is not Schema.CURRENT:
            return schema is Schema.EMPTY
        return not await Store(database, clock=clock).subscriptions.all()
    except (Unread, MemoryAway):
        return False
    finally:
        await database.close()


async def subscribe(
    checks: Checks, workspace: Workspace, channel: str, *, kind: str, admin: str, database_url: str
) -> tuple[Subscription, bool]:
    """Subscribe a channel in the name of an admin, and whether that is new: one there is stays as it is.

    Raises Unfit when the memory cannot be opened.
    """
    digest = DIGESTS[kind]
    try:
        store = await Store.open(database_url, clock=checks.clock, tell=updating())
    except (BotError, OSError, TypeError, ValueError) as error:  # as `serve` says it
        raise Unfit(f"The bot’s memory cannot be opened: {str(error).rstrip('.')}. Check DATABASE_URL.") from error
    try:
        subscriptions = Subscriptions(store, clock=checks.clock)
        for one in await subscriptions.of_channel(channel):
            if one.kind == kind:
                return one, False
        async with checks.client(workspace.identity.token) as client:
            roles = Roles(client, Access(admins=(admin,)), clock=checks.clock)
            actors = Actors(client, People(store), roles, team=workspace.identity.team, clock=checks.clock)
            by = await actors.actor(admin, team=None)
        wish = Wish(kind=kind, days=digest.days, at=digest.at, zone=by.zone)
        return await subscriptions.subscribe(channel, wish, by=by, source=SOURCE), True
    finally:
        await store.close()
