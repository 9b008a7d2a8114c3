"""Templates of custom tokens."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from passgate.api.dependencies import CurrentActor, CurrentEdge, needs
from passgate.api.paging import PageOf, PageQuery, SearchQuery
from passgate.identity.models import TokenTemplate
from passgate.identity.schemas import Algorithm
from passgate.identity.service import token_templates as service
from passgate.identity.token_schemas import TemplateIn
from passgate.kernel.permissions import Permission

router = APIRouter(prefix="/api/v1/token-templates", tags=["tokens"])


class TemplateOut(BaseModel):
    """A template; its secret is shown to nobody."""

    id: str
    team_id: str
    name: str
    description: str
    audiences: list[str]
    algorithm: Algorithm
    claims: dict[str, dict[str, Any]] = Field(description="By name: `value`, or `from` something of the subject.")
    has_secret: bool
    lifetime_seconds: int | None
    created_at: datetime
    created_by: str

    @staticmethod
    def of(row: TokenTemplate) -> "TemplateOut":
        """The row without its secret."""
        values = {name: getattr(row, name) for name in TemplateOut.model_fields if name != "has_secret"}
        return TemplateOut(**values, has_secret=row.sealed_secret is not None)


class TemplateMadeOut(TemplateOut):
    """A template just made."""

    secret: str | None = Field(description="What verifies its tokens, where it was made here: shown this once.")


@router.get("", dependencies=[needs(Permission.TEMPLATE_READ)])
def list_token_templates(
    edge: CurrentEdge,
    actor: CurrentActor,
    page: PageQuery,
    team_id: Annotated[str | None, Query(max_length=40)] = None,
    search: SearchQuery = None,
) -> PageOf[TemplateOut]:
    """The templates that you may read."""
    with edge.storage.reading() as work:
        return PageOf[TemplateOut].of(service.list_templates(actor, work, page, team_id, search), TemplateOut.of)


@router.post("", status_code=HTTPStatus.CREATED, dependencies=[needs(Permission.TEMPLATE_WRITE)])
def create_token_template(edge: CurrentEdge, actor: CurrentActor, given: TemplateIn) -> TemplateMadeOut:
    """Add a template: claims that are fixed or taken from the subject, for whom, and what signs."""
    with edge.storage.writing() as work:
        made = service.create_template(actor, work, edge.token_issuer, given)
        return TemplateMadeOut(**TemplateOut.of(made.row).model_dump(), secret=made.secret)


@router.get("/{template_id}", dependencies=[needs(Permission.TEMPLATE_READ)])
def get_token_template(edge: CurrentEdge, actor: CurrentActor, template_id: str) -> TemplateOut:
    """One template."""
    with edge.storage.reading() as work:
        return TemplateOut.of(service.get_template(actor, work, template_id))


@router.delete("/{template_id}", status_code=HTTPStatus.NO_CONTENT, dependencies=[needs(Permission.TEMPLATE_WRITE)])
def delete_token_template(edge: CurrentEdge, actor: CurrentActor, template_id: str) -> None:
    """Delete a template; tokens made by it hold on."""
    with edge.storage.writing() as work:
        service.delete_template(actor, work, template_id)
