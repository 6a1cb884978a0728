"""`onboarding-bot demo`: a local Pivotal, a local Slack page, and the real bot between them."""

import errno
import os
import socket
import sys
import tempfile
import webbrowser
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from platformdirs import user_state_path
from pydantic import SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource
from rich.console import Console

from bot import config
from bot.app import Bot, running, utc_now
from bot.commands.memory import updating
from bot.commands.process import stopped
from bot.digests import DIGESTS, at_risk
from bot.domain import dates, schedule
from bot.domain.errors import Busy, StartError
from bot.domain.records import DeliveryStatus, Observation, Person, Said, SaidRow, Subscription
from bot.listeners.manifest import EXTRAS, manifest
from bot.sandbox.pivotal import LocalPivotal
from bot.sandbox.pivotal.signing import new_secret
from bot.sandbox.seed import SNOOZED, SeedPerson, history, last_digest, last_workday, people
from bot.sandbox.slack import LocalSlack
from bot.sandbox.slack.world import ANA, CARA, GUS, MARA, ONBOARDING, PARTNERS, TEAM
from bot.store import Store

ZONE = "Europe/Berlin"
TRIES = (
    {"label": "Where is Aurora Foods?", "as": ANA, "channel": ONBOARDING, "text": "/onboarding aurora"},
    {"label": "See all onboardings", "as": ANA, "channel": ONBOARDING, "text": "/onboarding list"},
    {"label": "Move Aurora Foods on", "as": ANA, "channel": ONBOARDING, "text": "/onboarding advance #89"},
    {"label": "What needs attention?", "as": CARA, "channel": ONBOARDING, "text": "/onboarding at-risk"},
    {"label": "Ask as a guest", "as": GUS, "channel": PARTNERS, "text": "/onboarding list"},
)
WEBHOOK_SECRET = new_secret(1)
"""What the local Pivotal signs its events with."""

_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
LEAKING = ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", *_PROXIES, *(name.lower() for name in _PROXIES))
"""Read by the libraries themselves: Bolt would look for an installation store, and Slack's SDK asks the proxy even for
this computer's own addresses."""


@dataclass(frozen=True, slots=True)
class Scene:
    """The demo's parts while they run."""

    pivotal: LocalPivotal
    slack: LocalSlack
    bot: Bot


async def run(*, port: int, keep: bool, browser: bool) -> None:
    """Start everything, say where it is, and wait for Ctrl-C."""
    console = Console(highlight=False)
    for name in LEAKING:
        os.environ.pop(name, None)
    with _memory(keep=keep) as folder:
        page = _free(port)
        if page != port:
            console.print(f"Port {port} is taken; using {page}.")
        async with scene(folder, port=page) as parts:
            _say(console, parts.slack.url)
            if browser and _desktop():
                webbrowser.open(parts.slack.url)
            await stopped()
            console.print("\nStopping …")


@asynccontextmanager
async def scene(folder: Path, *, port: int = 0, clock: Callable[[], datetime] = utc_now) -> AsyncIterator[Scene]:
    """Play the demo for as long as the context lasts: today's digests are posted, the page is on `port`.

    The bot's memory is in `folder`; what is in there already is gone on with.
    """
    database_url = f"sqlite+aiosqlite:///{folder / 'demo.db'}"
    now = clock()
    began = await _remember(database_url, now)
    async with (
        LocalPivotal(seed=True, clock=clock, today=dates.today(began, ZONE)) as pivotal,
        LocalSlack(
            manifest(extras=EXTRAS), port=port, clock=clock, pivotal_origin=pivotal.origin, tries=TRIES
        ) as slack,
        running(_settings(pivotal, slack, database_url), clock=clock) as bot,
    ):
        pivotal.shown_on(slack.url)
        if bot.webhooks:
            pivotal.webhooks.add(bot.webhooks, secret=WEBHOOK_SECRET)
        if began == now:
            await _snooze(bot, now)
        await _post_digests(bot, now)
        yield Scene(pivotal, slack, bot)


class _Settings(config.Settings):
    """What the demo is set to, whatever the environment says."""

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, *_: Any, **__: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read what is given in the code only."""
        return (init_settings,)


def _settings(pivotal: LocalPivotal, slack: LocalSlack, database_url: str) -> config.Settings:
    return _Settings(
        slack_bot_token=SecretStr(slack.bot_token),
        slack_app_token=SecretStr(slack.app_token),
        slack_signing_secret=SecretStr(slack.signing_secret),
        slack_api_url=slack.api_url,
        pivotal_api_key=SecretStr(pivotal.live_key),
        pivotal_base_url=pivotal.url,
        pivotal_webhook_secret=SecretStr(WEBHOOK_SECRET),
        port=0,
        metrics_address="off",
        database_url=database_url,
        bot_timezone=ZONE,
        bot_admins=(CARA,),
    )


async def stand_in(only: str, *, port: int) -> None:
    """Run one stand-in alone, and say how to reach it."""
    console = Console(highlight=False)
    if _free(port) != port:
        raise StartError(f"Port {port} is taken. Choose another with --port.")
    if only == "pivotal":
        async with LocalPivotal(seed=True, port=port) as pivotal:
            console.print(f"Local Pivotal on {pivotal.url} · Ctrl-C stops it", soft_wrap=True)
            console.print(f"PIVOTAL_BASE_URL={pivotal.url}\nPIVOTAL_API_KEY={pivotal.test_key}", soft_wrap=True)
            await stopped()
    else:
        async with LocalSlack(manifest(), port=port) as slack:
            console.print(f"Local Slack on {slack.url} · Ctrl-C stops it", soft_wrap=True)
            console.print(
                f"SLACK_API_URL={slack.api_url}\nSLACK_BOT_TOKEN={slack.bot_token}\nSLACK_APP_TOKEN={slack.app_token}",
                soft_wrap=True,
            )
            await stopped()


@contextmanager
def _memory(*, keep: bool) -> Iterator[Path]:
    """The folder of the bot's database: fresh each time, or the one kept for demos."""
    if keep:
        folder = user_state_path("onboarding-bot", ensure_exists=True)
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="onboarding-bot-demo-") as name:
        yield Path(name)


def _desktop() -> bool:
    """Whether a browser can open a window. Without one, Python would start a text browser in this terminal."""
    return sys.platform in ("darwin", "win32") or any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY")))


def _free(port: int) -> int:
    """The first free port from `port` on."""
    for candidate in range(port, min(port + 100, 65536)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", candidate))
            except OSError as error:
                if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                    raise
                continue
            return candidate
    raise StartError(f"No port from {port} to {port + 99} is free. Choose another with --port.")


async def _remember(database_url: str, now: datetime) -> datetime:
    """Give a new demo's bot what it would know after three weeks: history, people, subscriptions, the last digest.

    Gives the moment its memory began: the dates of the sample world go by it, or a kept memory would see them all slip.
    """
    store = await Store.open(database_url, clock=lambda: now, tell=updating())
    try:
        if kept := await store.subscriptions.all():
            return min(subscription.created_at for subscription in kept)
        today = dates.today(now, ZONE)
        for person in people():
            await store.people.link(_person(person))
        await store.observations.add(
            [
                Observation(seen.onboarding_id, seen.field, seen.before, seen.after, seen.seen_at, "poll")
                for seen in history(today)
            ]
        )
        for digest in DIGESTS.values():
            await store.subscriptions.add(
                Subscription(
                    id=f"sub_demo_{digest.kind}",
                    team_id=TEAM,
                    channel=ONBOARDING,
                    kind=digest.kind,
                    days=digest.days,
                    at=digest.at,
                    zone=ZONE,
                    creator=CARA,
                    created_at=now,
                )
            )
        await _said_before(store, now)
        return now
    finally:
        await store.close()


async def _said_before(store: Store, now: datetime) -> None:
    today = dates.today(now, ZONE)
    day = last_workday(today)
    rows = {one: SaidRow(**row) for one, row in last_digest(today).items()}  # type: ignore[arg-type]
    subscription, slot = "sub_demo_at-risk", day.isoformat()
    claimed = datetime.combine(day, DIGESTS["at-risk"].at, ZoneInfo(ZONE)).astimezone(UTC) + timedelta(seconds=2)
    claim = await store.deliveries.claim(subscription, slot, channel=ONBOARDING, now=claimed)
    if claim is not None:  # a memory of an earlier demo has it
        said = Said(rows, at_risk.fingerprint(""))
        await store.deliveries.posted(claim, ts=f"{claimed.timestamp():.6f}", said=said)
        await store.deliveries.mark(claim, DeliveryStatus.DONE)


def _person(person: SeedPerson) -> Person:
    return Person(person.pivotal_id, slack_id=person.slack_id, name=person.name, email=person.email)


async def _snooze(bot: Bot, now: datetime) -> None:
    """Keep one onboarding out of the at-risk digest for a while, as its owner does."""
    await bot.services.snoozing.snooze(
        await bot.services.onboardings.read(SNOOZED.onboarding_id),
        channel=ONBOARDING,
        until=dates.today(now, ZONE) + SNOOZED.lasts,
        reason=SNOOZED.reason,
        by=await bot.door.actors.actor(MARA, team=TEAM),
    )


async def _post_digests(bot: Bot, now: datetime) -> None:
    """Post today's digest of each kind, whatever weekday it is; once a day where the memory is kept."""
    day = dates.today(now, ZONE).isoformat()
    cara = await bot.door.actors.actor(CARA, team=TEAM)
    subscribed = {one.kind: one for one in await bot.services.subscriptions.of_channel(ONBOARDING)}
    for kind in DIGESTS:
        if kind in subscribed and await _comes_anyway(bot, subscribed[kind], day=day, now=now):
            continue
        # Busy: an earlier demo of today, whose memory was kept, has posted it.
        with suppress(Busy):
            await bot.digests.post_now(kind, channel=ONBOARDING, by=cara, trigger=f"demo:{day}")


async def _comes_anyway(bot: Bot, subscription: Subscription, *, day: str, now: datetime) -> bool:
    """Whether the clock has posted a subscription's digest of today, or is about to: late, on a kept memory."""
    said = await bot.store.deliveries.get(subscription.id, day)
    if said is None:
        return schedule.due(subscription, now=now) is not None
    return said.status not in (DeliveryStatus.SKIPPED, DeliveryStatus.FAILED)


def _say(console: Console, url: str) -> None:
    console.print(f"\n[bold]onboarding-bot demo[/bold]: open [bold]{url}[/bold]\n", soft_wrap=True)
    console.print("You are Ana Ruiz, CSM. Five things to try (click them in the page):\n")
    for number, attempt in enumerate(TRIES, 1):
        console.print(f"  {number}. {attempt['label']:<24} {attempt['text']}", markup=False)
    console.print("\nEverything is local and invented. Ctrl-C stops it.")
