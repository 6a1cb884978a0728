"""What is stored of an onboarding is numbered in the order it was written: no clock says any more what is newer."""

import sqlalchemy as sa
from alembic import op

revision = "v11"
down_revision = "v10"


def upgrade() -> None:
    """What is stored already was written before all that is numbered; the count begins where nothing was walked too."""
    op.add_column("onboardings", sa.Column("written", sa.BigInteger, nullable=False, server_default="0"))
    op.drop_column("onboardings", "written_at")
    with op.batch_alter_table("snapshot") as table:
        table.alter_column("as_of", nullable=True)
        table.add_column(sa.Column("written", sa.BigInteger, nullable=False, server_default="0"))
