"""An onboarding that is taken out leaves the number of that write: a walk begun before does not bring it back."""

import sqlalchemy as sa
from alembic import op

from bot.store.columns import Instant

revision = "v14"
down_revision = "v13"


def upgrade() -> None:
    """Of what was taken out before there is no walk under way that still has it."""
    op.create_table(
        "removals",
        sa.Column("onboarding_id", sa.String, primary_key=True),
        sa.Column("written", sa.BigInteger, nullable=False),
        sa.Column("at", Instant, nullable=False),
    )
