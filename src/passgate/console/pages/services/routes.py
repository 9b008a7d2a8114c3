"""The routes of a revision."""

from collections.abc import Sequence

from passgate.console.components.card import card, card_head
from passgate.console.components.empty import empty
from passgate.console.components.table import Column, Table
from passgate.contracts.published_service import PublishedRoute

_COLUMNS = (
    Column("name", "Route", "main"),
    Column("methods", "Methods", "code"),
    Column("path", "Path", "code"),
    Column("rewrite", "Upstream's path", "code"),
    Column("pool", "Upstream", "code"),
)


def routes_card(routes: Sequence[PublishedRoute]) -> None:
    """The card; routes come from the document, or from the definition as JSON."""
    with card(flush=True):
        card_head("Routes", "Other paths get 404, other methods 405.")
        if not routes:
            empty("link", "All paths", "Every path below the base path goes to the upstream.")
            return
        rows = [
            {
                "id": route.id,
                "name": route.id,
                "methods": " ".join(route.methods) or "any",
                "path": route.path,
                "rewrite": route.rewrite,
                "pool": route.pool,
            }
            for route in routes
        ]
        Table(_COLUMNS, rows, label="Routes", dense=True)
