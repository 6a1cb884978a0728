"""A link between a Pivotal user and a Slack user is guessed or confirmed; those there are were made by admins."""

import sqlalchemy as sa
from alembic import op

revision = "v2"
down_revision = "v1"


def upgrade() -> None:
    """Add what tells the two apart."""
    op.add_column("people", sa.Column("confirmed", sa.Boolean, nullable=False, server_default=sa.true()))
