"""Signing keys: their life."""

import sqlalchemy as sa
from alembic import op

from passgate.storage import columns

revision = "0006_key_lifecycle"
down_revision = "0005_gateway"
branch_labels = None
depends_on = None

_ACTIVE = sa.text("status = 'active'")


def upgrade() -> None:
    """Give keys a life, and room for the longer ids of imported ones."""
    with op.batch_alter_table("signing_keys", schema=None) as batch_op:
        batch_op.alter_column("kid", existing_type=sa.String(40), type_=sa.String(100), existing_nullable=False)
        batch_op.alter_column("sealed_private_jwk", existing_type=columns.SealedText(), nullable=True)
        batch_op.add_column(sa.Column("origin", sa.String(length=16), nullable=False, server_default="made"))
        batch_op.add_column(sa.Column("created_by", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("activated_at", columns.UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("retiring_at", columns.UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("ended_at", columns.UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("ended_by", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("ended_reason", sa.Text(), nullable=True))
    with op.batch_alter_table("signing_keys", schema=None) as batch_op:
        batch_op.alter_column("origin", existing_type=sa.String(16), server_default=None, existing_nullable=False)
    op.execute("UPDATE signing_keys SET activated_at = created_at")
    # Until now a retired key still verified, and no later moment than its making is known.
    op.execute("UPDATE signing_keys SET status = 'retiring', retiring_at = created_at WHERE status = 'retired'")
    op.create_index(
        "uq_signing_keys_active",
        "signing_keys",
        ["algorithm"],
        unique=True,
        sqlite_where=_ACTIVE,
        postgresql_where=_ACTIVE,
    )
    _resize(40, 100)


def downgrade() -> None:
    """Take both back; keys that have ended go, and the others verify."""
    op.drop_index("uq_signing_keys_active", "signing_keys", sqlite_where=_ACTIVE, postgresql_where=_ACTIVE)
    op.execute("DELETE FROM signing_keys WHERE status IN ('retired', 'revoked') OR sealed_private_jwk IS NULL")
    op.execute("UPDATE signing_keys SET status = 'retired' WHERE status != 'active'")
    with op.batch_alter_table("signing_keys", schema=None) as batch_op:
        for name in ("ended_reason", "ended_by", "ended_at", "retiring_at", "activated_at", "created_by", "origin"):
            batch_op.drop_column(name)
        batch_op.alter_column("sealed_private_jwk", existing_type=columns.SealedText(), nullable=False)
        batch_op.alter_column("kid", existing_type=sa.String(100), type_=sa.String(40), existing_nullable=False)
    _resize(100, 40)


def _resize(before: int, after: int) -> None:
    """The two other columns that hold a key's id."""
    with op.batch_alter_table("tokens", schema=None) as batch_op:
        batch_op.alter_column("kid", existing_type=sa.String(before), type_=sa.String(after), existing_nullable=False)
    with op.batch_alter_table("revocations", schema=None, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.alter_column("value", existing_type=sa.String(before), type_=sa.String(after), existing_nullable=False)
