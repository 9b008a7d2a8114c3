"""Certificates of services' hosts."""

import sqlalchemy as sa
from alembic import op

from passgate.storage.columns import SealedText, UtcDateTime

revision = "0031_service_certificates"
down_revision = "0030_mcp_servers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "service_certificates",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("service_id", sa.String(40), nullable=False),
        sa.Column("team_id", sa.String(40), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("hosts", sa.JSON(), nullable=False),
        sa.Column("issuer", sa.String(200), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("chain_pem", sa.Text(), nullable=False),
        sa.Column("sealed_key", SealedText(), nullable=False),
        sa.Column("not_before", UtcDateTime(), nullable=False),
        sa.Column("not_after", UtcDateTime(), nullable=False),
        sa.Column("told_days", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(40), nullable=False),
        sa.Column("renewed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name="fk_service_certificates_service_id_services", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_service_certificates"),
    )
    op.create_index("ix_service_certificates_service_id", "service_certificates", ["service_id"])
    op.create_index("ix_service_certificates_not_after", "service_certificates", ["not_after"])
    op.create_index("uq_service_certificates_place", "service_certificates", ["place"], unique=True)


def downgrade() -> None:
    """Drop it."""
    op.drop_table("service_certificates")
