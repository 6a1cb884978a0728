"""Every message posted in a channel is known by its place, so that all of them can be taken back."""

import sqlalchemy as sa
from alembic import op

from bot.store.columns import Instant

revision = "v9"
down_revision = "v8"


def upgrade() -> None:
    """Of what was posted before, the digests are known, without their threads."""
    op.create_table(
        "posts",
        sa.Column("channel", sa.String, primary_key=True),
        sa.Column("ts", sa.String, primary_key=True),
        sa.Column("posted_at", Instant, nullable=False),
    )
    op.execute(
        "INSERT INTO posts SELECT channel, ts, max(claimed_at) FROM deliveries "
        "WHERE ts IS NOT NULL AND channel NOT LIKE 'D%' GROUP BY channel, ts"
    )
