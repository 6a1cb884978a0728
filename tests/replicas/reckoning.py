"""What is left when the traffic is over, compared with what Slack and Pivotal saw: all of it once, nothing lost."""

import re
from collections import Counter
from contextlib import suppress
from itertools import pairwise

from sqlalchemy import select

from bot.digests.clock import STUCK, SWEEP
from bot.domain.records import Delivery, DeliveryStatus
from bot.sandbox.slack.messages import Message, flatten
from bot.sandbox.slack.world import BOT
from bot.services.ledger import DELIVERED, unsent
from bot.store.tables import inbox
from tests.processes import until
from tests.replicas.traffic import ELSEWHERE, LABELS, SAFE, Traffic

MADE = ("done", "begun", "unknown")
"""How a row of the audit ends whose change was made, or may have been."""

AT_REST = 2 * (STUCK.total_seconds() + SWEEP)
"""Seconds in which others have seen to all that a killed replica had begun: twice what it takes at most."""


class Reckoning:
    """Each method lists what is not as it should be, in words; nothing when all is well."""

    def __init__(self, traffic: Traffic) -> None:
        self._traffic = traffic
        self._slack, self._pivotal, self._store = traffic.slack, traffic.pivotal, traffic.store

    async def comes_to_rest(self) -> None:
        """Wait until nothing is left that killed replicas had begun; what is left after all, the lists below tell."""

        async def at_rest() -> bool:
            claimed = any(one.status is DeliveryStatus.CLAIMED for one in await self._store.deliveries.unfinished())
            # Given back, a digest has no row for a moment.
            return not claimed and await self._traffic.all_came() and not await self.late_cards()

        with suppress(TimeoutError):
            await until(at_rest, within=AT_REST)

    # What was changed

    def double_writes(self) -> list[str]:
        """Steps that were made twice, or that left one out, by onboarding."""
        odd = []
        for number in self._traffic.pressed:
            moved = self._pivotal.transitions(number)
            writes = [one for one in self._pivotal.patches(number) if one.status == 200]
            if moved != list(SAFE[1 : len(moved) + 1]) or len(writes) != len(moved):
                odd.append(f"#{number}: {moved}, {len(writes)} writes")
        return odd

    async def untold_moves(self) -> list[str]:
        """Writes that no row of the audit tells of, or more than one that says it is done.

        Who was killed before writing has left a row that it began, beside that of who wrote then.
        """
        odd = []
        for number in self._traffic.pressed:
            told = await self._told(number, "advance")
            for phase in map(LABELS.label, self._pivotal.transitions(number)):
                outcomes = [entry.outcome for entry in told if entry.after == phase]
                if not outcomes.count("done") <= 1 <= len(outcomes):
                    odd.append(f"#{number}: {phase}, told {outcomes}")
        return odd

    async def untold_shares(self) -> list[str]:
        """Shared cards that no row of the audit tells of, or more than one; and rows of cards that are not there."""
        odd, cards = [], Counter(number for number, _ in self.cards())
        for number, channel in self._traffic.shared.items():
            told = [row.outcome for row in await self._told(number, "share")]
            if not told.count("done") <= cards[number] <= len(told) <= 1:
                odd.append(f"#{number} in {channel}: {cards[number]} cards, {told}")
        return odd

    async def untold_subscriptions(self) -> list[str]:
        """Channels of which subscription and audit do not agree: each has one of both, or none of either."""
        due = {one.id for one in self._traffic.due}
        there = Counter(one.channel for one in await self._store.subscriptions.all() if one.id not in due)
        rows = await self._store.audit.list(action="subscribe", outcome="done", limit=100_000)
        told = Counter(row.source.rpartition(" ")[2] for row in rows)
        return [
            f"{channel}: {there[channel]} there, told {told[channel]} times"
            for channel in sorted(there | told)
            if (there[channel], told[channel]) != (1, 1)
        ]

    async def lost_subscriptions(self) -> list[str]:
        """What was confirmed and is not there, or is there twice."""
        there = Counter((one.channel, one.kind) for one in await self._store.subscriptions.all())
        return [channel for channel, kind in self._traffic.confirmed.items() if there[channel, kind] != 1]

    async def _told(self, number: int, action: str):
        onboarding_id = self._pivotal.onboarding(number)["id"]
        rows = await self._store.audit.list(onboarding_id=onboarding_id, action=action, limit=500)
        return [row for row in rows if row.outcome in MADE]

    # What Pivotal told

    async def lost_events(self) -> list[str]:
        """Events that Pivotal could not get rid of, or was thanked for and that are not worked off.

        Their ids are kept for a week, each in one row.
        """
        webhooks = self._pivotal.webhooks
        taken = {one.event_id for one in webhooks.deliveries if one.status is not None and one.status // 100 == 2}
        async with self._store.database.reading() as connection:
            kept = {row.id: row.done_at for row in await connection.execute(select(inbox.c.id, inbox.c.done_at))}
        lost = [f"{one.id}: never taken" for one in webhooks.events if one.id not in taken]
        lost += [f"{one}: not kept" for one in taken - kept.keys()]
        return lost + [f"{one}: not worked off" for one, done_at in kept.items() if done_at is None]

    def readings(self) -> tuple[int, int]:
        """How often an event had a record read again, and how many events there were of those that nobody asks for."""
        numbers = {self._pivotal.onboarding(number)["id"]: number for number in ELSEWHERE}
        paths = {f"/onboardings/{one}" for one in (*numbers, *numbers.values())}
        read = sum(one.method == "GET" and one.path in paths for one in self._pivotal.requests)
        return read, sum(one.payload["id"] in numbers for one in self._pivotal.webhooks.events)

    async def remembered_otherwise(self) -> list[str]:
        """Onboardings that the replicas remember otherwise than Pivotal has them."""
        rows, _, _ = await self._store.snapshot.load()
        known = {row.display_id: row.phase for row in rows}
        return [f"#{n}: {known.get(n)}" for n in ELSEWHERE if known.get(n) != self._pivotal.phase_of(n)]

    async def observed_otherwise(self) -> list[str]:
        """Onboardings whose phases were observed twice, in another order, or where there were none.

        What follows so soon that one reading shows both steps is observed as one.
        """
        observed, odd = await self._store.observations.all(), []
        for number in (*self._traffic.pressed, *ELSEWHERE):
            seen = [one for one in observed.get(self._pivotal.onboarding(number)["id"], ()) if one.field == "phase"]
            phases = [one.before for one in seen[:1]] + [one.after for one in seen]
            happened = iter([SAFE[0], *self._pivotal.transitions(number)])
            joined = all(one.after == other.before for one, other in pairwise(seen))
            if not joined or not all(phase in happened for phase in phases):
                odd.append(f"#{number}: {[(one.before, one.after, one.source) for one in seen]}")
        return odd

    # What was posted

    def cards(self) -> list[tuple[int, Message]]:
        """The shared cards, each with the number of its onboarding."""
        places = sorted(set(self._traffic.shared.values()))
        posted = [one for channel in places for one in self._posted(channel) if not one.thread_ts]
        named = [(re.search(r"\*Customer (\d+)\*  ·  #\1\b", one.seen), one) for one in posted]
        return [(int(found.group(1)), one) for found, one in named if found]

    def double_posts(self) -> list[str]:
        """Messages for everyone that say the same in the same place."""
        posted = Counter(
            (one.channel, one.thread_ts, re.sub(r"\s+", " ", one.text))
            for channel in self._slack.workspace.channels
            for one in self._posted(channel)
        )
        return [f"{times} times in {where}: {text[:80]}" for (where, _, text), times in posted.items() if times > 1]

    def refreshes(self) -> Counter[tuple[str, str, str]]:
        """How often each shared card was drawn for each phase: by channel, message, and what it offers next."""
        cards = {(one.channel, one.ts) for _, one in self.cards()}
        return Counter(
            (call.args["channel"], call.args["ts"], offer.group())
            for call in self._slack.calls_of("chat.update")
            if call.ok and (call.args["channel"], call.args["ts"]) in cards
            for offer in [re.search(r"Advance to [\w ]+", flatten(call.args["blocks"]))]
            if offer
        )

    async def late_cards(self) -> list[str]:
        """Shared cards, of those that the bot remembers, that do not show the phase their onboarding is in."""
        late = []
        for number, card in self.cards():
            offer = f"Advance to {LABELS.label(LABELS.next(self._pivotal.phase_of(number)))}"
            known = await self._store.cards.of(self._pivotal.onboarding(number)["id"])
            if card.ts in [one.ts for one in known] and offer not in card.seen:
                late.append(f"#{number}: {card.seen}")
        return late

    async def digests(self) -> Counter[str]:
        """What became of the digests that were due; `odd` where the channel does not agree with the ledger."""
        found: Counter[str] = Counter()
        for one in self._traffic.due:
            rows = await self._store.deliveries.recent(one.id)
            there = [message for message in self._posted(one.channel) if not message.thread_ts]
            fate = _fate(rows[0], len(there)) if len(rows) == 1 else "odd"
            found[fate] += 1
            if fate == "odd":
                found[f"odd: {one.id} {len(there)} {[(row.status, row.reason) for row in rows]}"] += 1
        return found

    def _posted(self, channel: str) -> list[Message]:
        return [one for one in self._slack.messages(channel) if one.user == BOT and not one.ephemeral_to]


def _fate(row: Delivery, posted: int) -> str:
    """What became of a digest whose channel has so many messages."""
    if row.status in DELIVERED and posted == 1:
        return "posted once"
    if row.status is DeliveryStatus.UNCERTAIN and posted <= 1:
        return "to be asked about"
    if row.status is DeliveryStatus.CLAIMED and posted <= (0 if unsent(row) else 1):
        return "not sent yet" if unsent(row) else "on its way"
    return "odd"
