"""The kinds there are, in the order in which one builds on the other, and the form of any document."""

from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from passgate.declaring.ai_documents import AiPolicyDocument, ModelDocument, ProviderDocument
from passgate.declaring.authority_documents import RoleDocument, ScopeDocument, TrustedIssuerDocument
from passgate.declaring.documents import ApplicationDocument, Document, TeamDocument, UserDocument
from passgate.declaring.kinds.ai_policies import AiPolicyKind
from passgate.declaring.kinds.authority import RoleKind, ScopeKind
from passgate.declaring.kinds.kind import Kind
from passgate.declaring.kinds.limits import LimitKind
from passgate.declaring.kinds.models import ModelKind
from passgate.declaring.kinds.people import ApplicationKind, TeamKind
from passgate.declaring.kinds.plans import PlanKind
from passgate.declaring.kinds.providers import ProviderKind
from passgate.declaring.kinds.services import ServiceKind
from passgate.declaring.kinds.subscriptions import SubscriptionKind
from passgate.declaring.kinds.trusted_issuers import TrustedIssuerKind
from passgate.declaring.kinds.users import UserKind
from passgate.declaring.plan_documents import LimitDocument, PlanDocument, SubscriptionDocument
from passgate.declaring.service_document import ServiceDocument

AnyDocument = Annotated[
    TeamDocument
    | RoleDocument
    | UserDocument
    | ApplicationDocument
    | ProviderDocument
    | ModelDocument
    | AiPolicyDocument
    | ServiceDocument
    | ScopeDocument
    | PlanDocument
    | SubscriptionDocument
    | LimitDocument
    | TrustedIssuerDocument,
    Field(discriminator="kind"),
]
DOCUMENT: TypeAdapter[Document] = TypeAdapter(AnyDocument)
"""Reads any document."""

KINDS: dict[str, Kind[Any]] = {
    kind.name: kind
    for kind in (
        TeamKind(),
        RoleKind(),
        UserKind(),
        ApplicationKind(),
        ProviderKind(),
        ModelKind(),
        AiPolicyKind(),
        ServiceKind(),
        ScopeKind(),
        PlanKind(),
        SubscriptionKind(),
        LimitKind(),
        TrustedIssuerKind(),
    )
}
"""In the order in which they are applied; what is removed goes the other way round."""


def json_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of one document, for editors and for ``passgate validate``."""
    schema = DOCUMENT.json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Passgate document", **schema}
