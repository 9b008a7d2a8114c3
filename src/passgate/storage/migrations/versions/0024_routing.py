"""How calls find a deployment: strategies, fallbacks, further keys, further names; and what was tried."""

import sqlalchemy as sa
from alembic import op

from passgate.storage import columns

revision = "0024_routing"
down_revision = "0023_call_routes"
branch_labels = None
depends_on = None

_UNIQUE = "uq_deployments_model_id"


def upgrade() -> None:
    """Create tables and columns."""
    op.create_table(
        "provider_keys",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("provider_id", sa.String(length=40), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=False),
        sa.Column("sealed_key", columns.SealedText(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["providers.id"], name=op.f("fk_provider_keys_provider_id_providers"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_keys")),
        sa.UniqueConstraint("provider_id", "label", name=op.f("uq_provider_keys_provider_id")),
    )
    op.create_table(
        "model_aliases",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("model_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["model_id"], ["models.id"], name=op.f("fk_model_aliases_model_id_models"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_model_aliases")),
    )
    op.create_index(op.f("ix_model_aliases_model_id"), "model_aliases", ["model_id"])
    _add_rules()
    op.add_column("usages", sa.Column("chosen_by", sa.Text(), nullable=True))
    op.add_column("usages", sa.Column("answered_model", sa.Text(), nullable=True))
    op.add_column("usages", sa.Column("key", sa.Text(), nullable=True))
    op.add_column("usages", sa.Column("tried", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("nodes", sa.Column("routing", sa.JSON(), nullable=False, server_default="[]"))


def _add_rules() -> None:
    op.add_column("models", sa.Column("strategy", sa.String(length=16), nullable=False, server_default="weighted"))
    op.add_column("models", sa.Column("sticky", sa.String(length=16), nullable=True))
    op.add_column("models", sa.Column("retries", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("models", sa.Column("time_limits", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("models", sa.Column("fallbacks", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("deployments") as batch_op:
        batch_op.add_column(sa.Column("region", sa.String(length=64), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("key_id", sa.String(length=40), nullable=False, server_default=""))
        batch_op.drop_constraint(_UNIQUE, type_="unique")
        batch_op.create_unique_constraint(_UNIQUE, ["model_id", "provider_id", "vendor_model", "region", "key_id"])


def downgrade() -> None:
    """Drop them; of deployments that differ in region or key alone, one is kept."""
    op.drop_column("nodes", "routing")
    for name in ("tried", "key", "answered_model", "chosen_by"):
        op.drop_column("usages", name)
    op.execute(
        "DELETE FROM deployments WHERE id NOT IN"
        " (SELECT MIN(id) FROM deployments GROUP BY model_id, provider_id, vendor_model)"
    )
    with op.batch_alter_table("deployments") as batch_op:
        batch_op.drop_constraint(_UNIQUE, type_="unique")
        batch_op.create_unique_constraint(_UNIQUE, ["model_id", "provider_id", "vendor_model"])
        batch_op.drop_column("key_id")
        batch_op.drop_column("region")
    for name in ("fallbacks", "time_limits", "retries", "sticky", "strategy"):
        op.drop_column("models", name)
    op.drop_index(op.f("ix_model_aliases_model_id"), table_name="model_aliases")
    op.drop_table("model_aliases")
    op.drop_table("provider_keys")
