"""How often a service's kept answers were purged."""

import sqlalchemy as sa
from alembic import op

revision = "0036_cache_epoch"
down_revision = "0035_own_rates"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the column, by a plain ADD COLUMN."""
    op.add_column("services", sa.Column("cache_epoch", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("services", "cache_epoch")
