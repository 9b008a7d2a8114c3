"""Asking MCP servers for their tools, on somebody's word and again and again."""

from collections.abc import Iterator
from datetime import timedelta

from passgate.kernel.actor import SYSTEM, Actor
from passgate.kernel.errors import PassgateError
from passgate.publishing.mcp.server_listing import ServerNotListedError, list_tools
from passgate.publishing.mcp.servers import keep_failure, keep_tools, server_address, servers_to_ask
from passgate.storage.work import Storage

EVERY = timedelta(hours=1)
"""How often a published service's server is asked by itself."""


def refresh_tools(storage: Storage, actor: Actor, service_id: str, *, private_addresses: bool) -> None:
    """Ask a service's server, with no unit of work open meanwhile, and note what it has.

    Args:
        storage: to read and write with.
        actor: who wants it.
        service_id: of the service.
        private_addresses: whether the server may be in a private network.

    Raises:
        NotFoundError, ForbiddenError, InvalidInputError, WrongStatusError: see
            :func:`~passgate.publishing.mcp.servers.server_address`.
        ServerNotListedError: the server gave no tools; what was allowed stays so.
    """
    with storage.reading() as work:
        address = server_address(actor, work, service_id)
    try:
        seen = list_tools(address, private_addresses=private_addresses)
    except ServerNotListedError as error:
        with storage.writing() as work:
            keep_failure(actor, work, service_id, error.message)
        raise
    with storage.writing() as work:
        keep_tools(actor, work, service_id, seen)


def refresh_due(storage: Storage, *, private_addresses: bool) -> Iterator[tuple[str, str]]:
    """Ask each server whose hour has come; ids of services, and why it gave no tools (empty: it did)."""
    with storage.reading() as work:
        due = servers_to_ask(work, work.clock.now() - EVERY)
    for service_id in due:
        failure = ""
        try:
            refresh_tools(storage, SYSTEM, service_id, private_addresses=private_addresses)
        except PassgateError as error:
            failure = error.message
        yield service_id, failure
