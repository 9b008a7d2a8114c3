"""OpenID Connect Discovery 1.0: what an issuer says of itself."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from passgate.identity.issuers.endpoint_url import checked_endpoint, checked_url
from passgate.identity.issuers.errors import IssuerFetchError
from passgate.identity.issuers.fetching import get_document

WELL_KNOWN = "/.well-known/openid-configuration"


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The parts of the document that we go by (OpenID Connect Discovery section 3)."""

    issuer: str
    jwks_uri: str
    authorization: str = ""
    token: str = ""
    userinfo: str = ""
    end_session: str = ""
    secret_in_body: bool = False
    """Takes the client's secret as a form field, and not by HTTP Basic."""
    names_itself: bool = False
    """Its answers bear ``iss`` (RFC 9207)."""
    algorithms: tuple[str, ...] = ()
    """``id_token_signing_alg_values_supported``."""

    def stored(self) -> dict[str, Any]:
        """As the database keeps it."""
        return asdict(self)

    @classmethod
    def of_stored(cls, stored: Mapping[str, Any]) -> "Endpoints":
        """What the database kept."""
        return cls(**{**stored, "algorithms": tuple(stored["algorithms"])})


def discover(location: str) -> Endpoints:
    """Fetch and check the document.

    Args:
        location: the issuer, or the whole address of its document.

    Raises:
        IssuerFetchError: it cannot be had, is of another issuer, or names an address that breaks a rule.
    """
    base = location.removesuffix(WELL_KNOWN).rstrip("/")
    try:
        checked_url(base)
        document = get_document(base + WELL_KNOWN)
        return _checked(base, document)
    except ValueError as error:
        raise IssuerFetchError(f"The discovery document of {base} cannot be used: {error}.") from None


def _checked(base: str, document: Mapping[str, Any]) -> Endpoints:
    issuer = document.get("issuer")
    if not isinstance(issuer, str) or issuer.rstrip("/") != base:
        raise ValueError(f"it is of the issuer {str(issuer)[:200]!r}")

    def endpoint(name: str) -> str:
        return checked_endpoint(document[name], issuer, name) if name in document else ""

    methods = _texts(document.get("token_endpoint_auth_methods_supported")) or ("client_secret_basic",)
    return Endpoints(
        issuer=checked_url(issuer),
        jwks_uri=checked_endpoint(document.get("jwks_uri"), issuer, "jwks_uri"),
        authorization=endpoint("authorization_endpoint"),
        token=endpoint("token_endpoint"),
        userinfo=endpoint("userinfo_endpoint"),
        end_session=endpoint("end_session_endpoint"),
        secret_in_body="client_secret_basic" not in methods and "client_secret_post" in methods,
        names_itself=document.get("authorization_response_iss_parameter_supported") is True,
        algorithms=_texts(document.get("id_token_signing_alg_values_supported")),
    )


def _texts(value: object) -> tuple[str, ...]:
    many: Sequence[object] = value if isinstance(value, list) else ()
    return tuple(one for one in many if isinstance(one, str))
