"""Looks after digests that stand in their channels: notes on a row what was done, and makes an older one read-only."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from weakref import WeakValueDictionary
from zoneinfo import ZoneInfo

import structlog

from bot.delivery import Delivery, NotPosted
from bot.domain import dates
from bot.domain.errors import BotError, cause
from bot.domain.records import Delivery as Row
from bot.domain.records import Subscription
from bot.services.ledger import NOTICE, Ledger
from bot.services.subscriptions import Subscriptions
from bot.views import posted_digest as views

KIND = "kind"
"""Beside the text and the blocks of an open digest: which kind it is, for its subscription may be gone by then."""

MOST_SHOWN = 5
"""Times that one note shows a digest on which others note as well."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Done:
    """What somebody did about an onboarding, in words that follow their name, and when."""

    done: str
    by: str
    at: datetime


class Upkeep:
    """Edits digests in place, which pings nobody. What cannot be edited stays as it is."""

    def __init__(self, subscriptions: Subscriptions, ledger: Ledger, delivery: Delivery) -> None:
        self._subscriptions = subscriptions
        self._ledger = ledger
        self._delivery = delivery
        self._editing: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._waiting: dict[str, set[str]] = defaultdict(set)
        """By message: the onboardings of which something is to be noted."""
        self._newest: dict[str, Done] = {}
        """What is to be noted of each."""

    async def note(self, onboarding_id: str, *, done: str, by: str, at: datetime, channel: str = "") -> None:
        """Note what somebody did about an onboarding on its row of every open digest, or of one channel's.

        `done` reads after a name.
        """
        mine = self._newest[onboarding_id] = Done(done, by, at)
        open_ones = await self._ledger.open_messages()
        here = [one for one in open_ones if channel in ("", one.channel)]
        listing = [one for one in here if one.message and views.lists(one.message, onboarding_id)]
        await asyncio.gather(*(self._noted(one, onboarding_id) for one in listing))
        if self._newest.get(onboarding_id) is mine:
            del self._newest[onboarding_id]

    async def seal(self, subscription: Subscription, *, newer: Row) -> None:
        """Make every older open digest of this kind in the channel read-only, saying of which day the newer one is.

        Of this kind: of the subscription, of one before it that was ended, and those asked for before there was any.
        """
        day = dates.today(newer.claimed_at, subscription.zone)
        for row in await self._ledger.open_messages():
            same = row.subscription_id == subscription.id or (row.message or {}).get(KIND) == subscription.kind
            older = row.claimed_at <= newer.claimed_at and row.slot != newer.slot
            if row.channel == newer.channel and same and older and not row.slot.startswith(NOTICE):
                async with self._editing.setdefault(_key(row), asyncio.Lock()):
                    await self._sealed(row, day)

    async def _sealed(self, row: Row, newer: date) -> None:
        """From the first step on nobody notes anything more; who is about to show a note finds out after it."""
        said = await self._ledger.begin_seal(row, newer=newer)
        if said is None or row.ts is None:
            return
        try:
            await self._delivery.update(row.channel, row.ts, views.sealed(said, newer=newer))
        except NotPosted as error:
            log.info("older digest not edited", subscription=row.subscription_id, slot=row.slot, code=error.code)
        except BotError:
            return  # Slack is away: the next digest seals it.
        await self._ledger.seal(row)

    async def _noted(self, row: Row, onboarding_id: str) -> None:
        """Of a burst of changes the first to have the message takes along the newest of what there is to say."""
        subscription = await self._subscriptions.get(row.subscription_id)
        zone = ZoneInfo(subscription.zone) if subscription else ZoneInfo("UTC")
        key = _key(row)
        self._waiting[key].add(onboarding_id)
        async with self._editing.setdefault(key, asyncio.Lock()):
            waiting = self._waiting.pop(key, set())
            remarks = {
                one: views.Remark(said.done, said.by, said.at.astimezone(zone))
                for one in waiting
                if (said := self._newest.get(one))
            }
            current = await self._ledger.get(row.subscription_id, row.slot) if remarks else None
            if current is None or current.message is None or current.ts is None:
                return
            try:
                await self._delivery.guard(current.channel)
                kept = await self._ledger.amend(
                    current.channel, current.ts, lambda was: {**was, **views.noted(was, remarks).payload()}
                )
                await self._show(current.channel, current.ts, kept)
            except BotError as error:
                log.info("digest row not noted", subscription=row.subscription_id, why=cause(error))

    async def _show(self, channel: str, ts: str, kept: Mapping[str, Any] | None) -> None:
        """Show a digest as it is kept; once more when another replica, which may have been faster, has changed it."""
        for _ in range(MOST_SHOWN):
            if kept is None:
                return
            await self._delivery.update(channel, ts, views.noted(kept, {}))
            now = await self._ledger.of_message(channel, ts)
            if now is not None and now.sealed:
                await self._delivery.update(channel, ts, views.sealed(now.message or kept, newer=now.sealed))
            if now is None or now.sealed or now.message == kept:
                return
            kept = now.message


def _key(row: Row) -> str:
    return f"{row.channel}/{row.ts}"
