"""What a new or changed onboarding entails: defaults, dates set by the phase, the waiting pair, refused moves.

The public docs leave most of this open; the switches say which side is taken.
See https://docs.pivotal.app/api/guides/onboarding-phases.
"""

from bot.sandbox.pivotal.refusals import Refusal
from bot.sandbox.pivotal.switches import Switches
from bot.sandbox.pivotal.table import Record

AUTOMATED = "launch"
"""The phase whose entry starts Pivotal's automations."""


def defaults(values: Record, *, customer: Record, started: str, last: str) -> Record:
    """Fill up what a new onboarding was not given; `last` is the terminal phase."""
    usual = {
        "phase": "before_getting_started",
        "state": "active",
        "started_at": started,
        "completed_at": started if values.get("phase") == last else None,
        "waiting_on_customer": values.get("state") == "waiting",
        "name": f"{customer['name'][:280]} onboarding",
    }
    return usual | values | {"customer_id": customer["id"]}


def entail(record: Record, values: Record, *, now: str, switches: Switches) -> None:
    """Add to `values` what follows from them."""
    state = values.get("state", record["state"])
    if switches.waiting == "linked" and state != record["state"] and "waiting" in (state, record["state"]):
        values.setdefault("waiting_on_customer", state == "waiting")
    if values.get("phase", record["phase"]) != record["phase"]:
        values["completed_at"] = now if values["phase"] == switches.phases[-1] else None


def refuse(record: Record, values: Record, *, switches: Switches) -> None:
    """Refuse a phase move that the switches forbid; by default every move is taken, as the docs name no rule."""
    old, new = record["phase"], values.get("phase", record["phase"])
    if switches.moves == "accept" or old == new:
        return
    status = 400 if switches.moves == "refuse_400" else 409
    if record["state"] == "paused" and values.get("state", "paused") == "paused":
        raise Refusal(status, "onboarding_paused", "A paused onboarding cannot change phase.", "phase")
    order = switches.phases
    if old in order and new in order and order.index(new) != order.index(old) + 1:
        raise Refusal(status, "invalid_transition", f"Cannot move from '{old}' to '{new}'.", "phase")
