"""What was done with tokens: calls and cost, summed."""

import sqlalchemy as sa
from alembic import op

revision = "0014_token_sums"
down_revision = "0013_calls_by_request_id"
branch_labels = None
depends_on = None

_PAID = sa.text("cost > 0")


def upgrade() -> None:
    """Create the table, with the calls that are still kept and all that was spent."""
    op.create_table(
        "token_sums",
        sa.Column("jti", sa.String(length=40), nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("jti", name=op.f("pk_token_sums")),
        sqlite_with_rowid=False,
    )
    op.execute(
        """
        INSERT INTO token_sums (jti, calls, cost)
        SELECT tokens.jti, coalesce(made.calls, 0), coalesce(spent.cost, 0)
        FROM tokens
        LEFT JOIN (
            SELECT jti, count(*) AS calls FROM calls WHERE status <> 401 AND jti IS NOT NULL GROUP BY jti
        ) made ON made.jti = tokens.jti
        LEFT JOIN (
            SELECT target, sum(cost) AS cost FROM spend_days WHERE scope = 'token' GROUP BY target
        ) spent ON spent.target = tokens.jti
        WHERE made.calls IS NOT NULL OR spent.cost IS NOT NULL
        """
    )
    op.create_index("ix_token_sums_cost", "token_sums", ["cost", "jti"], sqlite_where=_PAID, postgresql_where=_PAID)


def downgrade() -> None:
    """Drop it."""
    op.drop_table("token_sums")
