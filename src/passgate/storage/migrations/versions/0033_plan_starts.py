"""When a team took a plan with a lifetime first."""

import sqlalchemy as sa
from alembic import op

from passgate.storage.columns import UtcDateTime

revision = "0033_plan_starts"
down_revision = "0032_call_bodies"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; those who have such a plan began when they subscribed."""
    op.create_table(
        "plan_starts",
        sa.Column("plan_id", sa.String(40), nullable=False),
        sa.Column("service_id", sa.String(40), nullable=False),
        sa.Column("team_id", sa.String(40), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name="fk_plan_starts_plan_id_plans", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name="fk_plan_starts_service_id_services", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name="fk_plan_starts_team_id_teams", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("plan_id", "service_id", "team_id", name="pk_plan_starts"),
    )
    op.create_index("ix_plan_starts_service_id", "plan_starts", ["service_id"])
    op.execute(
        "INSERT INTO plan_starts (plan_id, service_id, team_id, started_at) "
        "SELECT s.plan_id, s.service_id, a.team_id, MIN(COALESCE(s.decided_at, s.created_at)) FROM subscriptions s "
        "JOIN applications a ON a.id = s.application_id JOIN plans p ON p.id = s.plan_id "
        "WHERE p.lifetime_days IS NOT NULL AND s.status IN ('active', 'suspended', 'ended') "
        "GROUP BY s.plan_id, s.service_id, a.team_id"
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("plan_starts")
