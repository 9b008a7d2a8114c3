"""Keys that clients publish at their ``jwks_uri`` (RFC 7591 section 2): fetched by a thread, kept, never waited for.

What was fetched last stays in use until something newer is there, so a client's site that is away costs nothing.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from passgate.identity.issuers.errors import IssuerFetchError
from passgate.identity.issuers.following import PROVIDER_ALGORITHMS
from passgate.identity.issuers.key_set import usable_keys, verification_keys
from passgate.identity.models import Application
from passgate.identity.oauth.client_tables import OAuthClient, OAuthClientKeys
from passgate.identity.oauth.schemas import FetchedKeys
from passgate.kernel.fetching import Fetching, FetchRefusedError
from passgate.sdk.strict_json import strict_object
from passgate.sdk.verification_key import VerificationKey
from passgate.storage.work import Storage, Work

EVERY = timedelta(minutes=5)
AT_MOST_EVERY = timedelta(minutes=1)
"""How often a key that is not known, or a failure, makes us ask again."""

SECONDS = 5.0
MOST_BYTES = 128 * 1024
_AT_ONCE = 4
"""One slow site must not keep the others waiting."""
_BATCH = 40


@dataclass(frozen=True, slots=True)
class _Asked:
    application_id: str
    uri: str


@dataclass(frozen=True, slots=True)
class _Seen:
    keys: list[dict[str, str]]
    problem: str | None = None


def known_keys(work: Work, application_id: str, algorithm: str) -> Mapping[str, VerificationKey]:
    """The keys last seen at a client's ``jwks_uri`` that serve an algorithm, by kid."""
    row = work.session.get(OAuthClientKeys, application_id)
    return verification_keys(row.keys, algorithm) if row is not None else {}


def want_keys(work: Work, application_id: str) -> None:
    """Have the thread look again as soon as it may; whoever sends nonsense causes one write a minute at most."""
    row = work.session.get(OAuthClientKeys, application_id)
    if row is not None and not row.is_wanted:
        row.is_wanted = True


def fetched_keys(work: Work, application_id: str) -> FetchedKeys | None:
    """What was seen, for people."""
    row = work.session.get(OAuthClientKeys, application_id)
    if row is None:
        return None
    kids = sorted({key["kid"] for key in row.keys})
    return FetchedKeys(kids, row.keys_at, row.tried_at, row.problem)


def forget_keys(work: Work, application_id: str) -> None:
    """Forget what was seen: the address is another now."""
    row = work.session.get(OAuthClientKeys, application_id)
    if row is not None:
        work.session.delete(row)
        work.session.flush()


def follow_client_keys(storage: Storage, fetching: Fetching) -> int:
    """Look at the addresses that are due; how many. No unit of work is open while a site is waited for."""
    with storage.reading() as work:
        asked = _due(work)
    if not asked:
        return 0
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        seen = list(pool.map(lambda one: _look_at(one, fetching), asked))
    with storage.writing() as work:
        for one, found in zip(asked, seen, strict=True):
            _note(work, one, found)
    return len(asked)


def _due(work: Work) -> list[_Asked]:
    query = (
        select(OAuthClient.application_id, OAuthClient.jwks_uri, OAuthClientKeys)
        .join(Application, Application.id == OAuthClient.application_id)
        .outerjoin(OAuthClientKeys, OAuthClientKeys.application_id == OAuthClient.application_id)
        .where(OAuthClient.jwks_uri.is_not(None), Application.is_active)
        .order_by(OAuthClientKeys.tried_at.is_not(None), OAuthClientKeys.tried_at)
    )
    now = work.clock.now()
    found = [_Asked(client, str(uri)) for client, uri, row in work.session.execute(query) if _is_due(row, now)]
    return found[:_BATCH]


def _is_due(row: OAuthClientKeys | None, now: datetime) -> bool:
    return row is None or _is_old(row, now, AT_MOST_EVERY if row.is_wanted or row.problem else EVERY)


def _is_old(row: OAuthClientKeys, now: datetime, pause: timedelta) -> bool:
    return row.tried_at is None or now - row.tried_at >= pause


def _look_at(asked: _Asked, fetching: Fetching) -> _Seen:
    try:
        return _Seen(usable_keys(strict_object(fetching.text_at(asked.uri).encode()), PROVIDER_ALGORITHMS))
    except (FetchRefusedError, IssuerFetchError) as error:
        return _Seen([], error.message)
    except ValueError:
        return _Seen([], "What stands there is no JSON object.")


def _note(work: Work, asked: _Asked, seen: _Seen) -> None:
    client = work.session.get(OAuthClient, asked.application_id, with_for_update=True)
    if client is None or client.jwks_uri != asked.uri:  # changed meanwhile
        return
    row = work.session.get(OAuthClientKeys, asked.application_id)
    if row is None:
        row = OAuthClientKeys(application_id=asked.application_id, keys=[], keys_at=None)
        work.session.add(row)
    row.tried_at, row.problem, row.is_wanted = work.clock.now(), seen.problem, False
    if seen.problem is None:
        row.keys_at = row.tried_at
        if row.keys != seen.keys:
            row.keys = seen.keys
