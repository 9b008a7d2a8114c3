"""Asking issuers that are to be trusted for their keys, before the unit of work, since it may take seconds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from passgate.declaring.authority_documents import TrustedIssuerDocument
from passgate.declaring.desk import Desk
from passgate.declaring.kinds.trusted_issuers import issuer_id
from passgate.declaring.reading import Reading
from passgate.identity.issuers.errors import IssuerFetchError
from passgate.identity.issuers.following import Followed, look_closely_at
from passgate.identity.issuers.trusted import issuer_to_trust
from passgate.kernel.actor import Actor
from passgate.storage.work import Work


@dataclass(frozen=True, slots=True)
class NewIssuer:
    """An issuer that is not trusted yet."""

    place: str
    """Of its document, for messages."""
    issuer: str
    followed: Followed


def new_issuers(actor: Actor, work: Work, reading: Reading) -> Sequence[NewIssuer]:
    """Whom to ask: issuers that are declared and not trusted yet.

    Raises:
        ForbiddenError: there are some, and the actor is without the permission issuer:write.
    """
    desk, found = Desk(actor, work), []
    for placed in reading.documents:
        given = placed.document
        if isinstance(given, TrustedIssuerDocument) and issuer_id(desk, given.issuer) is None:
            followed = issuer_to_trust(actor, given.issuer, given.jwks_uri, given.algorithms)
            found.append(NewIssuer(placed.place, given.issuer, followed))
    return found


def asked(reading: Reading, issuers: Sequence[NewIssuer]) -> Reading:
    """The reading with what the issuers say.

    Raises:
        IssuerFetchError: one is away, or says what must not be used; names the document.
    """
    seen = {}
    for one in issuers:
        try:
            seen[one.issuer] = look_closely_at(one.followed)
        except IssuerFetchError as error:
            error.message = f"{one.place}, issuer: {error.message}"
            raise
    return replace(reading, seen=seen)
