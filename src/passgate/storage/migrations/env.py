"""Alembic's entry: runs the migrations on the connection that it is given."""

from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from passgate.storage import columns

config = context.config


def render_item(kind: str, item: object, _context: AutogenContext) -> str | Literal[False]:
    """Our column types by their names; everything else as Alembic has it."""
    if kind == "type" and type(item).__module__ == columns.__name__:
        return f"columns.{type(item).__name__}()"
    return False


context.configure(
    connection=config.attributes["connection"],
    target_metadata=config.attributes.get("metadata"),
    render_as_batch=True,
    render_item=render_item,
    compare_type=True,
)
context.run_migrations()
