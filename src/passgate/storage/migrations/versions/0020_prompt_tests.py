"""Runs of prompts' tests."""

import sqlalchemy as sa
from alembic import op

from passgate.storage import columns

revision = "0020_prompt_tests"
down_revision = "0019_service_life"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "prompt_test_runs",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("revision_id", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("passed", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("results", sa.JSON(), nullable=False),
        sa.Column("ran_at", columns.UtcDateTime(), nullable=False),
        sa.Column("ran_by", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["revision_id"],
            ["service_revisions.id"],
            name=op.f("fk_prompt_test_runs_revision_id_service_revisions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prompt_test_runs")),
    )
    op.create_index(op.f("ix_prompt_test_runs_revision_id"), "prompt_test_runs", ["revision_id"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("prompt_test_runs")
