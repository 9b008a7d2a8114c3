"""Which operations of a service are offered as MCP tools."""

import sqlalchemy as sa
from alembic import op

revision = "0028_mcp_tools"
down_revision = "0027_declared"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    with op.batch_alter_table("services") as table:
        table.add_column(sa.Column("mcp_tools", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    """Drop the column."""
    with op.batch_alter_table("services") as table:
        table.drop_column("mcp_tools")
