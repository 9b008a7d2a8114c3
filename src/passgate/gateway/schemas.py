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
