"""What is planned for versions of services, and who wrote at their revisions."""

import sqlalchemy as sa
from alembic import op

from passgate.storage import columns

revision = "0019_service_life"
down_revision = "0018_plans"
branch_labels = None
depends_on = None

_ID = sa.String(40)


def upgrade() -> None:
    """Create the tables."""
    op.add_column("service_revisions", sa.Column("authors", sa.JSON(), nullable=False, server_default="[]"))
    op.create_table(
        "service_schedules",
        sa.Column("id", _ID, nullable=False),
        sa.Column("service_id", _ID, nullable=False),
        sa.Column("version_id", _ID, nullable=False),
        sa.Column("team_id", _ID, nullable=False),
        sa.Column("act", sa.String(16), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("due_at", columns.UtcDateTime(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("done_at", columns.UtcDateTime(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("created_by", _ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name=op.f("fk_service_schedules_service_id_services"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["service_versions.id"],
            name=op.f("fk_service_schedules_version_id_service_versions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_schedules")),
    )
    for name in ("service_id", "version_id", "due_at"):
        op.create_index(op.f(f"ix_service_schedules_{name}"), "service_schedules", [name])


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("service_schedules")
    op.drop_column("service_revisions", "authors")
