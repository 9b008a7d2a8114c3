"""OpenAPI documents, stored once by their digest, and the teams that brought them in."""

import sqlalchemy as sa
from alembic import op

from passgate.storage import columns

revision = "0017_openapi"
down_revision = "0016_service_versions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "openapi_documents",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("syntax", sa.String(length=8), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_openapi_documents")),
    )
    op.create_table(
        "openapi_document_teams",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("team_id", sa.String(length=40), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["digest"],
            ["openapi_documents.digest"],
            name=op.f("fk_openapi_document_teams_digest_openapi_documents"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["teams.id"], name=op.f("fk_openapi_document_teams_team_id_teams"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("digest", "team_id", name=op.f("pk_openapi_document_teams")),
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("openapi_document_teams")
    op.drop_table("openapi_documents")
