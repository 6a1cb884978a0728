"""A follow keeps how the onboarding stood when its follower was told last, not what happened since."""

from alembic import op

revision = "v8"
down_revision = "v7"


def upgrade() -> None:
    """What was still to be told is found by comparing."""
    op.drop_column("follows", "pending")
