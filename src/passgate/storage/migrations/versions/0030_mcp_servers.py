"""MCP servers behind services: what their tools are, and which were allowed in which form."""

import sqlalchemy as sa
from alembic import op

from passgate.storage.columns import UtcDateTime

revision = "0030_mcp_servers"
down_revision = "0029_file_key"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "mcp_servers",
        sa.Column("service_id", sa.String(40), nullable=False),
        sa.Column("team_id", sa.String(40), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("left_out", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name="fk_mcp_servers_service_id_services", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("service_id", name="pk_mcp_servers"),
    )
    op.create_index("ix_mcp_servers_asked_at", "mcp_servers", ["asked_at"])
    op.create_table(
        "mcp_server_tools",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("service_id", sa.String(40), nullable=False),
        sa.Column("team_id", sa.String(40), nullable=False),
        sa.Column("route", sa.String(64), nullable=False),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("seen", sa.JSON(), nullable=True),
        sa.Column("seen_digest", sa.String(64), nullable=True),
        sa.Column("pinned", sa.JSON(), nullable=True),
        sa.Column("pinned_digest", sa.String(64), nullable=True),
        sa.Column("allowed_at", UtcDateTime(), nullable=True),
        sa.Column("allowed_by", sa.String(40), nullable=True),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name="fk_mcp_server_tools_service_id_services", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_mcp_server_tools"),
    )
    op.create_index("uq_mcp_server_tools_service_id_route", "mcp_server_tools", ["service_id", "route"], unique=True)


def downgrade() -> None:
    """Drop them."""
    op.drop_table("mcp_server_tools")
    op.drop_table("mcp_servers")
