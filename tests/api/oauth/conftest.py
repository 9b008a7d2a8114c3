"""A server on loopback for every test of the protocol."""

from collections.abc import Iterator

import pytest

from oauth_server import OAuthHost, serving_oauth
from passgate.kernel.clock import SystemClock
from passgate.kernel.ids import IdFactory
from passgate.kernel.sealing import Vault
from passgate.storage.engine import open_engine
from passgate.storage.work import Storage


@pytest.fixture
def host(sqlite_url: str, vault: Vault) -> Iterator[OAuthHost]:
    """The server by the real clock, since its peers look at it, too."""
    clock = SystemClock()
    engine = open_engine(sqlite_url)
    with serving_oauth(Storage(engine, clock, IdFactory(clock), vault)) as host:
        yield host
    engine.dispose()
