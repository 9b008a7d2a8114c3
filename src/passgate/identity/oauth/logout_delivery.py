"""Telling clients of a logout over the back channel (OpenID Connect Back-Channel Logout 1.0)."""

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from passgate.identity.issuers.errors import IssuerFetchError
from passgate.identity.issuers.fetching import post_form
from passgate.identity.oauth.flow_tables import OAuthLogoutNotice
from passgate.identity.oauth.protocol import OAuthSite
from passgate.identity.service.keys import ensure_signing_key, sign
from passgate.kernel.clock import epoch_seconds
from passgate.storage.work import Storage, Work

_log = logging.getLogger("passgate.oauth")

_TYP = "logout+jwt"
_EVENT = "http://schemas.openid.net/event/backchannel-logout"
_LIFETIME_SECONDS = 120
_BATCH = 50
_ARRIVED = range(200, 300)
_WAITS = (timedelta(seconds=2), timedelta(seconds=30), timedelta(minutes=5), timedelta(hours=1))
"""Before the second attempt, the third, and so on; then it is given up."""
_CLAIMED_FOR = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class _Letter:
    id: str
    uri: str
    token: str


def deliver_notices(storage: Storage, site: OAuthSite, *, private_addresses: bool) -> int:
    """Deliver what is due; how many clients were told. No unit of work is open while a client is waited for.

    Args:
        storage: where the notices wait.
        site: who the server is.
        private_addresses: whether clients in private networks are told: whoever has an application names the address.
    """
    with storage.reading() as work:
        if work.session.scalars(_due(work).limit(1)).first() is None:
            return 0
    with storage.writing() as work:
        rows = work.session.scalars(_due(work).limit(_BATCH).with_for_update(skip_locked=True)).all()
        letters = [_Letter(row.id, row.uri, _logout_token(work, site, row)) for row in rows]
        for row in rows:  # another process leaves them alone meanwhile; were this one killed, they come up again
            row.next_at = work.clock.now() + _CLAIMED_FOR
    told = 0
    for letter in letters:
        outcome = _sent(letter, private_addresses=private_addresses)
        told += outcome is None
        with storage.writing() as work:
            _note(work, letter.id, outcome)
    return told


def _due(work: Work) -> Any:  # noqa: ANN401 - a query of notices
    return select(OAuthLogoutNotice).where(OAuthLogoutNotice.next_at <= work.clock.now()).order_by(OAuthLogoutNotice.id)


def _logout_token(work: Work, site: OAuthSite, row: OAuthLogoutNotice) -> str:
    now = epoch_seconds(work.clock.now())
    claims: dict[str, Any] = {
        "iss": site.issuer.issuer,
        "sub": row.subject,
        "aud": row.client_id,
        "iat": now,
        "exp": now + _LIFETIME_SECONDS,
        "jti": row.id,
        "events": {_EVENT: {}},
    }
    if row.session_id is not None:
        claims["sid"] = row.session_id
    return sign(work, ensure_signing_key(work), _TYP, claims)


def _sent(letter: _Letter, *, private_addresses: bool) -> str | None:
    """Why it did not arrive; None where it did."""
    try:
        reply = post_form(letter.uri, {"logout_token": letter.token}, {}, private_addresses=private_addresses)
    except IssuerFetchError as error:
        return error.message
    return None if reply.status in _ARRIVED else f"The client answered with status {reply.status}."


def _note(work: Work, notice_id: str, outcome: str | None) -> None:
    row = work.session.get_one(OAuthLogoutNotice, notice_id)
    row.attempts += 1
    row.outcome = outcome or "delivered"
    if outcome is None:
        row.next_at = None
    elif row.attempts <= len(_WAITS):
        row.next_at = work.clock.now() + _WAITS[row.attempts - 1]
    else:
        row.next_at = None
        _log.warning("the client %s could not be told of a logout: %s", row.client_id, outcome)
