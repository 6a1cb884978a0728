"""The snapshot holds what lists, cards and rules use, and no more than that."""

from alembic import op

revision = "v12"
down_revision = "v11"


def upgrade() -> None:
    """When an onboarding was completed, and a customer's status and domain, were never looked at."""
    op.drop_column("onboardings", "completed_at")
    op.drop_column("customers", "status")
    op.drop_column("customers", "domain")
