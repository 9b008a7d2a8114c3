"""The database as the processes use it: engine, vault, and the hooks that publish and wake the nodes."""

from urllib.parse import urlsplit

from passgate.bootstrap.layout import Folders
from passgate.bootstrap.node_database import AGENT_NOTICE
from passgate.gateway.notice import LocalNotice, notify_nodes
from passgate.gateway.publication import Publication
from passgate.kernel.clock import SystemClock
from passgate.kernel.ids import IdFactory
from passgate.kernel.own_names import OwnNames
from passgate.settings import Settings
from passgate.storage.engine import open_engine
from passgate.storage.master_key import load_vault
from passgate.storage.work import Storage


def open_storage(settings: Settings, folders: Folders) -> Storage:
    """Storage of an edge that changes things: each commit publishes what the gate must know, and wakes the nodes.

    Raises:
        MasterKeyError: the master key cannot be used.
    """
    clock = SystemClock()
    secret = settings.master_key.get_secret_value() if settings.master_key else None
    return Storage(
        engine=open_engine(settings.sqlalchemy_url),
        clock=clock,
        ids=IdFactory(clock),
        vault=load_vault(folders.data, secret),
        own_names=OwnNames(settings.audience, frozenset(filter(None, [urlsplit(settings.base_url).hostname]))),
        before_commit=(Publication(issuer=settings.token_issuer, audience=settings.audience), notify_nodes),
        after_commit=(LocalNotice(folders.socket(AGENT_NOTICE)),),
    )
