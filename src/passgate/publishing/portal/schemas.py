"""What the portal shows."""

from datetime import datetime

from pydantic import BaseModel

from passgate.contracts.published_service import ServiceKind, VersionSelection
from passgate.contracts.service_policy import Access
from passgate.publishing.plans.schemas import PlanView
from passgate.publishing.schemas import VersionBrief


class PortalEntry(BaseModel):
    """A service in the catalogue."""

    id: str
    name: str
    description: str
    kind: ServiceKind
    team_name: str
    tags: list[str]
    access: Access
    default_version: str | None
    published_at: datetime | None


class PortalTeam(BaseModel):
    """A team that offers something."""

    id: str
    name: str


class PortalFacets(BaseModel):
    """What the catalogue can be narrowed by."""

    tags: list[str]
    teams: list[PortalTeam]


class PortalTool(BaseModel):
    """A tool that agents find by MCP."""

    name: str
    description: str


class PortalService(PortalEntry):
    """A service on its own page."""

    base_path: str
    hosts: list[str]
    address: str
    """Where the version answers that the portal's reference is of: a path of the gate, or a host and path."""
    selection: VersionSelection
    documentation: str
    """Markdown, as its team wrote it."""
    versions: list[VersionBrief]
    """Oldest first, without drafts."""
    mcp_path: str | None
    """Where agents find its tools by MCP, such as ``/mcp/orders``; None: it offers none, or has hosts of its own."""
    tools: list[PortalTool]
    """Those that are offered; a token's own rights may leave it fewer."""
    plans: list[PlanView]
    """Those that the reader may take."""
