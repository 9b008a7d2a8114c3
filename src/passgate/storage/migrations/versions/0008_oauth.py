"""OAuth 2.0 and OpenID Connect."""

import sqlalchemy as sa
from alembic import op

from passgate.storage import columns

revision = "0008_oauth"
down_revision = "0007_token_registry"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    _create_assertions()
    _create_devices()
    _create_grants()
    _create_logout_notices()
    _create_codes()
    _create_grant_tokens()
    _create_refresh_tokens()
    _create_registration_tokens()
    _create_audiences()
    _create_clients()
    _create_consents()
    _create_secrets()


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("oauth_secrets")
    op.drop_table("oauth_consents")
    op.drop_table("oauth_clients")
    op.drop_table("oauth_audiences")
    op.drop_table("oauth_registration_tokens")
    op.drop_table("oauth_refresh_tokens")
    op.drop_table("oauth_grant_tokens")
    op.drop_table("oauth_codes")
    op.drop_table("oauth_logout_notices")
    op.drop_table("oauth_grants")
    op.drop_table("oauth_devices")
    op.drop_table("oauth_assertions")


def _create_assertions() -> None:
    op.create_table(
        "oauth_assertions",
        sa.Column("assertion_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", columns.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("assertion_hash", name=op.f("pk_oauth_assertions")),
    )
    with op.batch_alter_table("oauth_assertions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_oauth_assertions_expires_at"), ["expires_at"], unique=False)


def _create_devices() -> None:
    op.create_table(
        "oauth_devices",
        sa.Column("device_hash", sa.String(length=64), nullable=False),
        sa.Column("user_code", sa.String(length=16), nullable=False),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("audiences", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("grant_id", sa.String(length=40), nullable=True),
        sa.Column("interval_seconds", sa.Integer(), nullable=False),
        sa.Column("polled_at", columns.UtcDateTime(), nullable=True),
        sa.Column("expires_at", columns.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("device_hash", name=op.f("pk_oauth_devices")),
        sa.UniqueConstraint("user_code", name=op.f("uq_oauth_devices_user_code")),
    )
    with op.batch_alter_table("oauth_devices", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_oauth_devices_expires_at"), ["expires_at"], unique=False)


def _create_grants() -> None:
    op.create_table(
        "oauth_grants",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("session_id", sa.String(length=40), nullable=True),
        sa.Column("is_offline", sa.Boolean(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("audiences", sa.JSON(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=True),
        sa.Column("auth_time", columns.UtcDateTime(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("expires_at", columns.UtcDateTime(), nullable=False),
        sa.Column("ended_at", columns.UtcDateTime(), nullable=True),
        sa.Column("ended_reason", sa.String(length=100), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oauth_grants")),
    )
    with op.batch_alter_table("oauth_grants", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_oauth_grants_client_id"), ["client_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_oauth_grants_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_oauth_grants_session_id"), ["session_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_oauth_grants_user_id"), ["user_id"], unique=False)


def _create_logout_notices() -> None:
    op.create_table(
        "oauth_logout_notices",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("session_id", sa.String(length=40), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", columns.UtcDateTime(), nullable=True),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oauth_logout_notices")),
    )
    with op.batch_alter_table("oauth_logout_notices", schema=None) as batch_op:
        batch_op.create_index("ix_oauth_logout_notices_next_at", ["next_at"], unique=False)


def _create_codes() -> None:
    op.create_table(
        "oauth_codes",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("grant_id", sa.String(length=40), nullable=False),
        sa.Column("redirect_uri", sa.Text(), nullable=False),
        sa.Column("code_challenge", sa.String(length=128), nullable=False),
        sa.Column("expires_at", columns.UtcDateTime(), nullable=False),
        sa.Column("used_at", columns.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["grant_id"], ["oauth_grants.id"], name=op.f("fk_oauth_codes_grant_id_oauth_grants"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_oauth_codes")),
    )
    with op.batch_alter_table("oauth_codes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_oauth_codes_grant_id"), ["grant_id"], unique=False)


def _create_grant_tokens() -> None:
    op.create_table(
        "oauth_grant_tokens",
        sa.Column("jti", sa.String(length=40), nullable=False),
        sa.Column("grant_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["grant_id"],
            ["oauth_grants.id"],
            name=op.f("fk_oauth_grant_tokens_grant_id_oauth_grants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("jti", name=op.f("pk_oauth_grant_tokens")),
    )
    with op.batch_alter_table("oauth_grant_tokens", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_oauth_grant_tokens_grant_id"), ["grant_id"], unique=False)


def _create_refresh_tokens() -> None:
    op.create_table(
        "oauth_refresh_tokens",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("grant_id", sa.String(length=40), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("used_at", columns.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["grant_id"],
            ["oauth_grants.id"],
            name=op.f("fk_oauth_refresh_tokens_grant_id_oauth_grants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_oauth_refresh_tokens")),
    )
    with op.batch_alter_table("oauth_refresh_tokens", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_oauth_refresh_tokens_grant_id"), ["grant_id"], unique=False)


def _create_registration_tokens() -> None:
    op.create_table(
        "oauth_registration_tokens",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("team_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("expires_at", columns.UtcDateTime(), nullable=False),
        sa.Column("ended_at", columns.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["team_id"], ["teams.id"], name=op.f("fk_oauth_registration_tokens_team_id_teams"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oauth_registration_tokens")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_oauth_registration_tokens_secret_hash")),
    )
    with op.batch_alter_table("oauth_registration_tokens", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_oauth_registration_tokens_team_id"), ["team_id"], unique=False)


def _create_audiences() -> None:
    op.create_table(
        "oauth_audiences",
        sa.Column("application_id", sa.String(length=40), nullable=False),
        sa.Column("audience", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["applications.id"],
            name=op.f("fk_oauth_audiences_application_id_applications"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("application_id", "audience", name=op.f("pk_oauth_audiences")),
    )
    with op.batch_alter_table("oauth_audiences", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_oauth_audiences_audience"), ["audience"], unique=False)


def _create_clients() -> None:
    op.create_table(
        "oauth_clients",
        sa.Column("application_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("auth_method", sa.String(length=32), nullable=False),
        sa.Column("redirect_uris", sa.JSON(), nullable=False),
        sa.Column("post_logout_redirect_uris", sa.JSON(), nullable=False),
        sa.Column("backchannel_logout_uri", sa.Text(), nullable=True),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("jwks", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("access_token_seconds", sa.Integer(), nullable=False),
        sa.Column("refresh_token_days", sa.Integer(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["applications.id"],
            name=op.f("fk_oauth_clients_application_id_applications"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_oauth_clients")),
    )


def _create_consents() -> None:
    op.create_table(
        "oauth_consents",
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("client_id", sa.String(length=40), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("audiences", sa.JSON(), nullable=False),
        sa.Column("given_at", columns.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["applications.id"],
            name=op.f("fk_oauth_consents_client_id_applications"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_oauth_consents_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "client_id", name=op.f("pk_oauth_consents")),
    )
    with op.batch_alter_table("oauth_consents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_oauth_consents_client_id"), ["client_id"], unique=False)


def _create_secrets() -> None:
    op.create_table(
        "oauth_secrets",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("application_id", sa.String(length=40), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("hint", sa.String(length=8), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("expires_at", columns.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["applications.id"],
            name=op.f("fk_oauth_secrets_application_id_applications"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oauth_secrets")),
    )
    with op.batch_alter_table("oauth_secrets", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_oauth_secrets_application_id"), ["application_id"], unique=False)
