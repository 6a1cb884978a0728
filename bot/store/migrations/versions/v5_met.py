"""An onboarding keeps when the bot first met it: whatever it did not see begin has lasted since then at least."""

import sqlalchemy as sa
from alembic import op

from bot.store.columns import Instant

revision = "v5"
down_revision = "v4"


def upgrade() -> None:
    """Add it; what is stored already was known by the time it was written last."""
    op.add_column("onboardings", sa.Column("met_at", Instant))
    op.execute("UPDATE onboardings SET met_at = written_at")
