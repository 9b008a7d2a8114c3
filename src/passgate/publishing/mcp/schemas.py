"""What offering tools takes in and gives out."""

from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints

from passgate.kernel.given import Input


class OfferIn(Input):
    """Which operations are offered."""

    routes: tuple[Annotated[str, StringConstraints(max_length=100)], ...] = Field(
        max_length=500,
        description="Ids of the default version's routes; of a prompt, ask. Empty: nothing is offered.",
        examples=[["get_orders", "post_orders"]],
    )


class ToolView(BaseModel):
    """An operation as a tool."""

    route: str
    name: str
    title: str
    description: str
    input_schema: dict[str, Any]
    method: str
    path: str
    offered: bool


class OfferView(BaseModel):
    """What could be offered of a service, and what is."""

    path: str | None
    """Where its tools alone are found, such as ``/mcp/orders``; None: at ``/mcp`` only, beside all others."""
    tools: list[ToolView]
    reason: str
    """Why there are no tools; empty where there are."""
    unknown: list[str]
    """Routes that are offered and that the published revision does not have (any more)."""
