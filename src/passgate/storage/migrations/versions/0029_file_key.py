"""The key under which the ids of files and batches are sealed."""

import sqlalchemy as sa
from alembic import op

revision = "0029_file_key"
down_revision = "0028_mcp_tools"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table; its row is made with the next snapshot."""
    op.create_table(
        "file_key",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed_key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_key")),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("file_key")
