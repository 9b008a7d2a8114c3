"""The token registry: kinds, limits, parents and sessions of tokens; templates; rules for lifetimes."""

import sqlalchemy as sa
from alembic import op

from passgate.storage import columns

revision = "0007_token_registry"
down_revision = "0006_key_lifecycle"
branch_labels = None
depends_on = None

_OWNERS = ("application_id", "team_id", "user_id")


def upgrade() -> None:
    """Add columns, lists' indexes and the two tables."""
    _create_templates()
    _create_lifetime_rules()
    with op.batch_alter_table("applications", schema=None) as batch_op:
        batch_op.add_column(sa.Column("user_id", sa.String(length=40), nullable=True))
        batch_op.create_index(batch_op.f("ix_applications_user_id"), ["user_id"], unique=False)
    for owner in _OWNERS:
        op.drop_index(f"ix_tokens_{owner}", table_name="tokens")
    with op.batch_alter_table("tokens", schema=None) as batch_op:
        batch_op.alter_column("audience", existing_type=sa.String(length=200), type_=sa.Text())
        batch_op.add_column(sa.Column("name_folded", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("models", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("services", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("budget", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("rpm", sa.Integer(), nullable=True))
        for name in ("parent_jti", "session_id", "template_id"):
            batch_op.add_column(sa.Column(name, sa.String(length=40), nullable=True))
    op.execute(sa.text("UPDATE tokens SET name_folded = lower(name)"))
    with op.batch_alter_table("tokens", schema=None) as batch_op:
        batch_op.alter_column("name_folded", existing_type=sa.Text(), nullable=False)
    _create_indexes()


def downgrade() -> None:
    """Back to the registry without them."""
    op.drop_table("lifetime_rules")
    op.drop_table("token_templates")
    for name in ("kind", "issued_by", "name_folded", "application_id_expires_at", "parent_jti", "session_id"):
        op.drop_index(f"ix_tokens_{name}", table_name="tokens")
    for name in ("live", "revoked", *_OWNERS):
        op.drop_index(f"ix_tokens_{name}", table_name="tokens")
    with op.batch_alter_table("tokens", schema=None) as batch_op:
        batch_op.alter_column("audience", existing_type=sa.Text(), type_=sa.String(length=200))
        for name in ("name_folded", "models", "services", "budget", "rpm", "parent_jti", "session_id", "template_id"):
            batch_op.drop_column(name)
    for owner in _OWNERS:
        op.create_index(f"ix_tokens_{owner}", "tokens", [owner], unique=False)
    with op.batch_alter_table("applications", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_applications_user_id"))
        batch_op.drop_column("user_id")


def _create_indexes() -> None:
    for name in ("kind", "issued_by", "name_folded"):
        op.create_index(f"ix_tokens_{name}", "tokens", [name, "jti"], unique=False)
    for owner in _OWNERS:
        _index_where(f"ix_tokens_{owner}", f"{owner} IS NOT NULL", owner, "jti")
    _index_where("ix_tokens_application_id_expires_at", "application_id IS NOT NULL", "application_id", "expires_at")
    _index_where("ix_tokens_parent_jti", "parent_jti IS NOT NULL", "parent_jti")
    _index_where("ix_tokens_session_id", "session_id IS NOT NULL", "session_id")
    _index_where("ix_tokens_live", "revoked_at IS NULL", "expires_at", "jti")
    _index_where("ix_tokens_revoked", "revoked_at IS NOT NULL", "jti")


def _index_where(name: str, condition: str, *names: str) -> None:
    where = sa.text(condition)
    op.create_index(name, "tokens", list(names), unique=False, sqlite_where=where, postgresql_where=where)


def _create_templates() -> None:
    op.create_table(
        "token_templates",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("team_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("audiences", sa.JSON(), nullable=False),
        sa.Column("algorithm", sa.String(length=16), nullable=False),
        sa.Column("claims", sa.JSON(), nullable=False),
        sa.Column("sealed_secret", columns.SealedText(), nullable=True),
        sa.Column("lifetime_seconds", sa.Integer(), nullable=True),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token_templates")),
        sa.UniqueConstraint("team_id", "name", name="uq_token_templates_team_id_name"),
    )


def _create_lifetime_rules() -> None:
    op.create_table(
        "lifetime_rules",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("owner", sa.String(length=40), nullable=False),
        sa.Column("default_seconds", sa.Integer(), nullable=True),
        sa.Column("maximum_seconds", sa.Integer(), nullable=True),
        sa.Column("changed_at", columns.UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("kind", "owner", name=op.f("pk_lifetime_rules")),
    )
