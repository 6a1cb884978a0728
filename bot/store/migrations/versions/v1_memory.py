"""The first memory: subscriptions, their ledger, claims, audit, people, cards, the snapshot, what was observed."""

import sqlalchemy as sa
from alembic import op

from bot.store.columns import Instant

revision = "v1"
down_revision = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make every table."""
    _digests()
    _people_and_their_acts()
    _portfolio()


def _digests() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("team_id", sa.String, nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("days", sa.String, nullable=False),
        sa.Column("at", sa.Time, nullable=False),
        sa.Column("zone", sa.String, nullable=False),
        sa.Column("creator", sa.String, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("filters", sa.Text, nullable=False),
        sa.Column("paused", sa.Text),
    )
    op.create_index("subscriptions_by_channel", "subscriptions", ["channel"])
    op.create_table(
        "deliveries",
        sa.Column("subscription_id", sa.String, primary_key=True),
        sa.Column("slot", sa.String, primary_key=True),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("claimed_at", Instant, nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("ts", sa.String),
        sa.Column("said", sa.JSON(none_as_null=True)),
        sa.Column("reason", sa.Text),
    )
    op.create_index("deliveries_by_status", "deliveries", ["status"])


def _people_and_their_acts() -> None:
    op.create_table(
        "claims",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("holder", sa.String, nullable=False),
        sa.Column("token", sa.String, nullable=False),
        sa.Column("since", Instant, nullable=False),
        sa.Column("expires_at", Instant),
    )
    op.create_index("claims_by_expiry", "claims", ["expires_at"])
    op.create_table(
        "audit",
        sa.Column("number", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("at", Instant, nullable=False),
        sa.Column("slack_id", sa.String, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("action", sa.String, nullable=False),
        sa.Column("onboarding_id", sa.String),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("before", sa.Text, nullable=False),
        sa.Column("after", sa.Text, nullable=False),
        sa.Column("outcome", sa.String, nullable=False),
        sa.Column("reference", sa.String, nullable=False),
        sa.Column("reason", sa.Text),
    )
    op.create_index("audit_by_onboarding", "audit", ["onboarding_id", "number"])
    op.create_table(
        "people",
        sa.Column("pivotal_id", sa.String, primary_key=True),
        sa.Column("slack_id", sa.String),
        sa.Column("name", sa.Text),
        sa.Column("email", sa.Text),
        sa.Column("learned", sa.String, nullable=False),
    )
    op.create_index("people_by_slack_id", "people", ["slack_id"])
    op.create_table(
        "cards",
        sa.Column("channel", sa.String, primary_key=True),
        sa.Column("ts", sa.String, primary_key=True),
        sa.Column("onboarding_id", sa.String, nullable=False),
        sa.Column("posted_at", Instant, nullable=False),
        sa.Column("shared_by", sa.String, nullable=False),
    )
    op.create_index("cards_by_onboarding", "cards", ["onboarding_id", "posted_at"])


def _portfolio() -> None:
    op.create_table(
        "onboardings",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("display_id", sa.BigInteger, nullable=False),
        sa.Column("customer_id", sa.String, nullable=False),
        sa.Column("phase", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("name", sa.Text),
        sa.Column("waiting_on_customer", sa.Boolean),
        sa.Column("target_launch_date", sa.Date),
        *(sa.Column(f"{role}_id", sa.String) for role in ("csm", "se", "designer", "product_ops")),
        *(sa.Column(f"{event}_at", Instant) for event in ("started", "completed", "created", "updated")),
        sa.Column("written_at", Instant, nullable=False),
    )
    op.create_table(
        "customers",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("display_id", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("slug", sa.Text),
        sa.Column("status", sa.String),
        sa.Column("domain", sa.Text),
        sa.Column("slack_channel_id", sa.String),
    )
    op.create_table(
        "snapshot",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("as_of", Instant, nullable=False),
        sa.Column("full_at", Instant),
        sa.Column("customers_at", Instant),
    )
    op.create_table(
        "observations",
        sa.Column("number", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("onboarding_id", sa.String, nullable=False),
        sa.Column("field", sa.String, nullable=False),
        sa.Column("before", sa.Text),
        sa.Column("after", sa.Text),
        sa.Column("seen_at", Instant, nullable=False),
        sa.Column("source", sa.String, nullable=False),
    )
    op.create_index("observations_by_onboarding", "observations", ["onboarding_id", "number"])
