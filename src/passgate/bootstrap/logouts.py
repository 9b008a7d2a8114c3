"""Control's thread that tells clients of logouts."""

import logging
from contextlib import AbstractContextManager

from passgate.bootstrap.rounds import rounds
from passgate.identity.oauth.logout_delivery import deliver_notices
from passgate.identity.oauth.protocol import OAuthSite
from passgate.identity.schemas import TokenIssuer
from passgate.settings import Settings
from passgate.storage.work import Storage

_log = logging.getLogger("passgate.oauth")

_ROUND_SECONDS = 1.0


def told_logouts(settings: Settings, storage: Storage) -> AbstractContextManager[None]:
    """Deliver notices of logout while inside; one that is under way at the end, another start sends again."""
    site = OAuthSite(TokenIssuer(settings.token_issuer, settings.audience), settings.base_url)

    def deliver() -> None:
        deliver_notices(storage, site, private_addresses=settings.fetch_private_addresses)

    return rounds(deliver, _ROUND_SECONDS, "logouts", _log)
