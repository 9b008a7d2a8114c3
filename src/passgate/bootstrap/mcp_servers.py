"""The thread of control that asks MCP servers for their tools again and again, so that a changed one is noticed."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from passgate.publishing.mcp.refreshing import refresh_due
from passgate.settings import Settings
from passgate.storage.work import Storage

_log = logging.getLogger("passgate.services")

_ROUND_SECONDS = 60.0


@contextmanager
def watched_servers(settings: Settings, storage: Storage) -> Iterator[None]:
    """Ask those whose time has come while inside."""
    ended = threading.Event()
    given = (storage, ended, settings.fetch_private_addresses)
    thread = threading.Thread(target=_follow, args=given, name="mcp-servers", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()  # a round under way ends with the process


def _follow(storage: Storage, ended: threading.Event, private_addresses: bool) -> None:  # noqa: FBT001 - a thread's argument
    while not ended.wait(_ROUND_SECONDS):
        try:
            for service_id, failure in refresh_due(storage, private_addresses=private_addresses):
                _log.info("MCP server of service %s: %s", service_id, failure or "asked for its tools")
        except SQLAlchemyError as error:
            _log.warning("MCP servers wait: %s", str(getattr(error, "orig", None) or error).splitlines()[0])
