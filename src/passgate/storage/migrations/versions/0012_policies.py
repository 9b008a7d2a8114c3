"""Policies of AI calls, and what masking found."""

import sqlalchemy as sa
from alembic import op

from passgate.storage import columns

revision = "0012_policies"
down_revision = "0011_limits"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "ai_policies",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("team_id", sa.String(length=40), nullable=True),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("application_id", sa.String(length=40), nullable=True),
        sa.Column("model", sa.String(length=200), nullable=True),
        sa.Column("cache_seconds", sa.Integer(), nullable=True),
        sa.Column("max_prompt_bytes", sa.Integer(), nullable=True),
        sa.Column("max_output_tokens", sa.Integer(), nullable=True),
        sa.Column("masking", sa.JSON(), nullable=False),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_ai_policies_team_id_teams")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ai_policies")),
    )
    op.create_index(op.f("ix_ai_policies_team_id"), "ai_policies", ["team_id"])
    op.create_table(
        "masking_finds",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("started_at", columns.UtcDateTime(), nullable=False),
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("finds", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_masking_finds")),
    )
    op.create_index(op.f("ix_masking_finds_request_id"), "masking_finds", ["request_id"])
    op.create_index(op.f("ix_masking_finds_started_at"), "masking_finds", ["started_at"])
    op.create_index("ix_masking_finds_team_id_id", "masking_finds", ["team_id", "id"])
    op.add_column("usages", sa.Column("cached", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Drop the tables."""
    op.drop_column("usages", "cached")
    op.drop_table("masking_finds")
    op.drop_table("ai_policies")
