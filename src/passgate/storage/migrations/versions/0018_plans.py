"""Plans, the life of subscriptions, and notices."""

import sqlalchemy as sa
from alembic import op

from passgate.storage import columns

revision = "0018_plans"
down_revision = "0017_openapi"
branch_labels = None
depends_on = None

_OPEN = sa.text("status IN ('requested', 'active', 'suspended')")
_ACTIVE = sa.text("status = 'active'")
_PAIR = ["service_id", "application_id"]


def upgrade() -> None:
    """Create the tables; subscriptions that are there stay as they are, without a plan."""
    _create_plans()
    _create_notices()
    op.drop_index("uq_subscriptions_active", "subscriptions")
    with op.batch_alter_table("subscriptions") as batch:
        batch.add_column(sa.Column("plan_id", sa.String(length=40), nullable=True))
        batch.add_column(sa.Column("wanted_plan_id", sa.String(length=40), nullable=True))
        batch.add_column(sa.Column("note", sa.Text(), nullable=False, server_default=""))
        batch.add_column(sa.Column("reason", sa.Text(), nullable=False, server_default=""))
        batch.add_column(sa.Column("held_by", sa.String(length=16), nullable=True))
        batch.add_column(sa.Column("decided_at", columns.UtcDateTime(), nullable=True))
        batch.add_column(sa.Column("decided_by", sa.String(length=40), nullable=True))
        batch.add_column(sa.Column("expires_at", columns.UtcDateTime(), nullable=True))
        for name in ("plan_id", "wanted_plan_id"):
            batch.create_foreign_key(batch.f(f"fk_subscriptions_{name}_plans"), "plans", [name], ["id"])
            batch.create_index(batch.f(f"ix_subscriptions_{name}"), [name])
        batch.create_index(batch.f("ix_subscriptions_expires_at"), ["expires_at"])
        batch.create_index("ix_subscriptions_service_id_status", ["service_id", "status"])
    op.create_index(
        "uq_subscriptions_open", "subscriptions", _PAIR, unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
    )
    op.add_column("limits", sa.Column("subscription_id", sa.String(length=40), nullable=True))
    op.create_index(op.f("ix_limits_subscription_id"), "limits", ["subscription_id"])


def downgrade() -> None:
    """Drop the tables, with the subscriptions that an earlier Passgate does not know."""
    op.execute("DELETE FROM limits WHERE subscription_id IS NOT NULL")
    op.drop_index(op.f("ix_limits_subscription_id"), "limits")
    op.drop_column("limits", "subscription_id")
    op.drop_index("uq_subscriptions_open", "subscriptions")
    op.execute("DELETE FROM subscriptions WHERE status NOT IN ('active', 'ended')")
    with op.batch_alter_table("subscriptions") as batch:
        batch.drop_index("ix_subscriptions_service_id_status")
        batch.drop_index(batch.f("ix_subscriptions_expires_at"))
        for name in ("plan_id", "wanted_plan_id"):
            batch.drop_index(batch.f(f"ix_subscriptions_{name}"))
            batch.drop_constraint(batch.f(f"fk_subscriptions_{name}_plans"), type_="foreignkey")
        for name in (
            "expires_at",
            "decided_by",
            "decided_at",
            "held_by",
            "reason",
            "note",
            "wanted_plan_id",
            "plan_id",
        ):
            batch.drop_column(name)
    op.create_index(
        "uq_subscriptions_active", "subscriptions", _PAIR, unique=True, sqlite_where=_ACTIVE, postgresql_where=_ACTIVE
    )
    op.drop_table("notices")
    op.drop_table("plan_services")
    op.drop_table("plans")


def _create_plans() -> None:
    op.create_table(
        "plans",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("team_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("rates", sa.JSON(), nullable=False),
        sa.Column("models", sa.JSON(), nullable=False),
        sa.Column("budget", sa.BigInteger(), nullable=True),
        sa.Column("budget_window", sa.String(length=16), nullable=True),
        sa.Column("needs_approval", sa.Boolean(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("invited_team_ids", sa.JSON(), nullable=False),
        sa.Column("lifetime_days", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_plans_team_id_teams")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plans")),
    )
    op.create_index(op.f("ix_plans_team_id"), "plans", ["team_id"])
    op.create_table(
        "plan_services",
        sa.Column("plan_id", sa.String(length=40), nullable=False),
        sa.Column("service_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plans.id"], name=op.f("fk_plan_services_plan_id_plans"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name=op.f("fk_plan_services_service_id_services"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("plan_id", "service_id", name=op.f("pk_plan_services")),
    )
    op.create_index(op.f("ix_plan_services_service_id"), "plan_services", ["service_id"])


def _create_notices() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("team_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("service_id", sa.String(length=40), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("read_at", columns.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_notices_team_id_teams"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_index(op.f("ix_notices_service_id"), "notices", ["service_id"])
    op.create_index("ix_notices_team_id_id", "notices", ["team_id", "id"])
