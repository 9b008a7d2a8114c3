"""The figures of each charge, and corrections of prices."""

import sqlalchemy as sa
from alembic import op

from passgate.storage import columns

revision = "0015_ledger"
down_revision = "0014_token_sums"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "repricings",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("since", columns.UtcDateTime(), nullable=False),
        sa.Column("until", columns.UtcDateTime(), nullable=False),
        sa.Column("model", sa.String(length=200), nullable=True),
        sa.Column("provider_id", sa.String(length=40), nullable=True),
        sa.Column("vendor_model", sa.String(length=200), nullable=True),
        sa.Column("price", sa.Text(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("cost_before", sa.BigInteger(), nullable=False),
        sa.Column("cost_after", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repricings")),
    )
    op.create_table(
        "usage_corrections",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("repricing_id", sa.String(length=40), nullable=False),
        sa.Column("started_at", columns.UtcDateTime(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.Column("price_version", sa.Text(), nullable=False),
        sa.Column("unit_prices", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["repricing_id"], ["repricings.id"], name=op.f("fk_usage_corrections_repricing_id_repricings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage_corrections")),
    )
    op.create_index(op.f("ix_usage_corrections_request_id"), "usage_corrections", ["request_id"])
    op.create_index(op.f("ix_usage_corrections_started_at"), "usage_corrections", ["started_at"])
    op.add_column("usages", sa.Column("cache_write_long_tokens", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("usages", sa.Column("images", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("usages", sa.Column("unit_prices", sa.Text(), nullable=True))


def downgrade() -> None:
    """Drop the tables."""
    for name in ("unit_prices", "images", "cache_write_long_tokens"):
        op.drop_column("usages", name)
    op.drop_table("usage_corrections")
    op.drop_table("repricings")
