"""Keys that OAuth clients publish at an address of their own."""

import sqlalchemy as sa
from alembic import op

from passgate.storage import columns

revision = "0025_client_keys"
down_revision = "0024_routing"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the address, and where what is found there is kept."""
    with op.batch_alter_table("oauth_clients") as table:
        table.add_column(sa.Column("jwks_uri", sa.Text(), nullable=True))
    op.create_table(
        "oauth_client_keys",
        sa.Column("application_id", sa.String(length=40), nullable=False),
        sa.Column("keys", sa.JSON(), nullable=False),
        sa.Column("keys_at", columns.UtcDateTime(), nullable=True),
        sa.Column("tried_at", columns.UtcDateTime(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("is_wanted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["applications.id"],
            name=op.f("fk_oauth_client_keys_application_id_applications"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_oauth_client_keys")),
    )


def downgrade() -> None:
    """Remove them."""
    op.drop_table("oauth_client_keys")
    with op.batch_alter_table("oauth_clients") as table:
        table.drop_column("jwks_uri")
