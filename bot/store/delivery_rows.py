"""How the ledger's rows are named in SQL, and read from and written to it. The ledger itself is `deliveries.py`."""

from collections.abc import Collection, Mapping
from dataclasses import fields
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement

from bot.domain.records import Claim, Delivery, DeliveryStatus, Said, SaidRow
from bot.store.tables import deliveries

COLUMNS = [deliveries.c[field.name] for field in fields(Delivery)]


def of_slot(subscription_id: str, slot: str) -> ColumnElement[bool]:
    """The row of one slot."""
    return (deliveries.c.subscription_id == subscription_id) & (deliveries.c.slot == slot)


def under(claim: Claim) -> ColumnElement[bool]:
    """The row of a claim, while nobody else has taken it over."""
    return of_slot(claim.subscription_id, claim.slot) & (deliveries.c.token == claim.token)


def in_status(statuses: Collection[DeliveryStatus]) -> ColumnElement[bool]:
    """The rows in one of these statuses."""
    return deliveries.c.status.in_([status.value for status in statuses])


def delivery(row: Mapping[Any, Any]) -> Delivery:
    """A row as the rest of the bot knows it."""
    said = row["said"]
    return Delivery(
        **{
            **row,
            "status": DeliveryStatus(row["status"]),
            "said": None if said is None else decode(said),
        }
    )


def encode(said: Said) -> dict[str, Any]:
    """What a digest said, as JSON."""
    rows = {
        onboarding_id: {
            "title": row.title,
            "phase": row.phase,
            "state": row.state,
            "target": row.target.isoformat() if row.target else None,
            "since": row.since.isoformat(),
            "fired": list(row.fired),
        }
        for onboarding_id, row in said.rows.items()
    }
    return {"rules": said.rules, "rows": rows}


def decode(said: Mapping[str, Any]) -> Said:
    """The same, from JSON of this version or of an older one."""
    rows = {
        onboarding_id: SaidRow(
            title=row["title"],
            phase=row["phase"],
            state=row["state"],
            target=date.fromisoformat(row["target"]) if row["target"] else None,
            since=date.fromisoformat(row["since"]),
            fired=tuple(row.get("fired", ())),  # version 2 did not put them down
        )
        for onboarding_id, row in said["rows"].items()
    }
    return Said(rows=rows, rules=said["rules"])
