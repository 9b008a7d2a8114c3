"""AI vendors that providers can be configured for."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from passgate.api.dependencies import CurrentActor, CurrentEdge, needs
from passgate.catalog.service import vendors as service
from passgate.catalog.service.local_servers import find_local_servers
from passgate.kernel.permissions import Permission

router = APIRouter(prefix="/api/v1/vendors", tags=["vendors"])


class VendorOut(BaseModel):
    """A vendor, with what a form for a provider has to ask for."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(examples=["openai"])
    name: str
    dialect: str = Field(examples=["openai"], description="The wire format that it speaks.")
    base_url: str = Field(description="What a provider calls unless it says otherwise; may be empty.")
    needs_key: bool
    needs_base_url: bool
    local: bool = Field(description="Runs on your own machines.")
    key_hint: str = Field(description="What its keys look like.", examples=["sk-…"])
    docs_url: str


class Vendors(BaseModel):
    """All vendors, the best known first."""

    items: list[VendorOut]


@router.get("", dependencies=[needs(Permission.PROVIDER_READ)])
def list_vendors(edge: CurrentEdge, actor: CurrentActor) -> Vendors:
    """Every vendor that Passgate knows."""
    with edge.storage.reading() as work:
        found = service.list_vendors(actor, work)
    return Vendors(items=[VendorOut.model_validate(vendor) for vendor in found])


class LocalServerOut(BaseModel):
    """A server of models on the gate's own machine that is no provider yet."""

    model_config = ConfigDict(from_attributes=True)

    vendor: str = Field(examples=["ollama"])
    name: str
    base_url: str
    models: list[str]


class LocalServers(BaseModel):
    """What was found."""

    items: list[LocalServerOut]


@router.get("/local-servers", dependencies=[needs(Permission.PROVIDER_READ)])
def list_local_servers(edge: CurrentEdge, actor: CurrentActor) -> LocalServers:
    """Ollama, llama.cpp and the like, where they answer on the gate's own machine at their usual port."""
    with edge.storage.reading() as work:
        found = find_local_servers(actor, work)
    return LocalServers(items=[LocalServerOut.model_validate(server) for server in found])
