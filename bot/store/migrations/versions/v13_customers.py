"""What is stored of a customer is numbered in the order it was written, as it is of an onboarding."""

import sqlalchemy as sa
from alembic import op

revision = "v13"
down_revision = "v12"


def upgrade() -> None:
    """What is stored already was written before all that is numbered."""
    op.add_column("customers", sa.Column("written", sa.BigInteger, nullable=False, server_default="0"))
