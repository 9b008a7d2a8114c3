"""Marks of what was declared."""

import sqlalchemy as sa
from alembic import op

from passgate.storage import columns

revision = "0027_declared"
down_revision = "0026_pass_through"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "declared_objects",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("object_id", sa.String(length=40), nullable=False),
        sa.Column("set_name", sa.String(length=100), nullable=False),
        sa.Column("declared_at", columns.UtcDateTime(), nullable=False),
        sa.Column("declared_by", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("kind", "object_id", name=op.f("pk_declared_objects")),
    )
    op.create_index(op.f("ix_declared_objects_set_name"), "declared_objects", ["set_name"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("declared_objects")
