"""Whether there are tokens that state a rate of their own, so that the gate asks for it only then."""

import sqlalchemy as sa
from alembic import op

from passgate.storage.columns import UtcDateTime

revision = "0035_own_rates"
down_revision = "0034_service_usage"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, with its row where such a token was issued already."""
    op.create_table(
        "own_rates",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_own_rates"),
    )
    rated = "FROM tokens WHERE rpm > 0"
    op.execute(
        f"INSERT INTO own_rates (id, since) SELECT 1, (SELECT min(issued_at) {rated}) WHERE EXISTS (SELECT 1 {rated})"
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("own_rates")
