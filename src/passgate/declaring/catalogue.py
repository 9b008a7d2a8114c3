"""The kinds there are, in the order in which one builds on the other, and the form of any document."""

from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from passgate.declaring.documents import ApplicationDocument, Document, ModelDocument, ProviderDocument, TeamDocument
from passgate.declaring.kinds.ai import ModelKind, ProviderKind
from passgate.declaring.kinds.kind import Kind
from passgate.declaring.kinds.people import ApplicationKind, TeamKind
from passgate.declaring.kinds.services import ServiceKind
from passgate.declaring.service_document import ServiceDocument

AnyDocument = Annotated[
    TeamDocument | ApplicationDocument | ProviderDocument | ModelDocument | ServiceDocument,
    Field(discriminator="kind"),
]
DOCUMENT: TypeAdapter[Document] = TypeAdapter(AnyDocument)
"""Reads any document."""

KINDS: dict[str, Kind[Any]] = {
    kind.name: kind for kind in (TeamKind(), ApplicationKind(), ProviderKind(), ModelKind(), ServiceKind())
}
"""In the order in which they are applied; what is removed goes the other way round."""


def json_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of one document, for editors and for ``passgate validate``."""
    schema = DOCUMENT.json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Passgate document", **schema}
