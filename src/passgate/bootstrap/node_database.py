"""The database as a node's agent uses it. In a file of its own: what publishes weighs fifteen megabytes more."""

from passgate.bootstrap.layout import Folders
from passgate.kernel.clock import SystemClock
from passgate.kernel.ids import IdFactory
from passgate.settings import Settings
from passgate.storage.engine import open_engine
from passgate.storage.master_key import load_vault
from passgate.storage.work import Storage

AGENT_NOTICE = "agent-notice"
"""Of the socket that notices of this machine arrive on."""
_CONNECTIONS = 3


def open_node_storage(settings: Settings, folders: Folders, *, pool_size: int = _CONNECTIONS) -> Storage:
    """Storage of a node's agent, whose own rows (calls, its state) wake nobody.

    Args:
        settings: which database, and the master key.
        folders: where the master key lies, if no setting says it.
        pool_size: connections that are kept.

    Raises:
        MasterKeyError: the master key cannot be used.
    """
    clock = SystemClock()
    secret = settings.master_key.get_secret_value() if settings.master_key else None
    return Storage(
        engine=open_engine(settings.sqlalchemy_url, pool_size=pool_size),
        clock=clock,
        ids=IdFactory(clock),
        vault=load_vault(folders.data, secret),
    )
