"""`onboarding-bot doctor`: looks at everything the bot needs, side by side, and says what to do about what is wrong."""

import asyncio
import os
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from functools import partial

from aiohttp import ClientSession, ClientTimeout
from rich.console import Console
from slack_sdk.web.async_client import AsyncWebClient

from bot.commands import doctor_settings
from bot.commands.doctor_lines import document, show
from bot.commands.doctor_port import figures, port
from bot.config import Settings
from bot.delivery import Delivery
from bot.digests import DIGESTS
from bot.domain.customer_channels import all_named
from bot.domain.findings import Finding, Level, Part, verdict
from bot.domain.phases import DEFAULT, Phases
from bot.listeners import slack_checks
from bot.listeners.channel_checks import Books, ChannelChecks
from bot.listeners.slack_checks import SlackChecks
from bot.services.checkup import Check, computer, examine
from bot.services.ledger import Ledger
from bot.services.memory_checks import MemoryChecks
from bot.services.pivotal_checks import PivotalChecks
from bot.store import Store
from bot.store.database import Database
from bot.store.looking import file

FAILED = 1
INTERRUPTED = 130
SLACK_WAIT = ClientTimeout(total=6, sock_connect=3)
_LINE = frozenset({"slack_app_token", "slack_signing_secret"})


def main(*, as_json: bool, clock: Callable[[], datetime]) -> int:
    """Examine the bot that the environment and `.env` describe; gives 1 when something fails, else 0."""
    try:
        with asyncio.Runner() as runner:
            found = runner.run(_examined(clock, spoken=not as_json))
            code = FAILED if verdict(found) is Level.FAIL else 0
            if as_json:
                print(document(found), flush=True)  # noqa: T201 - what was asked for
            else:
                show(found, Console(highlight=False, markup=False))
            if threading.active_count() > 1:
                # Perhaps a name is still being looked up: nothing can end that, and Python would wait for it.
                sys.stdout.flush()
                os._exit(code)
    except KeyboardInterrupt:
        return INTERRUPTED
    return code


async def _examined(clock: Callable[[], datetime], *, spoken: bool) -> tuple[Finding, ...]:
    settings, unusable, problems = doctor_settings.read()
    errors = Console(stderr=True)
    async with _checks(settings, unusable, clock) as checks:
        if spoken and errors.is_terminal:
            with errors.status("Looking …"):
                found = await examine(checks)
        else:
            found = await examine(checks)
    order = list(Part)
    wrong = (*map(doctor_settings.problem, problems), *doctor_settings.advice(settings, usable=not problems))
    return tuple(sorted((*found, *wrong), key=lambda one: order.index(one.part)))


@asynccontextmanager
async def _checks(
    settings: Settings, unusable: frozenset[str], clock: Callable[[], datetime]
) -> AsyncIterator[tuple[Check, ...]]:
    """Everything there is to look at, with what it takes to ask."""
    phases = Phases(settings.bot_phases or DEFAULT)
    async with ClientSession(timeout=SLACK_WAIT) as session, _memory(settings, clock) as store:
        token = settings.slack_bot_token.get_secret_value()
        client = AsyncWebClient(token=token, base_url=settings.slack_api_url, session=session, retry_handlers=[])
        known = None if "slack_bot_token" in unusable else client
        slack = SlackChecks(
            known, line=partial(_line, settings, unusable, client), groups=settings.names_groups, clock=clock
        )
        url = "" if "database_url" in unusable else settings.database_url
        memory = MemoryChecks(url, store, phases=phases, webhooks=bool(settings.webhook_secrets), clock=clock)
        key = "" if "pivotal_api_key" in unusable else settings.pivotal_api_key.get_secret_value()
        pivotal = PivotalChecks(key, settings.pivotal_base_url, phases=phases, clock=clock)
        channels = ChannelChecks(
            known,
            books=partial(_books, memory),
            delivery=partial(_delivery, settings, client, slack, memory, clock),
            titles={kind: digest.title for kind, digest in DIGESTS.items()},
            clock=clock,
        )
        needed = settings.mode == "http" or bool(settings.webhook_secrets)
        here = Check(Part.COMPUTER, "port", partial(port, settings.host, settings.port, needed=needed))
        shown = Check(Part.COMPUTER, "metrics", partial(figures, settings.metrics))
        yield (*computer(), here, shown, *slack.checks(), *pivotal.checks(), *memory.checks(), *channels.checks())


@asynccontextmanager
async def _memory(settings: Settings, clock: Callable[[], datetime]) -> AsyncIterator[Store | None]:
    """The bot's memory, to look at only; None where there is no file yet."""
    with suppress(OSError):  # of which the check of the disk tells
        where = file(settings.database_url)
        if where is not None and not where.there:
            yield None
            return
    database = Database.to_read(settings.database_url)
    try:
        yield Store(database, clock=clock)
    finally:
        await database.close()


async def _line(settings: Settings, unusable: frozenset[str], client: AsyncWebClient) -> tuple[Finding, ...]:
    """What Slack's requests would come by."""
    if unusable & _LINE:
        told, remedy = "not asked: the settings do not say how Slack reaches the bot", "Mend “Settings” first."
        return (Finding(Part.SLACK, "line", Level.WARN, told, remedy),)
    if settings.slack_app_token:
        return await slack_checks.asked_for(client, settings.slack_app_token.get_secret_value())
    told = f"Slack is to call the bot, which listens on {settings.host}:{settings.port}, by way of your own TLS"
    return (Finding(Part.SLACK, "address", Level.OK, told),)


async def _books(memory: MemoryChecks) -> Books | None:
    store = await memory.readable()
    return Books(await store.subscriptions.all(), Ledger(store)) if store else None


async def _delivery(
    settings: Settings,
    client: AsyncWebClient,
    slack: SlackChecks,
    memory: MemoryChecks,
    clock: Callable[[], datetime],
) -> Delivery:
    """The mouth that digests are said with, to be asked who would hear them. Raises NoAnswer."""
    who = await slack.identity()

    async def customer_channels(_age: timedelta) -> frozenset[str]:
        store = await memory.readable()
        _, customers, _ = await store.snapshot.load() if store else ((), {}, None)
        return all_named(one.slack_channel_id for one in customers.values())

    return Delivery(
        client,
        clock=clock,
        sleep=asyncio.sleep,
        team=str(who.get("team_id")),
        me=str(who.get("user_id")),
        customer_channels=customer_channels,
        guests_allowed=settings.bot_guests_allowed,
        enterprise=who.get("enterprise_id"),
    )
