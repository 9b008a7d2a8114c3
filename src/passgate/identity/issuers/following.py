"""Keeping up with the keys of issuers: on a schedule, and sooner where tokens come with a key that is not known.

What was fetched last stays in use until something newer is there, so an issuer that is away costs nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from passgate.identity.issuers.discovery import Endpoints, discover
from passgate.identity.issuers.endpoint_url import checked_endpoint
from passgate.identity.issuers.errors import IssuerFetchError
from passgate.identity.issuers.key_set import fetch_keys
from passgate.identity.issuers.models import IdentityProvider, TrustedIssuer
from passgate.storage.work import Work

EVERY = timedelta(minutes=5)
"""A new key comes into force here at most this long after it was published."""
AFTER_FAILURE = timedelta(seconds=30)
AT_MOST_EVERY = timedelta(seconds=10)
"""How often a key that is not known may make us ask, whatever tokens strangers send."""

PROVIDER_ALGORITHMS = ("RS256", "ES256", "ES384", "PS256", "EdDSA")
_DEFAULT_ALGORITHM = "RS256"
"""OpenID Connect Core section 2: what an ID token is signed with unless something else was agreed."""


@dataclass(frozen=True, slots=True)
class Followed:
    """What to look at: a provider or a trusted issuer."""

    kind: type[IdentityProvider] | type[TrustedIssuer]
    id: str
    location: str
    jwks_uri: str | None
    algorithms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """What was found there; a problem where it was nothing."""

    keys: Sequence[dict[str, str]] = ()
    endpoints: Endpoints | None = None
    problem: str | None = None


def due(work: Work, *, unknown_key_seen: bool = False) -> list[Followed]:
    """The issuers whose time to be looked at has come.

    Args:
        work: the unit of work.
        unknown_key_seen: whether a call came with a key that is not known, so that each trusted issuer may have a
            new one.
    """
    now = work.clock.now()
    providers = work.session.scalars(select(IdentityProvider).where(IdentityProvider.is_enabled)).all()
    issuers = work.session.scalars(select(TrustedIssuer).where(TrustedIssuer.is_enabled)).all()
    found = [followed_provider(row) for row in providers if _is_due(row, now)]
    return found + [followed_issuer(row) for row in issuers if _is_due(row, now, at_once=unknown_key_seen)]


def trusts_anybody(work: Work) -> bool:
    """Whether there is a trusted issuer at all."""
    return work.session.scalar(select(TrustedIssuer.id).where(TrustedIssuer.is_enabled).limit(1)) is not None


def due_for(work: Work, provider_id: str) -> Followed | None:
    """A provider whose token came with a key that is not known, unless it was looked at a moment ago."""
    row = work.session.get(IdentityProvider, provider_id)
    if row is None or not _is_due(row, work.clock.now(), at_once=True):
        return None
    return followed_provider(row)


def look_at(followed: Followed) -> Seen:
    """Fetch an issuer's keys, outside of any unit of work, since it may take seconds."""
    try:
        return look_closely_at(followed)
    except IssuerFetchError as error:
        return Seen(problem=error.message)


def look_closely_at(followed: Followed) -> Seen:
    """The same, for somebody who waits for the outcome.

    Raises:
        IssuerFetchError: it is away, or what it says must not be used.
    """
    endpoints = None if followed.jwks_uri else discover(followed.location)
    if endpoints is None:
        return Seen(fetch_keys(_checked(str(followed.jwks_uri), followed.location), followed.algorithms))
    algorithms = followed.algorithms
    if followed.kind is IdentityProvider:
        algorithms = tuple(one for one in PROVIDER_ALGORITHMS if one in endpoints.algorithms) or (_DEFAULT_ALGORITHM,)
    elif endpoints.issuer != followed.location:
        raise IssuerFetchError(f"The discovery document names the issuer {endpoints.issuer}: give it to the letter.")
    return Seen(fetch_keys(endpoints.jwks_uri, algorithms), endpoints)


def note(work: Work, followed: Followed, seen: Seen) -> None:
    """Keep what was seen; a failure keeps what was known."""
    row = work.session.get(followed.kind, followed.id)
    if isinstance(row, IdentityProvider | TrustedIssuer):
        take(work, row, seen)


def take(work: Work, row: IdentityProvider | TrustedIssuer, seen: Seen) -> None:
    """Put what was seen into a row."""
    row.tried_at = work.clock.now()
    row.problem = seen.problem
    if seen.problem is not None:
        return
    row.keys_at = row.tried_at
    if row.keys != list(seen.keys):
        row.keys = list(seen.keys)
    if isinstance(row, IdentityProvider) and seen.endpoints is not None:
        row.endpoints = seen.endpoints.stored()


def followed_provider(row: IdentityProvider) -> Followed:
    """A provider as something to look at."""
    return Followed(IdentityProvider, row.id, row.issuer, None, ())


def followed_issuer(row: TrustedIssuer) -> Followed:
    """A trusted issuer as something to look at."""
    return Followed(TrustedIssuer, row.id, row.issuer, row.jwks_uri, tuple(row.algorithms))


def _is_due(row: IdentityProvider | TrustedIssuer, now: datetime, *, at_once: bool = False) -> bool:
    if row.tried_at is None:
        return True
    pause = AFTER_FAILURE if row.problem else EVERY
    return now - row.tried_at >= (min(pause, AT_MOST_EVERY) if at_once else pause)


def _checked(jwks_uri: str, issuer: str) -> str:
    try:
        return checked_endpoint(jwks_uri, issuer, "jwks_uri")
    except ValueError as error:
        raise IssuerFetchError(str(error), code="invalid_input") from None
