"""Which side of each contradiction or unknown of the public docs the local Pivotal takes; every one can be turned."""

from dataclasses import dataclass
from typing import Literal

PHASES = (
    "before_getting_started",
    "program_design",
    "review",
    "program_buildout",
    "internal_qa",
    "launch",
    "completed",
)
STATES = ("active", "paused", "at_risk", "waiting")
STATUSES = ("onboarding", "active", "at_risk", "churned", "archived")


@dataclass
class Switches:
    """Settable while the server runs; the defaults are the stricter or the machine-read side."""

    phases: tuple[str, ...] = PHASES
    """In order. The product pages let a workspace name its own; the last is terminal, `launch` starts automations."""
    states: tuple[str, ...] = STATES
    """The product pages say active, paused, done; the webhook page active, paused, blocked, completed."""
    statuses: tuple[str, ...] = STATUSES
    default_limit: int = 25
    """The machine-read spec says 25, the pagination page 20."""
    limit_out_of_range: Literal["refuse", "clamp"] = "refuse"
    cursor_on_last_page: bool = False
    """True: the last page that has rows carries a cursor too (`has_more` still decides)."""
    unknown_values: Literal["refuse", "accept"] = "refuse"
    """Whether a phase, state or status outside the known ones may be written."""
    moves: Literal["accept", "refuse_400", "refuse_409"] = "accept"
    """Jumps, steps back, moves out of the last phase and moves while paused."""
    waiting: Literal["linked", "independent"] = "linked"
    """linked: writing state `waiting` sets `waiting_on_customer`, leaving that state clears it."""
    me: Literal["openapi", "test_mode_guide"] = "openapi"
    names: bool = True
    """Whether an onboarding shows a `name`."""
    missing: Literal["missing_field", "invalid_type"] = "missing_field"
    """The code for a required field that is absent: the errors page's example, or Zod's own."""
    replay_status: Literal["stored", "ok"] = "stored"
    """A keyed repeat of a create answers the stored 201, or 200 as the bulk guide says."""
    second_delete: Literal["same", "not_found"] = "same"
    first_contact_primary: bool = True
    """The product page's rule that a customer's first contact becomes primary by itself."""
    events_per_change: Literal["all", "first"] = "all"
    """Whether one change makes every event that fits it (`phase_changed` and `launched`) or the first only."""
    webhook_envelope: Literal["full", "bare"] = "full"
    """bare: the product page's `{id,type,created_at,data}` with `data` being the record."""
    webhook_object: Literal["full", "sample"] = "full"
    """sample: only the fields that the event pages' samples show."""
    ping_on_add: bool = False
    """Whether a new endpoint gets a `webhook.ping`, as the product page says and the reference does not."""
