"""Which version, revision and route of a service a call belonged to."""

import sqlalchemy as sa
from alembic import op

revision = "0023_call_routes"
down_revision = "0022_alerts"
branch_labels = None
depends_on = None

_COLUMNS = ("version_id", "revision_id", "route_id")


def upgrade() -> None:
    """Add the columns."""
    with op.batch_alter_table("calls") as table:
        for name in _COLUMNS:
            table.add_column(sa.Column(name, sa.Text(), nullable=True))


def downgrade() -> None:
    """Drop the columns."""
    with op.batch_alter_table("calls") as table:
        for name in _COLUMNS:
            table.drop_column(name)
