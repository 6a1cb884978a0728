"""A salt of this database's own, for the pseudonyms of people who were erased."""

import sqlalchemy as sa
from alembic import op

revision = "v6"
down_revision = "v5"


def upgrade() -> None:
    """Add its table; the salt is made when somebody is first erased."""
    op.create_table(
        "salt",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("value", sa.String, nullable=False),
    )
