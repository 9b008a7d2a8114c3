"""Versions and revisions of services; every service there is becomes version v1 with one revision."""

import hashlib
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from alembic import op

from passgate.storage import columns

revision = "0016_service_versions"
down_revision = "0015_ledger"
branch_labels = None
depends_on = None

_ID = sa.String(40)
_MOVED = ("access", "upstream_url", "host_header", "timeout_ms", "connect_timeout_ms")
_SERVICES = sa.table(
    "services",
    *(
        sa.column(name, sa.String())
        for name in ("id", "team_id", "base_path", "access", "upstream_url", "host_header", "status", "created_by")
    ),
    sa.column("timeout_ms", sa.Integer()),
    sa.column("connect_timeout_ms", sa.Integer()),
    sa.column("created_at", columns.UtcDateTime()),
    sa.column("published_at", columns.UtcDateTime()),
    sa.column("policies", sa.JSON()),
)
_REFERRING = ("subscriptions", "service_versions", "service_revisions", "service_addresses")
_DEFAULT_PORTS = {"http": 80, "https": 443}


def upgrade() -> None:
    """Create the tables, and move what services had into their first revisions."""
    _add_columns()
    versions, revisions, addresses = _create_versions(), _create_revisions(), _create_addresses()
    _create_smaller_tables()
    for row in op.get_bind().execute(sa.select(_SERVICES)).mappings().all():
        _move(row, versions, revisions, addresses)
    _recreate_services(_alter_services, _REFERRING)
    _widen_roles()


def downgrade() -> None:
    """Back to one upstream a service; what cannot be said so is lost."""
    for column in (
        sa.Column("access", sa.String(16), nullable=False, server_default="subscription"),
        sa.Column("upstream_url", sa.String(500), nullable=False, server_default="http://localhost"),
        sa.Column("host_header", sa.String(255), nullable=True),
        sa.Column("timeout_ms", sa.Integer(), nullable=False, server_default="30000"),
        sa.Column("connect_timeout_ms", sa.Integer(), nullable=False, server_default="2000"),
    ):
        op.add_column("services", column)
    _move_back()
    for table in ("service_secrets", "service_teams", "service_addresses", "service_revisions", "service_versions"):
        op.drop_table(table)
    for name in ("kind", "hosts", "selection", "default_version", "visibility", "tags", "documentation"):
        op.drop_column("services", name)
    for name in ("review_required", "policies"):
        op.drop_column("services", name)
    _recreate_services(_alter_back, ("subscriptions",))


def _add_columns() -> None:
    text = sa.String
    for column in (
        sa.Column("kind", text(16), nullable=False, server_default="rest"),
        sa.Column("hosts", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("selection", text(16), nullable=False, server_default="path"),
        sa.Column("default_version", text(40), nullable=True),
        sa.Column("visibility", text(16), nullable=False, server_default="all_teams"),
        sa.Column("tags", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("documentation", sa.Text(), nullable=False, server_default=""),
        sa.Column("review_required", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("policies", sa.JSON(), nullable=False, server_default="[]"),
    ):
        op.add_column("services", column)


def _create_versions() -> sa.Table:
    table = op.create_table(
        "service_versions",
        sa.Column("id", _ID, nullable=False),
        sa.Column("service_id", _ID, nullable=False),
        sa.Column("team_id", _ID, nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("hosts", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("deprecated_at", columns.UtcDateTime(), nullable=True),
        sa.Column("sunset_at", columns.UtcDateTime(), nullable=True),
        sa.Column("successor", sa.String(40), nullable=True),
        sa.Column("retired_at", columns.UtcDateTime(), nullable=True),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("created_by", _ID, nullable=False),
        sa.Column("published_at", columns.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name=op.f("fk_service_versions_service_id_services"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_versions")),
    )
    op.create_index("uq_service_versions_service_id_name", "service_versions", ["service_id", "name"], unique=True)
    return table


def _create_revisions() -> sa.Table:
    table = op.create_table(
        "service_revisions",
        sa.Column("id", _ID, nullable=False),
        sa.Column("service_id", _ID, nullable=False),
        sa.Column("version_id", _ID, nullable=False),
        sa.Column("team_id", _ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=True),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("created_by", _ID, nullable=False),
        sa.Column("submitted_at", columns.UtcDateTime(), nullable=True),
        sa.Column("submitted_by", _ID, nullable=True),
        sa.Column("reviewed_at", columns.UtcDateTime(), nullable=True),
        sa.Column("reviewed_by", _ID, nullable=True),
        sa.Column("review_note", sa.Text(), nullable=False),
        sa.Column("published_at", columns.UtcDateTime(), nullable=True),
        sa.Column("published_by", _ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name=op.f("fk_service_revisions_service_id_services"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["service_versions.id"],
            name=op.f("fk_service_revisions_version_id_service_versions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_revisions")),
    )
    op.create_index(
        "uq_service_revisions_version_id_number", "service_revisions", ["version_id", "number"], unique=True
    )
    op.create_index(op.f("ix_service_revisions_service_id"), "service_revisions", ["service_id"])
    return table


def _create_addresses() -> sa.Table:
    table = op.create_table(
        "service_addresses",
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("base_path", sa.String(200), nullable=False),
        sa.Column("service_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name=op.f("fk_service_addresses_service_id_services"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("host", "base_path", name=op.f("pk_service_addresses")),
    )
    op.create_index(op.f("ix_service_addresses_service_id"), "service_addresses", ["service_id"])
    return table


def _create_smaller_tables() -> None:
    op.create_table(
        "service_teams",
        sa.Column("service_id", _ID, nullable=False),
        sa.Column("team_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name=op.f("fk_service_teams_service_id_services"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["teams.id"], name=op.f("fk_service_teams_team_id_teams"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("service_id", "team_id", name=op.f("pk_service_teams")),
    )
    op.create_index(op.f("ix_service_teams_team_id"), "service_teams", ["team_id"])
    op.create_table(
        "service_secrets",
        sa.Column("id", _ID, nullable=False),
        sa.Column("service_id", _ID, nullable=False),
        sa.Column("team_id", _ID, nullable=False),
        sa.Column("purpose", sa.String(255), nullable=False),
        sa.Column("sealed_value", columns.SealedText(), nullable=False),
        sa.Column("addresses", sa.JSON(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("created_by", _ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name=op.f("fk_service_secrets_service_id_services"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_secrets")),
    )
    op.create_index(op.f("ix_service_secrets_service_id"), "service_secrets", ["service_id"])


def _move(row: Any, versions: sa.Table, revisions: sa.Table, addresses: sa.Table) -> None:  # noqa: ANN401 - a row
    connection = op.get_bind()
    suffix = row["id"].partition("_")[2] or row["id"]
    status, live = row["status"], row["status"] != "draft"
    shared = {"service_id": row["id"], "team_id": row["team_id"], "created_at": row["created_at"]}
    shared |= {"created_by": row["created_by"], "published_at": row["published_at"]}
    version = {"id": f"ver_{suffix}", "name": "v1", "hosts": [], "status": status}
    # A retired one has no moment of its own; this makes it one of those that come back together.
    retired_at = row["published_at"] or row["created_at"]
    connection.execute(
        versions.insert().values(**shared, **version, retired_at=retired_at if status == "retired" else None)
    )
    definition = _definition_of(row)
    text = json.dumps(definition, sort_keys=True, separators=(",", ":"))
    connection.execute(
        revisions.insert().values(
            **shared,
            id=f"rev_{suffix}",
            version_id=f"ver_{suffix}",
            number=1,
            status="published" if live else "draft",
            weight=100 if live else None,
            definition=definition,
            digest=hashlib.sha256(text.encode()).hexdigest(),
            note="",
            review_note="",
            published_by=row["created_by"] if live else None,
        )
    )
    connection.execute(addresses.insert().values(host="", base_path=row["base_path"], service_id=row["id"]))
    policies = [{"kind": "access", "routes": [], "who": row["access"], "scopes": [], "roles": [], "claims": []}]
    connection.execute(_SERVICES.update().where(_SERVICES.c.id == row["id"]).values(policies=policies))


def _definition_of(row: Any) -> dict[str, Any]:  # noqa: ANN401 - a row
    parts = urlsplit(row["upstream_url"])
    endpoint = {"host": parts.hostname or "", "port": parts.port or _DEFAULT_PORTS[parts.scheme], "weight": 1}
    pool = {
        "name": "default",
        "endpoints": [endpoint],
        "tls": {} if parts.scheme == "https" else None,
        "path_prefix": parts.path,
        "host_header": row["host_header"],
        "connect_timeout_ms": row["connect_timeout_ms"],
    }
    return {"pools": [pool], "policies": [{"kind": "timeout", "total_ms": row["timeout_ms"]}]}


def _recreate_services(alter: Callable[[], None], referring: tuple[str, ...]) -> None:
    """Alter the table; SQLite makes it anew, and would take what refers to its rows along: hence the copies."""
    if op.get_bind().dialect.name == "postgresql":
        alter()
        return
    for table in referring:
        op.execute(f"CREATE TEMPORARY TABLE kept_{table} AS SELECT * FROM {table}")  # noqa: S608 - our own names
    alter()
    for table in referring:
        op.execute(f"INSERT INTO {table} SELECT * FROM kept_{table}")  # noqa: S608 - our own names
        op.execute(f"DROP TABLE kept_{table}")


def _alter_services() -> None:
    op.execute("UPDATE services SET default_version = 'v1'")
    with op.batch_alter_table("services", schema=None) as batch_op:
        batch_op.drop_constraint("uq_services_base_path", type_="unique")
        for name in _MOVED:
            batch_op.drop_column(name)
        batch_op.create_index("ix_services_base_path", ["base_path"])


def _alter_back() -> None:
    with op.batch_alter_table("services", schema=None) as batch_op:
        batch_op.drop_index("ix_services_base_path")
        batch_op.create_unique_constraint("uq_services_base_path", ["base_path"])


def _move_back() -> None:
    connection = op.get_bind()
    services, revisions = (sa.Table(name, sa.MetaData(), autoload_with=connection) for name in _TABLES)
    query = sa.select(services.c.id, services.c.policies, revisions.c.definition).join(
        revisions, revisions.c.service_id == services.c.id
    )
    for row in connection.execute(query.order_by(revisions.c.weight.is_(None).desc(), revisions.c.id)).mappings():
        pool = next(iter(row["definition"].get("pools", ())), None)
        if pool is None:
            continue
        values: dict[str, Any] = _columns_of(pool)
        for policy in (*row["policies"], *row["definition"].get("policies", ())):
            if policy["kind"] == "access" and not policy.get("routes"):
                values["access"] = policy["who"]
            if policy["kind"] == "timeout" and not policy.get("routes"):
                values["timeout_ms"] = policy["total_ms"]
        connection.execute(services.update().where(services.c.id == row["id"]).values(**values))


_TABLES = ("services", "service_revisions")


def _columns_of(pool: dict[str, Any]) -> dict[str, Any]:
    scheme, endpoint = "http" if pool.get("tls") is None else "https", pool["endpoints"][0]
    url = f"{scheme}://{endpoint['host']}:{endpoint['port']}{pool.get('path_prefix', '')}"
    return {
        "upstream_url": url,
        "host_header": pool.get("host_header"),
        "connect_timeout_ms": pool.get("connect_timeout_ms", 2_000),
    }


def _widen_roles() -> None:
    """Who could write services could publish them: roles of an organisation's own keep it."""
    roles = sa.table("roles", sa.column("id", sa.String()), sa.column("permissions", sa.JSON()))
    connection = op.get_bind()
    for row in connection.execute(sa.select(roles)).mappings().all():
        if "service:write" in row["permissions"]:
            wider = [*row["permissions"], "service:publish"]
            connection.execute(roles.update().where(roles.c.id == row["id"]).values(permissions=wider))
