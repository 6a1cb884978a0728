"""Walks of Pivotal's lists by the cheaper plan; what to keep of them is the portfolio's business."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

from bot.domain.phases import Phases
from bot.pivotal import AsyncPivotalApi
from bot.pivotal.errors import NotFound
from bot.pivotal.models import CustomerRow, OnboardingRow

PAGE = 100
"""Records in one answer, at most: https://docs.pivotal.app/api/welcome/pagination"""
CHECKED = 50
"""So many records missing from the lists are asked for one by one; where more are missing, the lists are believed."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a walk of onboardings saw.

    `gone` names what is known to exist no longer; it is None when everything was walked, and then whatever is not
    among the rows is gone.
    """

    rows: dict[str, OnboardingRow]
    gone: frozenset[str] | None = None

    def applied_to(self, known: dict[str, OnboardingRow]) -> dict[str, OnboardingRow]:
        """What is known after the walk, when `known` was known before it."""
        if self.gone is None:
            return self.rows
        rows = {**known, **self.rows}
        for row_id in self.gone:
            rows.pop(row_id, None)
        return rows


def pages(records: int) -> int:
    """How many requests a list of so many records takes."""
    return max(1, ceil(records / PAGE))


def plan(known: Mapping[str, OnboardingRow], *, phases: Phases) -> tuple[str, ...] | None:
    """The open phases to walk one by one, when that takes fewer requests than walking everything; else None."""
    counts = Counter(row.phase for row in known.values())
    unknown = sorted(phase for phase in counts if not phases.known(phase))
    wanted = (*(phase for phase in phases.order if not phases.terminal(phase)), *unknown)
    return wanted if sum(pages(counts[phase]) for phase in wanted) < pages(len(known)) else None


async def onboardings(
    pivotal: AsyncPivotalApi, known: Mapping[str, OnboardingRow], *, phases: Phases, whole: bool
) -> Seen:
    """Walk the onboardings, all of them with `whole`, else by the cheaper plan; raises the client's errors.

    What is still as it was `known` stays the same object.
    """
    wanted = None if whole else plan(known, phases=phases)
    if wanted is None:
        return await _whole(pivotal, known)
    rows = await _of_phases(pivotal, wanted, known)
    missing = [row.id for row in known.values() if row.phase in wanted and row.id not in rows]
    if len(missing) > pages(len(known)):
        return await _whole(pivotal, known)
    return await _ask_for(pivotal, missing, rows)


async def customers(pivotal: AsyncPivotalApi, known: Mapping[str, CustomerRow]) -> dict[str, CustomerRow]:
    """Walk all customers, likewise; raises the client's errors."""
    shared: dict[Any, Any] = {}
    return {row.id: row.lean(shared, known=known.get(row.id)) async for row in pivotal.customers.rows()}


async def _whole(pivotal: AsyncPivotalApi, known: Mapping[str, OnboardingRow]) -> Seen:
    """Walk everything. What a list leaves out while it changes is asked for once before it counts as gone."""
    rows = await _collect(pivotal.onboardings.rows(), known)
    missing = [onboarding_id for onboarding_id in known if onboarding_id not in rows]
    return Seen((await _ask_for(pivotal, missing, rows)).rows if len(missing) <= CHECKED else rows)


async def _of_phases(
    pivotal: AsyncPivotalApi, wanted: tuple[str, ...], known: Mapping[str, OnboardingRow]
) -> dict[str, OnboardingRow]:
    """Walk several phases at once; the first failure ends all of them."""
    try:
        async with asyncio.TaskGroup() as group:
            lists = (pivotal.onboardings.rows(phase=phase) for phase in wanted)
            walks = [group.create_task(_collect(rows, known)) for rows in lists]
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
    rows: dict[str, OnboardingRow] = {}
    for walk in walks:
        for row in walk.result().values():
            _keep_newer(rows, row)
    return rows


async def _ask_for(pivotal: AsyncPivotalApi, missing: list[str], rows: dict[str, OnboardingRow]) -> Seen:
    """Ask for each record that left the open phases: it is closed now, or deleted, or moved while the walk ran."""
    gone = set()
    for onboarding_id in missing:
        try:
            rows[onboarding_id] = slim(await pivotal.onboardings.get(onboarding_id))
        except NotFound:
            gone.add(onboarding_id)
    return Seen(rows, frozenset(gone))


async def _collect(walk: AsyncIterable[OnboardingRow], known: Mapping[str, OnboardingRow]) -> dict[str, OnboardingRow]:
    rows: dict[str, OnboardingRow] = {}
    shared: dict[Any, Any] = {}
    async for row in walk:
        _keep_newer(rows, row.lean(shared, known=known.get(row.id)))
    return rows


def _keep_newer(rows: dict[str, OnboardingRow], row: OnboardingRow) -> None:
    """Of two copies of a record, which a list may hold when it changes during the walk, keep the newer."""
    other = rows.get(row.id)
    if other is None or not (row.updated_at and other.updated_at) or row.updated_at >= other.updated_at:
        rows[row.id] = row


def slim(onboarding: OnboardingRow) -> OnboardingRow:
    """The same record without notes and template: nothing else is kept of it."""
    if type(onboarding) is OnboardingRow:
        return onboarding
    return OnboardingRow.model_construct(**{name: getattr(onboarding, name) for name in OnboardingRow.model_fields})


def slim_customer(customer: CustomerRow) -> CustomerRow:
    """The same customer without revenue and CRM ids: nothing else is kept of it."""
    if type(customer) is CustomerRow:
        return customer
    return CustomerRow.model_construct(**{name: getattr(customer, name) for name in CustomerRow.model_fields})
