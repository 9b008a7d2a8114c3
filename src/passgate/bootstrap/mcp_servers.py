"""The thread of control that asks MCP servers for their tools again and again, so that a changed one is noticed."""

import logging
from contextlib import AbstractContextManager

from passgate.bootstrap.rounds import rounds
from passgate.publishing.mcp.refreshing import refresh_due
from passgate.settings import Settings
from passgate.storage.work import Storage

_log = logging.getLogger("passgate.services")

_ROUND_SECONDS = 60.0


def watched_servers(settings: Settings, storage: Storage) -> AbstractContextManager[None]:
    """Ask those whose time has come while inside."""

    def ask() -> None:
        for service_id, failure in refresh_due(storage, private_addresses=settings.fetch_private_addresses):
            _log.info("MCP server of service %s: %s", service_id, failure or "asked for its tools")

    return rounds(ask, _ROUND_SECONDS, "MCP servers", _log)
