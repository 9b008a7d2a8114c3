"""What calls of applications that log it have said."""

import sqlalchemy as sa
from alembic import op

from passgate.storage.columns import UtcDateTime

revision = "0032_call_bodies"
down_revision = "0031_service_certificates"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table, and the application's switch; nobody logs at first."""
    op.create_table(
        "call_bodies",
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("application_id", sa.String(length=40), nullable=False),
        sa.Column("team_id", sa.String(length=40), nullable=False),
        sa.Column("sealed_request", sa.Text(), nullable=False),
        sa.Column("sealed_reply", sa.Text(), nullable=False),
        sa.Column("request_bytes", sa.Integer(), nullable=False),
        sa.Column("reply_bytes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_call_bodies")),
    )
    op.create_index("ix_call_bodies_application_id_started_at", "call_bodies", ["application_id", "started_at"])
    op.add_column("applications", sa.Column("body_log_days", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Drop them; the column in place."""
    op.drop_column("applications", "body_log_days")
    op.drop_index("ix_call_bodies_application_id_started_at", table_name="call_bodies")
    op.drop_table("call_bodies")
