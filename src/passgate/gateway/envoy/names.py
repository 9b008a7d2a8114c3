"""Names that Envoy, or several of our parts, must agree on."""

from typing import Any, Final

from passgate.contracts import cached_route, call_record, described_revision, offered_tools, prompt, verified_claims

JsonObject = dict[str, Any]
"""A protobuf message in its JSON form, with the field names of the ``.proto`` files."""

_TYPE: Final = "type.googleapis.com/"


def type_url(message: str) -> str:
    """The URL under which a message travels in an ``Any``."""
    return _TYPE + message


CLUSTER: Final = type_url("envoy.config.cluster.v3.Cluster")
ROUTES: Final = type_url("envoy.config.route.v3.RouteConfiguration")
EXTENSION: Final = type_url("envoy.config.core.v3.TypedExtensionConfig")
SECRET: Final = type_url("envoy.extensions.transport_sockets.tls.v3.Secret")

RBAC: Final = type_url("envoy.extensions.filters.http.rbac.v3.RBAC")
SET_STATE: Final = type_url("envoy.extensions.filters.http.set_filter_state.v3.Config")
JWT_AUTHN: Final = type_url("envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication")

ROUTE_TABLE: Final = "routes"
"""The one RouteConfiguration."""
LISTENER_CERTIFICATE: Final = "listener-certificate"

CONTROL_CLUSTER: Final = "control"
WORKERS_CLUSTER: Final = "workers"
NO_CLUSTER: Final = "nowhere"
"""There is none of this name."""
ADS_CLUSTER: Final = "ads"
RATE_LIMIT_CLUSTER: Final = "rate_limits"

JWT_FILTER: Final = "jwt"
CLAIMS_FILTER: Final = "claims"
DENY_BASE_FILTER: Final = "deny_base"
DENY_DELTA_FILTER: Final = "deny_delta"
REQUIRED_FILTER: Final = "required_claims"
SERVICES_FILTER: Final = "token_services"
SUBSCRIPTION_FILTER: Final = "subscription"

# Filters that a route switches on, in the order of the chain.
ADDRESS_FILTER: Final = "address"
CORS_FILTER: Final = "cors"
ACCESS_FILTER: Final = "access"
BODY_SIZE_FILTER: Final = "body_size"
RATE_LIMIT_FILTER: Final = "rate_limit"
OWN_RATE_FILTER: Final = "own_rate"
VALIDATION_FILTER: Final = "validation"
REQUEST_FILTER: Final = "request_changes"
HASH_FILTER: Final = "hash_claim"
UPSTREAM_TOKEN_FILTER: Final = "upstream_token"  # noqa: S105  # a filter's name
FAULT_FILTER: Final = "fault"
BROTLI_FILTER: Final = "brotli"
GZIP_FILTER: Final = "gzip"

JWT_NAMESPACE: Final = "envoy.filters.http.jwt_authn"
"""Where Envoy's JWT filter puts what it found, whatever name the filter has in the chain."""
PAYLOAD_KEY: Final = "jwt"
RATES_CLAIM: Final = "rates"
HEADER_KEY: Final = "jwt_header"

JTI_STATE: Final = "passgate.jti"
SUBSCRIBER_STATE: Final = "passgate.subscriber"
"""``<service id>|<client_id>``."""

FOREIGN_ISSUER_STATE: Final = "passgate.foreign_issuer"
"""``iss`` of a trusted issuer's token."""
FOREIGN_CLIENT_STATE: Final = "passgate.foreign_client"
"""The value of the claim that says whose call it is, where one does."""
FOREIGN_SUBJECT_STATE: Final = "passgate.foreign_subject"
FOREIGN_JTI_STATE: Final = "passgate.foreign_jti"
"""Both for the access log alone."""

METADATA_NAMESPACE: Final = "passgate"
SERVICE_KEY: Final = "service_id"
WANTED_SCOPES_KEY: Final = "scopes"
"""What a route asks for, for the words of a refusal."""
WANTED_KEY: Final = "wanted"

HASH_STATE: Final = "passgate.hash"
"""The claim that a call's address is chosen by."""

# What the gate says to workers and upstreams, in the words that they read; clients' own copies are cut off,
# or written over, first.
CLAIMS_HEADER: Final = verified_claims.CLAIMS_HEADER
FOREIGN_CLAIMS_HEADER: Final = verified_claims.FOREIGN_CLAIMS_HEADER
PROMPT_HEADER: Final = prompt.PROMPT_HEADER
MOCK_HEADER: Final = described_revision.MOCK_HEADER
ROUTE_HEADER: Final = described_revision.ROUTE_HEADER
VALIDATION_PATH: Final = described_revision.VALIDATION_PATH
UPSTREAM_TOKEN_PATH: Final = described_revision.UPSTREAM_TOKEN_PATH
UPSTREAM_TOKEN_HEADER: Final = described_revision.UPSTREAM_TOKEN_HEADER
SERVER_TOOL_HEADER: Final = offered_tools.SERVER_TOOL_HEADER
SERVER_HEADER: Final = offered_tools.SERVER_HEADER
SERVER_PATH: Final = offered_tools.SERVER_PATH
CACHED_HEADER: Final = cached_route.CACHED_HEADER
HASH_HEADER: Final = cached_route.HASH_HEADER
CLUSTER_HEADER: Final = cached_route.CLUSTER_HEADER
KEPT_HOST_HEADER: Final = cached_route.KEPT_HOST_HEADER
PATH_HEADER: Final = cached_route.PATH_HEADER
CHANGED_PATH: Final = cached_route.CHANGED_PATH

UNLOGGED_HEADER: Final = "x-passgate-unlogged"
"""Put by control's routes on their requests, which are then not in the access log; a client's own is cut off first."""

REST_ROUTE: Final = "rest"
KEPT_ROUTE: Final = call_record.KEPT_ROUTE
AI_ROUTE: Final = "ai"
MCP_ROUTE: Final = "mcp"
"""Not logged as a call: the calls that tools make are, each with its service."""
CONTROL_ROUTE: Final = "control"
HEALTH_ROUTE: Final = "health"
UNKNOWN_ROUTE: Final = "unknown"
ROUTE_SEPARATOR: Final = "|"
"""Parts the name of a service's route: kind of route, id of the version, of the revision, of the route."""
NO_VERSION: Final = "no_version"
NO_REVISION: Final = "no_revision"
"""Ids of routes that answer a call for what is not there."""


def host_certificate(place: int) -> str:
    """The secret at a place, from 1 on."""
    return f"host-certificate-{place}"


def pool_cluster(service_id: str, revision_id: str, pool: str) -> str:
    """The cluster of a revision's pool."""
    return f"{_POOL}{service_id}:{revision_id}:{pool}"


def is_pool_cluster(name: str) -> bool:
    """Whether a cluster is a pool's."""
    return name.startswith(_POOL)


_POOL: Final = "service:"
