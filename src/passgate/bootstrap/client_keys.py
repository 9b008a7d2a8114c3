"""Control's thread that keeps the keys of clients fresh, apart from those of issuers: no client may hold these up."""

import logging
from contextlib import AbstractContextManager

from passgate.bootstrap.rounds import rounds
from passgate.identity.oauth.client_keys import MOST_BYTES, SECONDS, follow_client_keys
from passgate.kernel.fetching import Fetching
from passgate.settings import Settings
from passgate.storage.work import Storage

_log = logging.getLogger("passgate.oauth")

_ROUND_SECONDS = 1.0


def followed_client_keys(settings: Settings, storage: Storage) -> AbstractContextManager[None]:
    """Follow what clients publish at their ``jwks_uri`` while inside."""
    fetching = Fetching(settings.fetch_private_addresses, seconds=SECONDS, most_bytes=MOST_BYTES, redirects=0)

    def follow() -> None:
        follow_client_keys(storage, fetching)

    return rounds(follow, _ROUND_SECONDS, "keys of clients", _log)
