"""What workers need of an OpenAPI document."""

import sqlalchemy as sa
from alembic import op

revision = "0019_prepared_documents"
down_revision = "0018_plans"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; a document without it is prepared when it is brought in again."""
    with op.batch_alter_table("openapi_documents") as table:
        table.add_column(sa.Column("prepared", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("openapi_documents") as table:
        table.alter_column("prepared", server_default=None)


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("openapi_documents", "prepared")
