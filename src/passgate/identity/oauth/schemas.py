"""What the management of OAuth takes in and gives out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from passgate.identity.issuers.endpoint_url import checked_url
from passgate.identity.oauth.client_tables import OAuthRegistrationToken, OAuthSecret
from passgate.identity.oauth.grant_types import METHODS, AuthMethod, ClientKind
from passgate.identity.oauth.redirects import checked_redirect
from passgate.identity.schemas import Audience, Scope
from passgate.kernel.given import Input
from passgate.kernel.text import Line
from passgate.sdk.verification_key import KeyUnusableError, usable_keys_of_jwks

_MOST_KEYS = 10

Uri = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]


def _key_set(value: dict[str, Any]) -> dict[str, Any]:
    try:
        usable = usable_keys_of_jwks(value)
    except KeyUnusableError as error:
        raise ValueError(str(error)) from None
    if not usable or len(value["keys"]) > _MOST_KEYS:
        raise ValueError(f"a JWK Set has 1 to {_MOST_KEYS} public keys with kid and alg")
    if any("d" in key for key in value["keys"]):
        raise ValueError("only public keys: a private one (with d) must not leave its owner")
    return value


KeySet = Annotated[dict[str, Any], AfterValidator(_key_set)]
KeysUri = Annotated[Uri, AfterValidator(lambda value: checked_url(value, query=True))]
LogoutUri = Annotated[Uri, AfterValidator(lambda value: checked_url(value, query=True))]


class ClientSettingsIn(Input):
    """An application's OAuth settings, all of them: what is left out becomes what it usually is."""

    kind: ClientKind = Field(description="`web` and `service` keep a credential; `spa` and `native` cannot.")
    auth_method: AuthMethod | None = Field(default=None, description="Unset: `client_secret`, or `none`.")
    redirect_uris: list[Uri] = Field(default_factory=list, max_length=20, description="Compared letter by letter.")
    post_logout_redirect_uris: list[Uri] = Field(default_factory=list, max_length=20)
    backchannel_logout_uri: LogoutUri | None = Field(default=None, description="Told when a person signs out.")
    scopes: list[Scope] = Field(default_factory=list, max_length=100, description="Beside OpenID Connect's own.")
    audiences: list[Audience] = Field(default_factory=list, max_length=20, description="Beside the gate's.")
    jwks: KeySet | None = Field(default=None, description="Public keys, for `private_key_jwt`.")
    jwks_uri: KeysUri | None = Field(default=None, description="Where the client publishes them, instead of `jwks`.")
    access_token_seconds: Annotated[int, Field(ge=60, le=86_400)] = 3600
    refresh_token_days: Annotated[int, Field(ge=1, le=365)] = 30

    @model_validator(mode="after")
    def _parts_fit_together(self) -> "ClientSettingsIn":
        methods = METHODS[self.kind]
        if self.auth_method is not None and self.auth_method not in methods:
            raise ValueError(f"auth_method: an application of the kind {self.kind} has {' or '.join(methods)}")
        if self.jwks is not None and self.jwks_uri is not None:
            raise ValueError("jwks_uri: give jwks or jwks_uri, not both")
        if (self.method == "private_key_jwt") != (self.jwks is not None or self.jwks_uri is not None):
            raise ValueError("jwks or jwks_uri goes with the auth_method private_key_jwt, and only with it")
        if self.kind == "service" and (self.redirect_uris or self.post_logout_redirect_uris):
            raise ValueError("redirect_uris: an application of the kind service has no browser")
        for name in ("redirect_uris", "post_logout_redirect_uris"):
            for uri in getattr(self, name):
                try:
                    checked_redirect(uri, native=self.kind == "native")
                except ValueError as error:
                    raise ValueError(f"{name}: {error}") from None
        for name in ("redirect_uris", "scopes", "audiences"):
            if len(set(getattr(self, name))) != len(getattr(self, name)):
                raise ValueError(f"{name}: each one once")
        return self

    @property
    def method(self) -> AuthMethod:
        """How the client shows who it is."""
        return self.auth_method or METHODS[self.kind][0]


class RegistrationTokenIn(Input):
    """A new initial access token (RFC 7591 section 1.2)."""

    team_id: str
    name: Line
    lifetime_days: Annotated[int, Field(ge=1, le=365)] = 30


@dataclass(frozen=True, slots=True)
class FetchedKeys:
    """What a client's ``jwks_uri`` gave."""

    kids: list[str]
    fetched_at: datetime | None
    tried_at: datetime | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class ClientSettings:
    """An application's OAuth settings."""

    application_id: str
    kind: str
    auth_method: str
    grant_types: tuple[str, ...]
    redirect_uris: list[str]
    post_logout_redirect_uris: list[str]
    backchannel_logout_uri: str | None
    scopes: list[str]
    audiences: list[str]
    jwks: dict[str, Any] | None
    jwks_uri: str | None
    fetched_keys: FetchedKeys | None
    """What was found there; None: no ``jwks_uri``, or nobody has looked yet."""
    access_token_seconds: int
    refresh_token_days: int
    secrets: list[OAuthSecret]


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A client secret, shown this once."""

    text: str
    row: OAuthSecret


@dataclass(frozen=True, slots=True)
class NewRegistrationToken:
    """An initial access token, shown this once."""

    text: str
    row: OAuthRegistrationToken


@dataclass(frozen=True, slots=True)
class ConsentView:
    """What a person lets an application do in their name."""

    client_id: str
    name: str
    scopes: list[str]
    audiences: list[str]
    given_at: datetime
    """When last."""
    is_in_use: bool
    """Whether it holds something now by which it gets tokens."""
