"""What applications use of services, by day: budgets of plans count it."""

import sqlalchemy as sa
from alembic import op

from passgate.storage.columns import UtcDateTime

revision = "0034_service_usage"
down_revision = "0033_plan_starts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the column and the table; what was used before stands in the sums of the applications alone."""
    op.add_column("usages", sa.Column("service_id", sa.Text(), nullable=True))
    op.create_table(
        "service_usage_days",
        sa.Column("day", UtcDateTime(), nullable=False),
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("service_id", sa.Text(), nullable=False),
        sa.Column("tokens_in", sa.BigInteger(), nullable=False),
        sa.Column("tokens_out", sa.BigInteger(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "team_id", "application_id", "service_id", name="pk_service_usage_days"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("service_usage_days")
    op.drop_column("usages", "service_id")
