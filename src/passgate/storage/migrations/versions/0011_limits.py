"""Limits and budgets."""

revision = "0011_limits"
down_revision = "0010_audit"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""


def downgrade() -> None:
    """Drop the tables."""
