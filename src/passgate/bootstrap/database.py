"""The database as an edge uses it: the node's, with the hooks that publish and wake the nodes."""

from dataclasses import replace
from urllib.parse import urlsplit

from passgate.bootstrap.layout import Folders
from passgate.bootstrap.node_database import AGENT_NOTICE, open_node_storage
from passgate.gateway.notice import LocalNotice, notify_nodes
from passgate.gateway.publication import Publication
from passgate.kernel.own_names import OwnNames
from passgate.settings import Settings
from passgate.storage.work import Storage

_CONNECTIONS = 10
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
"""Names that every gate has, whatever its public URL is."""


def own_names(settings: Settings) -> OwnNames:
    """What no service may be called: at its hosts the console and the API would be gone."""
    known = {urlsplit(settings.base_url).hostname, settings.host.lower()}
    return OwnNames(settings.audience, _LOOPBACK | frozenset(filter(None, known)))


def open_storage(settings: Settings, folders: Folders) -> Storage:
    """Storage of an edge that changes things: each commit publishes what the gate must know, and wakes the nodes.

    Raises:
        MasterKeyError: the master key cannot be used.
    """
    return replace(
        open_node_storage(settings, folders, pool_size=_CONNECTIONS),
        own_names=own_names(settings),
        before_commit=(Publication(issuer=settings.token_issuer, audience=settings.audience), notify_nodes),
        after_commit=(LocalNotice(folders.socket(AGENT_NOTICE)),),
    )
