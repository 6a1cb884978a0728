"""What was seen to change, in words: the log and the messages to followers say it alike."""

from datetime import date

from bot.domain import dates, states
from bot.domain.history import PHASE, STATE, TARGET
from bot.domain.phases import Phases
from bot.domain.records import Directory, Observation
from bot.views import text

FIELDS = {
    PHASE: "Phase",
    STATE: "State",
    TARGET: "Target date",
    "csm_id": "CSM",
    "se_id": "SE",
    "designer_id": "Designer",
    "product_ops_id": "Product ops",
}


def change(seen: Observation, *, phases: Phases, directory: Directory) -> str:
    """`Phase  ·  Review → Program buildout`."""

    def value(raw: str | None) -> str:
        if raw is None:
            return "none"
        if seen.field == PHASE:
            return text.name(phases.label(raw), 60)
        if seen.field == STATE:
            return text.name(states.label(raw), 60)
        if seen.field == TARGET:
            return _day(raw)
        return text.name(directory.name(raw), 60)

    field = FIELDS.get(seen.field, text.name(seen.field, 40))
    return f"{field}  ·  {value(seen.before)} → {value(seen.after)}"


def _day(raw: str) -> str:
    try:
        return dates.full(date.fromisoformat(raw[:10]))
    except ValueError:
        return text.name(raw, 40)
