"""Limits, and what users and tokens have spent day by day."""

import sqlalchemy as sa
from alembic import op

from passgate.storage import columns

revision = "0011_limits"
down_revision = "0010_audit"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "limits",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("scope", sa.String(length=16), nullable=False),
        sa.Column("target", sa.String(length=40), nullable=False),
        sa.Column("team_id", sa.String(length=40), nullable=True),
        sa.Column("measure", sa.String(length=16), nullable=False),
        sa.Column("window", sa.String(length=16), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_limits")),
    )
    op.create_index("ix_limits_target", "limits", ["scope", "target"])
    op.create_index(op.f("ix_limits_team_id"), "limits", ["team_id"])
    op.create_table(
        "spend_days",
        sa.Column("scope", sa.String(length=16), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("day", columns.UtcDateTime(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "target", "day", name=op.f("pk_spend_days")),
    )
    limited = sa.text("budget IS NOT NULL")
    op.create_index("ix_tokens_budget", "tokens", ["expires_at", "jti"], sqlite_where=limited, postgresql_where=limited)


def downgrade() -> None:
    """Drop the tables."""
    op.drop_index("ix_tokens_budget", table_name="tokens")
    op.drop_table("spend_days")
    op.drop_table("limits")
