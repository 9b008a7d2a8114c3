"""Calls, usage, hourly sums and the spool's offsets."""

import sqlalchemy as sa
from alembic import op

from passgate.storage import columns

revision = "0004_metering"
down_revision = "0003_publishing"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    _create_call_hours()
    _create_calls()
    _create_spool_files()
    _create_usage_hours()
    _create_usages()


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("usages")
    op.drop_table("usage_hours")
    op.drop_table("spool_files")
    op.drop_table("calls")
    op.drop_table("call_hours")


def _create_call_hours() -> None:
    op.create_table(
        "call_hours",
        sa.Column("hour", columns.UtcDateTime(), nullable=False),
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("service_id", sa.Text(), nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.Column("errors", sa.BigInteger(), nullable=False),
        sa.Column("latency_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hour", "team_id", "application_id", "kind", "service_id", name=op.f("pk_call_hours")),
    )


def _create_calls() -> None:
    op.create_table(
        "calls",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("stream_id", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("started_at", columns.UtcDateTime(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=True),
        sa.Column("path", sa.Text(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("upstream_ms", sa.Integer(), nullable=True),
        sa.Column("bytes_in", sa.BigInteger(), nullable=False),
        sa.Column("bytes_out", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=True),
        sa.Column("team_id", sa.Text(), nullable=True),
        sa.Column("application_id", sa.Text(), nullable=True),
        sa.Column("service_id", sa.Text(), nullable=True),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("jti", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("client_ip", sa.Text(), nullable=True),
        sa.Column("user_agent", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calls")),
        sa.UniqueConstraint("node", "stream_id", name="uq_calls_node_stream_id"),
    )
    with op.batch_alter_table("calls", schema=None) as batch_op:
        batch_op.create_index(
            "ix_calls_application_id",
            ["application_id", "started_at", "id"],
            unique=False,
            sqlite_where=sa.text("application_id IS NOT NULL"),
            postgresql_where=sa.text("application_id IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_calls_model",
            ["model", "started_at", "id"],
            unique=False,
            sqlite_where=sa.text("model IS NOT NULL"),
            postgresql_where=sa.text("model IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_calls_request_id"), ["request_id"], unique=False)
        batch_op.create_index(
            "ix_calls_service_id",
            ["service_id", "started_at", "id"],
            unique=False,
            sqlite_where=sa.text("service_id IS NOT NULL"),
            postgresql_where=sa.text("service_id IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_calls_started_at", ["started_at", "id"], unique=False, sqlite_where=None, postgresql_where=None
        )
        batch_op.create_index(
            "ix_calls_team_id",
            ["team_id", "started_at", "id"],
            unique=False,
            sqlite_where=sa.text("team_id IS NOT NULL"),
            postgresql_where=sa.text("team_id IS NOT NULL"),
        )


def _create_spool_files() -> None:
    op.create_table(
        "spool_files",
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("read_at", columns.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("node", "identity", name=op.f("pk_spool_files")),
    )


def _create_usage_hours() -> None:
    op.create_table(
        "usage_hours",
        sa.Column("hour", columns.UtcDateTime(), nullable=False),
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("provider_id", sa.Text(), nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.Column("errors", sa.BigInteger(), nullable=False),
        sa.Column("latency_ms", sa.BigInteger(), nullable=False),
        sa.Column("tokens_in", sa.BigInteger(), nullable=False),
        sa.Column("tokens_out", sa.BigInteger(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "hour", "team_id", "application_id", "model", "provider_id", name=op.f("pk_usage_hours")
        ),
    )


def _create_usages() -> None:
    op.create_table(
        "usages",
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("started_at", columns.UtcDateTime(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("jti", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("format_in", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("provider_id", sa.Text(), nullable=True),
        sa.Column("vendor", sa.Text(), nullable=True),
        sa.Column("vendor_model", sa.Text(), nullable=True),
        sa.Column("deployment_id", sa.Text(), nullable=True),
        sa.Column("stream", sa.Boolean(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("tokens_in", sa.BigInteger(), nullable=False),
        sa.Column("tokens_out", sa.BigInteger(), nullable=False),
        sa.Column("cached_tokens_in", sa.BigInteger(), nullable=False),
        sa.Column("cache_write_tokens", sa.BigInteger(), nullable=False),
        sa.Column("reasoning_tokens", sa.BigInteger(), nullable=False),
        sa.Column("audio_tokens_in", sa.BigInteger(), nullable=False),
        sa.Column("audio_tokens_out", sa.BigInteger(), nullable=False),
        sa.Column("usage_source", sa.Text(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.Column("price_version", sa.Text(), nullable=True),
        sa.Column("latency_ms", sa.Integer(), nullable=False),
        sa.Column("first_token_ms", sa.Integer(), nullable=True),
        sa.Column("finish_reason", sa.Text(), nullable=True),
        sa.Column("dropped", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_usages")),
    )
    with op.batch_alter_table("usages", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_usages_started_at"), ["started_at"], unique=False)
