"""What the gate tells a worker of a call whose answer may be kept, and how the worker sends it on to its upstream."""

import json
from typing import Literal

from pydantic import Field

from passgate.contracts.frozen import Contract
from passgate.contracts.service_policy import CacheSharing

CACHED_HEADER = "x-passgate-cached"
"""A :class:`CachedRoute` as JSON in ASCII; the gate cuts off a client's own."""
PATH_HEADER = "x-passgate-path"
"""The path as the client sent it; the gate puts it over a client's own."""
CHANGED_PATH = "/_passgate/changed"
"""Where the gate tells of a call that may have changed what is kept: ``/<service>`` and the call's path follow."""
HASH_HEADER = "x-passgate-hash"
"""What the call's address is chosen by: to the worker where it is a claim, and from the worker; cut off likewise."""
CLUSTER_HEADER = "x-passgate-cluster"
"""From the worker: the cluster that the call goes to. Nobody else can reach the socket where it is read."""
KEPT_HOST_HEADER = "x-passgate-kept-host"
"""From the worker: the upstream sees the Host of the request as it is, not its address's own name."""

TRIES = ("retry-on", "max-retries", "retriable-status-codes", "upstream-rq-per-try-timeout-ms")
"""From the worker, each with ``x-passgate-`` before it: how often and how long the pool is tried. Envoy goes by its own
headers of these names, and takes them off what comes from outside."""


class CachedHash(Contract):
    """What the call's address is chosen by, where the pool hashes."""

    source: Literal["header", "cookie", "ip", "claim"]
    name: str = ""


class CachedRoute(Contract):
    """A route with a cache."""

    cluster: str
    """The pool's, so it names the service and the revision."""
    service: str = ""
    """The service's id: what is kept of its paths is given up together, whatever the revision."""
    scope: str
    """A digest of all that the gate changes of a request on this route: another policy never gets these answers."""
    epoch: int = 0
    """The service's: no answer that was kept in another one is given."""
    per: CacheSharing = "caller"
    seconds: int = 0
    """How long an answer is kept that says nothing of it; 0: not at all."""
    told: tuple[str, ...] = ()
    """Headers in which the upstream is told claims, in lower case."""
    token: str | None = None
    """The header with a fresh token for the upstream, another one in each call."""
    cuts_claims: bool = False
    """The claims are for the worker alone: the upstream is told nothing of the caller."""
    host: str | None = None
    """The Host that the upstream sees; None: its address's own name."""
    hash: CachedHash | None = None
    again: dict[str, str] = Field(default_factory=dict)
    """By the names of :data:`TRIES`."""

    def header(self) -> str:
        """As it travels: ASCII, since a header may hold no more."""
        return json.dumps(self.model_dump(exclude_defaults=True), separators=(",", ":"))
