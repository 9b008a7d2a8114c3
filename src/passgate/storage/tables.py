"""Whether the database has its tables; apart from the migrations, whose libraries a node's agent need not load."""

from sqlalchemy import Engine, inspect


def has_tables(engine: Engine) -> bool:
    """Whether the database was ever migrated; for processes that start beside the one that migrates."""
    return inspect(engine).has_table("alembic_version")
