"""Nodes that are gone for good."""

from moving_clock import MovingClock
from passgate.gateway.node_record import NodeRecord
from passgate.gateway.service import forget_nodes, list_nodes
from passgate.kernel.actor import Actor
from passgate.storage.work import Storage


def states(storage: Storage, admin: Actor) -> dict[str, str]:
    with storage.reading() as work:
        return {node.name: node.state for node in list_nodes(admin, work)}


def test_a_node_that_has_been_silent_for_a_week_is_forgotten(
    storage: Storage, admin: Actor, clock: MovingClock
) -> None:
    for name in ("stays", "goes"):
        NodeRecord(storage, name).write(started=True)
    clock.advance(days=7)
    NodeRecord(storage, "stays").write()
    with storage.writing() as work:
        forget_nodes(work)
    assert states(storage, admin) == {"stays": "up to date", "goes": "silent"}
    clock.advance(seconds=1)
    with storage.writing() as work:
        forget_nodes(work)
    assert states(storage, admin) == {"stays": "up to date"}
    NodeRecord(storage, "goes").write()
    assert states(storage, admin) == {"stays": "up to date", "goes": "up to date"}
