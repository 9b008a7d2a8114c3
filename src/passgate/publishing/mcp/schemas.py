"""What offering tools takes in and gives out."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field, StringConstraints, model_validator

from passgate.kernel.given import Input

ToolState = Literal["new", "offered", "changed", "gone"]
"""Of an MCP server's tool. ``changed``: it was allowed, and is another now; ``gone``: it was, and the server does not
have it any more. Neither is offered."""


class OfferIn(Input):
    """Which operations are offered."""

    routes: tuple[Annotated[str, StringConstraints(max_length=100)], ...] = Field(
        max_length=500,
        description="Ids of the default version's routes; of a prompt, ask. Empty: nothing is offered.",
        examples=[["get_orders", "post_orders"]],
    )


class ToolAllowance(Input):
    """Whether one tool is offered."""

    offered: bool
    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = Field(
        default=None,
        description="Of an MCP server's tool: the digest of the form that you looked at. It is pinned; should the "
        "server give the tool another form, it is not offered until somebody allows it anew.",
    )

    @model_validator(mode="after")
    def _nothing_to_pin(self) -> Self:
        if self.digest is not None and not self.offered:
            raise ValueError("a digest goes with offered: true")
        return self


class ToolForm(BaseModel):
    """All of a tool that a model goes by."""

    title: str
    description: str
    input_schema: dict[str, Any]
    output_schema: dict[str, Any] | None = None
    annotations: dict[str, bool] = {}


class ToolView(BaseModel):
    """An operation, or an MCP server's tool, as a tool."""

    route: str
    name: str
    title: str
    description: str
    input_schema: dict[str, Any]
    output_schema: dict[str, Any] | None = None
    annotations: dict[str, bool] = {}
    method: str
    path: str
    offered: bool
    state: ToolState
    digest: str | None = None
    """Of an MCP server's tool as it is now; None: the tool is an operation of ours, or gone."""
    allowed: ToolForm | None = None
    """What was allowed, where it differs from what the tool is now."""


class ServerView(BaseModel):
    """An MCP server as it was seen last."""

    name: str
    asked_at: datetime
    answered_at: datetime | None
    failure: str
    """Why it gave no tools; empty: it did."""
    left_out: list[dict[str, str]]
    """Tools that cannot be offered, by name and reason."""


class OfferView(BaseModel):
    """What could be offered of a service, and what is."""

    path: str | None
    """Where its tools alone are found, such as ``/mcp/orders``; None: at ``/mcp`` only, beside all others."""
    tools: list[ToolView]
    reason: str
    """Why there are no tools; empty where there are."""
    unknown: list[str]
    """Routes that are offered and that the published revision does not have (any more)."""
    server: ServerView | None = None
    """Of a service with an MCP server that was asked for its tools."""
