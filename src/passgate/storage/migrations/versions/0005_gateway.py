"""Snapshots and nodes."""

import sqlalchemy as sa
from alembic import op

from passgate.storage import columns

revision = "0005_gateway"
down_revision = "0004_metering"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    _create_nodes()
    _create_snapshots()


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("snapshots")
    op.drop_table("nodes")


def _create_nodes() -> None:
    op.create_table(
        "nodes",
        sa.Column("name", sa.String(length=63), nullable=False),
        sa.Column("started_at", columns.UtcDateTime(), nullable=False),
        sa.Column("last_seen_at", columns.UtcDateTime(), nullable=False),
        sa.Column("snapshot_version", sa.Integer(), nullable=False),
        sa.Column("snapshot_at", columns.UtcDateTime(), nullable=True),
        sa.Column("revocation_seq", sa.BigInteger(), nullable=False),
        sa.Column("revocation_at", columns.UtcDateTime(), nullable=True),
        sa.Column("rejected_version", sa.Integer(), nullable=True),
        sa.Column("rejection", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_nodes")),
    )


def _create_snapshots() -> None:
    op.create_table(
        "snapshots",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("inference", sa.Text(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_snapshots")),
    )
