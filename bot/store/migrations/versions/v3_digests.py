"""Subscriptions learn mentions, quiet and holidays; a delivery keeps its message; what is snoozed has a table."""

import sqlalchemy as sa
from alembic import op

from bot.store.columns import Instant

revision = "v3"
down_revision = "v2"


def upgrade() -> None:
    """Add them; a subscription there is keeps to what it did so far."""
    for column in (
        sa.Column("mentions", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("quiet", sa.Boolean, nullable=False, server_default=sa.true()),
        sa.Column("holidays", sa.String, nullable=False, server_default=""),
        sa.Column("on_holiday", sa.String, nullable=False, server_default="move"),
    ):
        op.add_column("subscriptions", column)
    op.add_column("deliveries", sa.Column("message", sa.JSON(none_as_null=True)))
    op.create_index("deliveries_by_message", "deliveries", ["channel", "ts"])
    op.create_table(
        "snoozes",
        sa.Column("channel", sa.String, primary_key=True),
        sa.Column("onboarding_id", sa.String, primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("until", sa.Date, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("seen", sa.Text, nullable=False),
    )
    op.create_index("snoozes_by_onboarding", "snoozes", ["onboarding_id"])
