"""What the gateway shows of itself."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel


class NodeView(BaseModel):
    """A node, and how far it is."""

    name: str
    state: Literal["up to date", "behind", "rejected", "silent"]
    started_at: datetime
    last_seen_at: datetime
    snapshot_version: int
    latest_version: int
    snapshot_at: datetime | None
    revocation_seq: int
    latest_revocation_seq: int
    revocation_at: datetime | None
    rejected_version: int | None
    rejection: str | None
    """Envoy's own words on why it refused the version."""


class RestingView(BaseModel):
    """A key or a deployment that a node's worker leaves alone for now."""

    node: str
    id: str
    """The key's or the deployment's; of the provider's own key, ``main``."""
    code: str
    """Why: the stable code of what the vendor did."""
    until: int
    """Seconds since 1970: when it is tried again."""
    deployment_id: str | None
    """Of a key that rests for one deployment alone."""


class ProviderHealth(BaseModel):
    """What the nodes have found out about a provider; what nobody names is well, as far as anybody knows."""

    nodes: int
    """Nodes that report."""
    workers: int
    """Their workers."""
    keys: list[RestingView]
    deployments: list[RestingView]
    """Whose circuit is open, or half open where ``until`` is past."""
