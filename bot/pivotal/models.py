"""What Pivotal's API answers, as frozen pydantic models: unknown fields ignored, unknown enum values kept.

The shapes are those of https://docs.pivotal.app/api (reference, and the guides where the reference is silent).
"""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict


def _calendar_date(value: Any) -> Any:
    """Read `2026-07-15` and `2026-07-15T00:00:00Z` alike: a target date is a date, not an instant."""
    return value[:10] if isinstance(value, str) and len(value) > 10 else value


CalendarDate = Annotated[date, BeforeValidator(_calendar_date)]


class Model(BaseModel):
    """What every answer of the API has in common."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class OnboardingRow(Model):
    """One onboarding as lists, cards and rules need it: no notes, no template."""

    id: str
    display_id: int
    customer_id: str
    phase: str
    state: str
    name: str | None = None
    waiting_on_customer: bool | None = None
    target_launch_date: CalendarDate | None = None
    csm_id: str | None = None
    se_id: str | None = None
    designer_id: str | None = None
    product_ops_id: str | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None


class Onboarding(OnboardingRow):
    """One onboarding, whole."""

    template_id: str | None = None
    notes: str | None = None


class CustomerRow(Model):
    """One customer as lists and look-ups need it: no revenue, no CRM ids."""

    id: str
    display_id: int
    name: str
    slug: str | None = None
    status: str | None = None
    domain: str | None = None
    slack_channel_id: str | None = None
