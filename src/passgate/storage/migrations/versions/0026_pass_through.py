"""Which providers may be called as they are, by whom, and what such a call costs at least."""

import sqlalchemy as sa
from alembic import op

revision = "0026_pass_through"
down_revision = "0025_client_keys"
branch_labels = None
depends_on = None

_COLUMNS = ("pass_through", "pass_through_applications", "pass_through_charge")


def upgrade() -> None:
    """Add the columns; nobody may at first."""
    op.add_column("providers", sa.Column(_COLUMNS[0], sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("providers", sa.Column(_COLUMNS[1], sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("providers", sa.Column(_COLUMNS[2], sa.Integer(), nullable=False, server_default="1000"))


def downgrade() -> None:
    """Drop the columns."""
    with op.batch_alter_table("providers") as table:
        for name in _COLUMNS:
            table.drop_column(name)
