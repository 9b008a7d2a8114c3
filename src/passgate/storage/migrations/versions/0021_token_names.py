"""The names of tokens, once each, by the letters in them."""

import sqlalchemy as sa
from alembic import op

from passgate.storage import columns

revision = "0021_token_names"
down_revision = "0020_prompt_tests"
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_LETTERS = sa.String(3).with_variant(sa.String(3, collation="C"), "postgresql")
_BATCH = 5_000


def upgrade() -> None:
    """Create the tables, and fill them with the names that there are."""
    names = op.create_table(
        "token_names",
        sa.Column("id", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("seen_at", columns.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token_names")),
        sa.UniqueConstraint("name", name=op.f("uq_token_names_name")),
    )
    grams = op.create_table(
        "token_name_grams",
        sa.Column("gram", _LETTERS, nullable=False),
        sa.Column("name_id", _SERIAL, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("gram", "name_id", name=op.f("pk_token_name_grams")),
        sqlite_with_rowid=False,
    )
    connection = op.get_bind()
    connection.execute(
        sa.text(
            "INSERT INTO token_names (name, seen_at) "
            "SELECT name_folded, max(issued_at) FROM tokens GROUP BY name_folded ORDER BY name_folded"
        )
    )
    known = connection.execute(sa.select(names.c.id, names.c.name)).all()
    for start in range(0, len(known), _BATCH):
        some = known[start : start + _BATCH]
        rows = [{"gram": gram, "name_id": name_id} for name_id, name in some for gram in sorted(_grams(name))]
        connection.execute(grams.insert(), rows)


def downgrade() -> None:
    """Drop them."""
    op.drop_table("token_name_grams")
    op.drop_table("token_names")


def _grams(name: str) -> set[str]:
    return {f"{name}\n\n"[at : at + 3] for at in range(len(name))}
