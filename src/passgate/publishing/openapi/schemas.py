"""What goes in and out where documents are designed."""

from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from passgate.contracts.published_service import PublishedRoute
from passgate.kernel.given import Input
from passgate.kernel.text import Line
from passgate.publishing.openapi.faults import Fault
from passgate.publishing.openapi.reading import Syntax
from passgate.publishing.openapi.suggestions import SecuritySuggestion, UpstreamSuggestion

Text = Annotated[str, Field(description="OpenAPI 3.0 or 3.1, or Swagger 2.0, as JSON or YAML; up to 5 MB.")]


class DocumentText(Input):
    """A text to be looked at."""

    text: Text


class DocumentIn(Input):
    """A document to be kept: by its text, by a URL, or a blank one by its title."""

    team_id: str
    text: Text | None = None
    url: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)] | None = None
    title: Line | None = Field(default=None, description="Of a blank document, where there is none yet.")


class OperationView(BaseModel):
    """An operation: a route, and what its document says of it."""

    route: PublishedRoute
    operation_id: str | None
    summary: str
    tags: list[str]
    deprecated: bool


class DocumentView(BaseModel):
    """What a document says."""

    digest: str
    """SHA-256 of the text; it names the document."""
    syntax: Syntax
    openapi: str
    title: str
    version: str
    description: str
    operations: list[OperationView]
    upstreams: list[UpstreamSuggestion]
    base_path: str
    """The path of its first server; empty: none."""
    security: list[SecuritySuggestion]
    notes: list[str]


class DocumentReport(BaseModel):
    """What a text is found to be; nothing was kept."""

    valid: bool
    faults: list[Fault]
    document: DocumentView | None = None
    """Where it is valid."""
