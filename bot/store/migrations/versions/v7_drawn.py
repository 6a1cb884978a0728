"""A posted card keeps what it shows, and a follow what its follower has been told."""

import sqlalchemy as sa
from alembic import op

revision = "v7"
down_revision = "v6"


def upgrade() -> None:
    """Add both; of what is stored already neither is known."""
    op.add_column("cards", sa.Column("drawn", sa.Text))
    op.add_column("follows", sa.Column("told", sa.JSON(none_as_null=True)))
