"""Services as the gate knows them: versions that live side by side, each with weighted revisions."""

from typing import Literal

from pydantic import Field

from passgate.contracts.frozen import Contract
from passgate.contracts.service_policy import AnyPolicy
from passgate.contracts.upstream_pool import UpstreamPool

ServiceKind = Literal["rest", "prompt", "mcp"]
"""``rest``: an upstream of the team's own; ``prompt``: answered by the workers; ``mcp``: an MCP server as upstream."""
VersionSelection = Literal["path", "header", "host"]
VersionStatus = Literal["published", "deprecated", "retired"]

VERSION_HEADER = "x-api-version"
REVISION_HEADER = "x-passgate-revision"
"""Asks for a revision by its id; the answer bears it too."""

MOST_REWRITTEN = 9
"""Variables of a path that a rewrite may name: Envoy's expressions (RE2) know ``\\1`` to ``\\9``, and read ``\\10`` as
the first one and a nought."""


class PublishedRoute(Contract):
    """An operation: a method on a path below the base path."""

    id: str
    """Stable over revisions, such as ``get_orders_id``."""
    methods: tuple[str, ...] = ()
    """Empty: all."""
    path: str
    """A template such as ``/orders/{id}``; ``{name}`` is one segment, and a last ``{name*}`` all that follows."""
    pool: str | None = None
    """Name of the pool; None: the first."""
    rewrite: str | None = None
    """The path that the upstream sees, with the template's variables; None: as it came."""


class PublishedRevision(Contract):
    """One immutable form of a version, with its part of the calls."""

    id: str
    number: int
    weight: int = Field(default=100, ge=0, le=100)
    """Percent of the version's calls; they add up to 100. With 0 it is reached only by the header that names it."""
    routes: tuple[PublishedRoute, ...] = ()
    """Empty: all paths below the base path. Otherwise other paths answer 404, other methods 405."""
    pools: tuple[UpstreamPool, ...] = ()
    """Empty for prompts, and where answers are mocked."""
    mock: bool = False
    """Answered by the workers from the examples and schemas of the document."""
    mirror_pool: str | None = None
    """Name of a pool that gets a copy of each call, its answers unheard."""
    policies: tuple[AnyPolicy, ...] = ()


class PublishedVersion(Contract):
    """A version that callers can ask for, or that tells them where to go."""

    id: str
    name: str
    """Such as ``v1``; what is in the path or the header."""
    hosts: tuple[str, ...] = ()
    """Where versions are selected by host."""
    status: VersionStatus = "published"
    deprecated_at: int | None = None
    """NumericDate, for the Deprecation header (RFC 9745)."""
    sunset_at: int | None = None
    """NumericDate, for the Sunset header (RFC 8594)."""
    successor: str | None = None
    """Name of the version that takes its place (link relation ``successor-version``, RFC 5829)."""
    revisions: tuple[PublishedRevision, ...] = ()
    """Those that get calls, or can be asked for; empty when it is retired."""


MOST_CERTIFICATES = 64
"""Places of the gate's listener for certificates of services' hosts; their number stands in Envoy's start-up file."""


class HostCertificate(Contract):
    """A certificate for hosts of a service."""

    id: str
    hosts: tuple[str, ...]
    chain_pem: str
    """The leaf first."""
    sealed_key: str
    place: int = Field(ge=1)
    """Among those of the listener; no two certificates have the same."""


class PublishedService(Contract):
    """A service at the gate."""

    id: str
    name: str
    team_id: str
    kind: ServiceKind = "rest"
    base_path: str
    """Such as ``/orders``; no slash at the end. Empty only where the service has hosts of its own."""
    hosts: tuple[str, ...] = ()
    """Hosts at which it answers; empty: any."""
    strip_base_path: bool = True
    selection: VersionSelection = "path"
    """``path``: the segment after the base path; ``header``: ``x-api-version``; ``host``: the versions' own hosts."""
    default_version: str | None = None
    """Name of the version that calls get which name none; None: these answer 404."""
    policies: tuple[AnyPolicy, ...] = ()
    cache_epoch: int = 0
    """Grows with each purge of the answers that are kept."""
    versions: tuple[PublishedVersion, ...] = ()
    certificates: tuple[HostCertificate, ...] = ()
