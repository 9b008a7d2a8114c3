"""Control's thread that tells clients of logouts."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from passgate.identity.oauth.logout_delivery import deliver_notices
from passgate.identity.oauth.protocol import OAuthSite
from passgate.identity.schemas import TokenIssuer
from passgate.settings import Settings
from passgate.storage.work import Storage

_log = logging.getLogger("passgate.oauth")

_PAUSE_SECONDS = 1.0


@contextmanager
def told_logouts(settings: Settings, storage: Storage) -> Iterator[None]:
    """Deliver notices of logout while inside."""
    ended = threading.Event()
    site = OAuthSite(TokenIssuer(settings.token_issuer, settings.audience), settings.base_url)
    thread = threading.Thread(target=_follow, args=(storage, site, ended), name="logouts", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()  # a letter under way ends with the process; another start sends it again


def _follow(storage: Storage, site: OAuthSite, ended: threading.Event) -> None:
    while not ended.wait(_PAUSE_SECONDS):
        try:
            deliver_notices(storage, site)
        except SQLAlchemyError as error:
            _log.warning(
                "logouts wait for the database: %s", str(getattr(error, "orig", None) or error).splitlines()[0]
            )
