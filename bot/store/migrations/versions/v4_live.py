"""Pivotal's events wait in an inbox until they are worked off; people follow onboardings."""

import sqlalchemy as sa
from alembic import op

from bot.store.columns import Instant

revision = "v4"
down_revision = "v3"


def upgrade() -> None:
    """Add both tables."""
    op.create_table(
        "inbox",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("type", sa.String, nullable=False),
        sa.Column("record", sa.String, nullable=False),
        sa.Column("received_at", Instant, nullable=False),
        sa.Column("due_at", Instant, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("done_at", Instant),
    )
    op.create_index("inbox_by_due", "inbox", ["done_at", "due_at"])
    op.create_index("inbox_by_record", "inbox", ["record"])
    op.create_index("inbox_by_arrival", "inbox", ["received_at"])
    op.create_table(
        "follows",
        sa.Column("slack_id", sa.String, primary_key=True),
        sa.Column("onboarding_id", sa.String, primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("since", Instant, nullable=False),
        sa.Column("zone", sa.String, nullable=False),
        sa.Column("channel", sa.String),
        sa.Column("ts", sa.String),
        sa.Column("pending", sa.JSON(none_as_null=True)),
        sa.Column("due_at", Instant),
    )
    op.create_index("follows_by_onboarding", "follows", ["onboarding_id"])
    op.create_index("follows_by_due", "follows", ["due_at"])
