"""Replicas know of each other's work on a digest: whose claim it is, and which day's made it read-only."""

import sqlalchemy as sa
from alembic import op

revision = "v10"
down_revision = "v9"


def upgrade() -> None:
    """What was claimed before, and by an older replica meanwhile, has the empty token."""
    op.add_column("deliveries", sa.Column("token", sa.String, nullable=False, server_default=""))
    op.add_column("deliveries", sa.Column("sealed", sa.Date))
