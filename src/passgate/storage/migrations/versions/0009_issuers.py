"""Identity providers and trusted issuers."""

import sqlalchemy as sa
from alembic import op

from passgate.storage import columns

revision = "0009_issuers"
down_revision = "0008_oauth"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    _create_identity_providers()
    _create_external_identities()
    _create_sign_in_states()
    _create_external_sessions()
    _create_trusted_issuers()
    _create_blocked_subjects()


def downgrade() -> None:
    """Drop the tables."""
    for table in (
        "blocked_subjects",
        "trusted_issuers",
        "external_sessions",
        "sign_in_states",
        "external_identities",
        "identity_providers",
    ):
        op.drop_table(table)


def _followed_keys() -> list["sa.Column[object]"]:
    return [
        sa.Column("keys", sa.JSON(), nullable=False),
        sa.Column("keys_at", columns.UtcDateTime(), nullable=True),
        sa.Column("tried_at", columns.UtcDateTime(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
    ]


def _create_identity_providers() -> None:
    op.create_table(
        "identity_providers",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("preset", sa.String(length=20), nullable=False),
        sa.Column("issuer", sa.String(length=500), nullable=False),
        sa.Column("client_id", sa.String(length=255), nullable=False),
        sa.Column("sealed_client_secret", columns.SealedText(), nullable=True),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("endpoints", sa.JSON(), nullable=False),
        sa.Column("groups_claim", sa.String(length=100), nullable=False),
        sa.Column("group_rules", sa.JSON(), nullable=False),
        sa.Column("domains", sa.JSON(), nullable=False),
        sa.Column("trust_email", sa.Boolean(), nullable=False),
        sa.Column("create_users", sa.Boolean(), nullable=False),
        sa.Column("link_users", sa.Boolean(), nullable=False),
        sa.Column("password_off", sa.Boolean(), nullable=False),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        *_followed_keys(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_providers")),
        sa.UniqueConstraint("name", name=op.f("uq_identity_providers_name")),
    )


def _create_external_identities() -> None:
    op.create_table(
        "external_identities",
        sa.Column("provider_id", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("last_sign_in_at", columns.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["provider_id"],
            ["identity_providers.id"],
            name=op.f("fk_external_identities_provider_id_identity_providers"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_external_identities_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("provider_id", "subject", name=op.f("pk_external_identities")),
    )
    op.create_index(op.f("ix_external_identities_user_id"), "external_identities", ["user_id"])


def _create_sign_in_states() -> None:
    op.create_table(
        "sign_in_states",
        sa.Column("state_hash", sa.String(length=64), nullable=False),
        sa.Column("browser_hash", sa.String(length=64), nullable=False),
        sa.Column("provider_id", sa.String(length=40), nullable=False),
        sa.Column("nonce", sa.String(length=80), nullable=False),
        sa.Column("sealed_verifier", columns.SealedText(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("expires_at", columns.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["provider_id"],
            ["identity_providers.id"],
            name=op.f("fk_sign_in_states_provider_id_identity_providers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("state_hash", name=op.f("pk_sign_in_states")),
    )
    op.create_index(op.f("ix_sign_in_states_expires_at"), "sign_in_states", ["expires_at"])


def _create_external_sessions() -> None:
    op.create_table(
        "external_sessions",
        sa.Column("session_id", sa.String(length=40), nullable=False),
        sa.Column("provider_id", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("sid", sa.String(length=255), nullable=True),
        sa.Column("sealed_id_token", columns.SealedText(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["browser_sessions.id"],
            name=op.f("fk_external_sessions_session_id_browser_sessions"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["provider_id"],
            ["identity_providers.id"],
            name=op.f("fk_external_sessions_provider_id_identity_providers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_external_sessions")),
    )
    op.create_index("ix_external_sessions_provider_id_subject", "external_sessions", ["provider_id", "subject"])
    op.create_index("ix_external_sessions_provider_id_sid", "external_sessions", ["provider_id", "sid"])


def _create_trusted_issuers() -> None:
    op.create_table(
        "trusted_issuers",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("issuer", sa.String(length=500), nullable=False),
        sa.Column("jwks_uri", sa.String(length=500), nullable=True),
        sa.Column("audiences", sa.JSON(), nullable=False),
        sa.Column("algorithms", sa.JSON(), nullable=False),
        sa.Column("token_type", sa.String(length=100), nullable=True),
        sa.Column("application_id", sa.String(length=40), nullable=True),
        sa.Column("application_claim", sa.String(length=100), nullable=True),
        sa.Column("applications", sa.JSON(), nullable=False),
        sa.Column("required_claims", sa.JSON(), nullable=False),
        sa.Column("needs_jti", sa.Boolean(), nullable=False),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        *_followed_keys(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trusted_issuers")),
        sa.UniqueConstraint("name", name=op.f("uq_trusted_issuers_name")),
        sa.UniqueConstraint("issuer", name=op.f("uq_trusted_issuers_issuer")),
    )


def _create_blocked_subjects() -> None:
    op.create_table(
        "blocked_subjects",
        sa.Column("issuer_id", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["issuer_id"],
            ["trusted_issuers.id"],
            name=op.f("fk_blocked_subjects_issuer_id_trusted_issuers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("issuer_id", "subject", name=op.f("pk_blocked_subjects")),
    )
