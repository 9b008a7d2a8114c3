"""The nodes, and what each has in force."""

from nicegui import ui
from nicegui.page_arguments import PageArguments

from passgate.console.components.banner import banner
from passgate.console.components.card import card
from passgate.console.components.empty import empty
from passgate.console.components.page_header import page_header
from passgate.console.components.table import Column, Row, Table, tag
from passgate.console.components.text import Words, box
from passgate.console.visit import Visit
from passgate.gateway.schemas import NodeView
from passgate.gateway.service import list_nodes

_EVERY_SECONDS = 2.0
_COLUMNS = (
    Column("name", "Node", "main"),
    Column("state", "State", "badge"),
    Column("snapshot", "Snapshot in force"),
    Column("snapshot_at", "Since", "relative"),
    Column("revocations", "Revocations in force"),
    Column("revocation_at", "Since", "relative"),
    Column("seen", "Last seen", "relative"),
)
_STATES = {
    "up to date": tag("Up to date", "good", dot=True),
    "behind": tag("Behind", "warn", dot=True, title="A newer version is on its way."),
    "rejected": tag("Rejected", "bad", dot=True, title="Envoy refused the newest version."),
    "silent": tag("Silent", "bad", dot=True, title="It has not reported for more than 15 seconds."),
}


async def show(visit: Visit, _args: PageArguments) -> None:
    """Build the page; it keeps itself up to date."""
    nodes = await visit.ask(list_nodes)
    page_header(
        "Nodes",
        "Each node runs Envoy and its inference workers. Changes reach all of them within milliseconds; "
        "what a node has in force is shown here.",
    )
    banners = box("pg-stack-s")
    with card(flush=True):
        table = Table(_COLUMNS, [], label="Nodes")
        nothing = box()
        with nothing:
            empty("node", "No node has reported yet", "Start one with `passgate up`; it appears here at once.")

    def put(found: list[NodeView]) -> None:
        table.show([_row(node) for node in found])
        table.set_visibility(bool(found))
        nothing.set_visibility(not found)

    def warn(found: list[NodeView]) -> None:
        with banners.clear():
            for node in found:
                _tell_rejection(node)

    shown = nodes
    put(nodes)
    warn(nodes)

    async def look() -> None:
        nonlocal shown
        found = await visit.ask(list_nodes)
        put(found)
        if [(node.name, node.rejection) for node in found] != [(node.name, node.rejection) for node in shown]:
            warn(found)
        shown = found

    ui.timer(_EVERY_SECONDS, look, immediate=False)


def _row(node: NodeView) -> Row:
    return {
        "id": node.name,
        "name": node.name,
        "state": _STATES[node.state],
        "snapshot": _progress("Version", node.snapshot_version, node.latest_version),
        "snapshot_at": node.snapshot_at.isoformat() if node.snapshot_at else None,
        "revocations": _progress("Up to", node.revocation_seq, node.latest_revocation_seq),
        "revocation_at": node.revocation_at.isoformat() if node.revocation_at else None,
        "seen": node.last_seen_at.isoformat(),
    }


def _progress(word: str, current: int, latest: int) -> str:
    return f"{word} {current:,}" if current >= latest else f"{word} {current:,} of {latest:,}"


def _tell_rejection(node: NodeView) -> None:
    if node.rejection is None:
        return
    title = f"Envoy on {node.name} rejected snapshot {node.rejected_version}"
    text = f"Version {node.snapshot_version} stays in force there: calls go on as before. Envoy's words:"
    with banner(title, text, tone="bad"):
        Words(node.rejection, "pre")
