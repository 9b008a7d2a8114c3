"""Audit, roles and sessions."""

import sqlalchemy as sa
from alembic import op

from passgate.storage import columns

revision = "0010_audit"
down_revision = "0009_issuers"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_REFUSAL = "the audit log is append-only"
_PURGED = "OLD.seq > (SELECT purged_seq FROM audit_chain WHERE id = 1)"


def upgrade() -> None:
    """Create the tables."""
    _create_audit()
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()
    _create_roles()
    _create_scopes()
    _change_sessions()
    with op.batch_alter_table("memberships") as batch_op:
        batch_op.alter_column("role", existing_type=sa.String(20), type_=sa.String(40), existing_nullable=False)
    # Never a copy of users in a batch: SQLite would take the memberships along with the table that is dropped for it.
    op.add_column("users", sa.Column("organisation_role", sa.String(length=40), nullable=True))


def downgrade() -> None:
    """Drop the tables; who holds a custom role looks on."""
    op.execute("UPDATE memberships SET role = 'viewer' WHERE role NOT IN ('owner', 'developer', 'viewer')")
    op.drop_column("users", "organisation_role")
    with op.batch_alter_table("memberships") as batch_op:
        batch_op.alter_column("role", existing_type=sa.String(40), type_=sa.String(20), existing_nullable=False)
    for name in ("previous_hash", "next_hash"):
        op.drop_index(f"ix_browser_sessions_{name}", table_name="browser_sessions")
    for name in ("next_hash", "next_at", "previous_hash", "previous_until", "rotate_at", "idle_seconds"):
        op.drop_column("browser_sessions", name)
    for table in ("scope_grants", "scopes", "application_roles", "roles", "audit_entries", "audit_chain"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_entries_guard")


def _create_audit() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("seq", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("at", columns.UtcDateTime(), nullable=False),
        sa.Column("actor_kind", sa.String(length=16), nullable=False),
        sa.Column("actor_id", sa.String(length=40), nullable=False),
        sa.Column("actor_name", sa.String(length=100), nullable=False),
        sa.Column("via", sa.String(length=40), nullable=False),
        sa.Column("ip", sa.String(length=64), nullable=False),
        sa.Column("request_id", sa.String(length=128), nullable=False),
        sa.Column("act", sa.String(length=80), nullable=False),
        sa.Column("target_kind", sa.String(length=60), nullable=False),
        sa.Column("target_id", sa.String(length=200), nullable=False),
        sa.Column("target_name", sa.String(length=254), nullable=False),
        sa.Column("team_id", sa.String(length=40), nullable=True),
        sa.Column("result", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=100), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_entries")),
    )
    op.create_index(op.f("ix_audit_entries_at"), "audit_entries", ["at"])
    op.create_index(op.f("ix_audit_entries_act"), "audit_entries", ["act"])
    for name in ("actor_id", "target_id", "team_id"):
        op.create_index(f"ix_audit_entries_{name}_seq", "audit_entries", [name, "seq"])
    chain = op.create_table(
        "audit_chain",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("purged_seq", sa.BigInteger(), nullable=False),
        sa.Column("purged_hash", sa.String(length=64), nullable=False),
        sa.Column("sealed_key", columns.SealedText(), nullable=True),
        sa.Column("mac", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_chain")),
    )
    op.bulk_insert(chain, [{"id": 1, "seq": 0, "hash": "", "purged_seq": 0, "purged_hash": "", "mac": ""}])


def _guard_sqlite() -> None:
    op.execute(
        "CREATE TRIGGER audit_entries_update BEFORE UPDATE ON audit_entries "
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
    )
    op.execute(
        f"CREATE TRIGGER audit_entries_delete BEFORE DELETE ON audit_entries WHEN {_PURGED} "
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
    )


def _guard_postgresql() -> None:
    op.execute(
        f"""CREATE FUNCTION audit_entries_guard() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' THEN
                IF NOT ({_PURGED}) THEN RETURN OLD; END IF;
            END IF;
            RAISE EXCEPTION '{_REFUSAL}' USING ERRCODE = 'raise_exception';
        END $$"""
    )
    op.execute(
        "CREATE TRIGGER audit_entries_guard BEFORE UPDATE OR DELETE ON audit_entries "
        "FOR EACH ROW EXECUTE FUNCTION audit_entries_guard()"
    )
    op.execute(
        "CREATE TRIGGER audit_entries_truncate BEFORE TRUNCATE ON audit_entries "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_entries_guard()"
    )


def _create_roles() -> None:
    of_all = sa.text("team_id IS NULL")
    op.create_table(
        "roles",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("team_id", sa.String(length=40), nullable=True),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("permissions", sa.JSON(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_roles_team_id_teams"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roles")),
    )
    op.create_index("uq_roles_team_id_name", "roles", ["team_id", "name"], unique=True)
    op.create_index("uq_roles_name", "roles", ["name"], unique=True, sqlite_where=of_all, postgresql_where=of_all)
    op.create_table(
        "application_roles",
        sa.Column("application_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["applications.id"],
            name=op.f("fk_application_roles_application_id_applications"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("application_id", "name", name=op.f("pk_application_roles")),
    )


def _create_scopes() -> None:
    op.create_table(
        "scopes",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("team_id", sa.String(length=40), nullable=False),
        sa.Column("service_id", sa.String(length=40), nullable=True),
        sa.Column("audience", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_scopes_team_id_teams")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scopes")),
        sa.UniqueConstraint("name", name=op.f("uq_scopes_name")),
    )
    op.create_index(op.f("ix_scopes_team_id"), "scopes", ["team_id"])
    op.create_index(op.f("ix_scopes_service_id"), "scopes", ["service_id"])
    op.create_table(
        "scope_grants",
        sa.Column("scope_id", sa.String(length=40), nullable=False),
        sa.Column("application_id", sa.String(length=40), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["scope_id"], ["scopes.id"], name=op.f("fk_scope_grants_scope_id_scopes"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["applications.id"],
            name=op.f("fk_scope_grants_application_id_applications"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("scope_id", "application_id", name=op.f("pk_scope_grants")),
    )
    op.create_index(op.f("ix_scope_grants_application_id"), "scope_grants", ["application_id"])


def _change_sessions() -> None:
    for column in (
        sa.Column("next_hash", sa.String(length=64), nullable=True),
        sa.Column("next_at", columns.UtcDateTime(), nullable=True),
        sa.Column("previous_hash", sa.String(length=64), nullable=True),
        sa.Column("previous_until", columns.UtcDateTime(), nullable=True),
        sa.Column("rotate_at", columns.UtcDateTime(), nullable=True),
        sa.Column("idle_seconds", sa.Integer(), nullable=False, server_default="43200"),
    ):
        op.add_column("browser_sessions", column)
    op.create_index("ix_browser_sessions_next_hash", "browser_sessions", ["next_hash"], unique=True)
    op.create_index("ix_browser_sessions_previous_hash", "browser_sessions", ["previous_hash"])
