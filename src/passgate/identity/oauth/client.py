"""A client as the protocol sees it."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from passgate.identity.models import Application
from passgate.identity.oauth.client_tables import OAuthAudience, OAuthClient, OAuthSecret
from passgate.identity.oauth.grant_types import CODE, DEVICE, GRANTS, OPENID_SCOPES, REFRESH
from passgate.identity.oauth.redirects import is_registered
from passgate.identity.secret_hash import secret_hash
from passgate.identity.service.actors import API_AUDIENCE
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work

COMMAND_LINE = "passgate"
"""The ``client_id`` of Passgate's own command line."""


@dataclass(frozen=True, slots=True)
class Client:
    """A client; the methods are those that Authlib asks for (``ClientMixin``)."""

    id: str
    name: str
    kind: str
    auth_method: str
    team_id: str | None = None
    redirect_uris: tuple[str, ...] = ()
    post_logout_redirect_uris: tuple[str, ...] = ()
    backchannel_logout_uri: str | None = None
    scopes: frozenset[str] = frozenset()
    audiences: frozenset[str] = frozenset()
    jwks: Mapping[str, Any] | None = None
    jwks_uri: str | None = None
    access_token_seconds: int = 3600
    refresh_token_days: int = 30
    grant_types: tuple[str, ...] = ()
    secret_hashes: frozenset[str] = field(default=frozenset(), repr=False)

    @property
    def application_id(self) -> str | None:
        """The application that it is; the command line is none."""
        return None if self.id == COMMAND_LINE else self.id

    @property
    def is_confidential(self) -> bool:
        """Whether it shows by a credential who it is (RFC 6749 section 2.1)."""
        return self.auth_method != "none"

    def get_client_id(self) -> str:
        """Its id."""
        return self.id

    def get_default_redirect_uri(self) -> None:
        """None: a request always names its redirect URI, or a swapped one would go unseen."""

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """The scopes asked for where it may have all of them, otherwise None."""
        wanted = (scope or "").split()
        return " ".join(dict.fromkeys(wanted)) if self.may_have(wanted) else None

    def may_have(self, scopes: list[str]) -> bool:
        """Whether it may have all of these."""
        return all(scope in OPENID_SCOPES or scope in self.scopes for scope in scopes)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Whether a browser may be sent there."""
        return is_registered(redirect_uri, self.redirect_uris, native=self.kind == "native")

    def check_client_secret(self, client_secret: str) -> bool:
        """Whether it is one of its secrets that hold now."""
        given = secret_hash(client_secret)
        # Not `any` over a generator: every secret is compared, whichever fits.
        return True in [hmac.compare_digest(given, known) for known in self.secret_hashes]

    def check_response_type(self, response_type: str) -> bool:
        """Whether it may ask for that at the authorization endpoint."""
        return response_type == "code" and CODE in self.grant_types

    def check_grant_type(self, grant_type: str) -> bool:
        """Whether it may ask for that at the token endpoint."""
        return grant_type in self.grant_types


_FIRST_PARTY = Client(
    id=COMMAND_LINE,
    name="Passgate's command line",
    kind="native",
    auth_method="none",
    scopes=frozenset(Permission),
    audiences=frozenset({API_AUDIENCE}),
    grant_types=(DEVICE, REFRESH),
)

_QUERY = (
    select(
        OAuthClient,
        Application.name,
        Application.team_id,
        OAuthSecret.secret_hash,
        OAuthSecret.expires_at,
        OAuthAudience.audience,
    )
    .join(Application, Application.id == OAuthClient.application_id)
    .outerjoin(OAuthSecret, OAuthSecret.application_id == OAuthClient.application_id)
    .outerjoin(OAuthAudience, OAuthAudience.application_id == OAuthClient.application_id)
    .where(OAuthClient.application_id == bindparam("client_id"), Application.is_active)
)


def find_client(work: Work, client_id: str) -> Client | None:
    """The client of that id, where its application is active and has OAuth settings."""
    if client_id == COMMAND_LINE:
        return _FIRST_PARTY
    rows = work.session.execute(_QUERY, {"client_id": client_id}).all()
    if not rows:
        return None
    row, name, team_id = rows[0][:3]
    now = work.clock.now()
    return Client(
        id=row.application_id,
        name=name,
        kind=row.kind,
        auth_method=row.auth_method,
        team_id=team_id,
        redirect_uris=tuple(row.redirect_uris),
        post_logout_redirect_uris=tuple(row.post_logout_redirect_uris),
        backchannel_logout_uri=row.backchannel_logout_uri,
        scopes=frozenset(row.scopes),
        audiences=frozenset(each.audience for each in rows if each.audience is not None),
        jwks=row.jwks,
        jwks_uri=row.jwks_uri,
        access_token_seconds=row.access_token_seconds,
        refresh_token_days=row.refresh_token_days,
        grant_types=GRANTS[row.kind],
        secret_hashes=frozenset(each.secret_hash for each in rows if _holds(each.secret_hash, each.expires_at, now)),
    )


def _holds(hashed: str | None, expires_at: datetime | None, now: datetime) -> bool:
    return hashed is not None and (expires_at is None or expires_at > now)
