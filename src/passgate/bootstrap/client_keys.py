"""Control's thread that keeps the keys of clients fresh, apart from those of issuers: no client may hold these up."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from passgate.identity.oauth.client_keys import MOST_BYTES, SECONDS, follow_client_keys
from passgate.kernel.fetching import Fetching
from passgate.settings import Settings
from passgate.storage.work import Storage

_log = logging.getLogger("passgate.oauth")

_PAUSE_SECONDS = 1.0


@contextmanager
def followed_client_keys(settings: Settings, storage: Storage) -> Iterator[None]:
    """Follow what clients publish at their ``jwks_uri`` while inside."""
    ended = threading.Event()
    fetching = Fetching(settings.fetch_private_addresses, seconds=SECONDS, most_bytes=MOST_BYTES, redirects=0)
    thread = threading.Thread(target=_follow, args=(storage, fetching, ended), name="client-keys", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()  # a fetch under way ends with the process


def _follow(storage: Storage, fetching: Fetching, ended: threading.Event) -> None:
    while not ended.wait(_PAUSE_SECONDS):
        try:
            follow_client_keys(storage, fetching)
        except SQLAlchemyError as error:
            _log.warning(
                "keys of clients wait for the database: %s", str(getattr(error, "orig", None) or error).splitlines()[0]
            )
