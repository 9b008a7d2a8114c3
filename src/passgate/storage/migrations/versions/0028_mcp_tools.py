"""Which operations of a service are offered as MCP tools."""

import sqlalchemy as sa
from alembic import op

revision = "0028_mcp_tools"
down_revision = "0027_declared"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("services", sa.Column("mcp_tools", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    """Drop the column, in place: a table made anew would take all that refers to its rows along."""
    op.drop_column("services", "mcp_tools")
