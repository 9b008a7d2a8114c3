"""Which calls of REST services were answered by what was kept."""

import sqlalchemy as sa
from alembic import op

revision = "0037_cached_calls"
down_revision = "0036_cache_epoch"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the column, by a plain ADD COLUMN; of earlier calls nobody knows it."""
    op.add_column("calls", sa.Column("cached", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("calls", "cached")
