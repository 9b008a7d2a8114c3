"""Policies of AI calls."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Body

from passgate.api.dependencies import CurrentActor, CurrentEdge, needs
from passgate.api.paging import PageOf, PageQuery
from passgate.catalog.policy_schemas import MaskingTrialIn, MaskingTrialView, PolicyIn, PolicyView
from passgate.catalog.service import policies as service
from passgate.kernel.permissions import Permission

router = APIRouter(prefix="/api/v1/policies", tags=["policies"])

_EXAMPLE = {
    "name": "No personal data",
    "cache_seconds": 600,
    "max_prompt_bytes": 200_000,
    "masking": [
        {"name": "mail", "kind": "email"},
        {"name": "key", "kind": "secret", "action": "block", "places": ["request"]},
        {"name": "case", "kind": "pattern", "pattern": "case no\\. \\d{3,6}"},
    ],
}
_Given = Annotated[PolicyIn, Body(examples=[_EXAMPLE])]


@router.get("", dependencies=[needs(Permission.MODEL_READ)])
def list_policies(edge: CurrentEdge, actor: CurrentActor, page: PageQuery) -> PageOf[PolicyView]:
    """The policies of your teams and of the whole organisation."""
    with edge.storage.reading() as work:
        found = service.list_policies(actor, work, page)
    return PageOf[PolicyView](items=list(found.items), next_cursor=found.next_cursor)


@router.post("", status_code=HTTPStatus.CREATED, dependencies=[needs(Permission.MODEL_WRITE)])
def create_policy(edge: CurrentEdge, actor: CurrentActor, given: _Given) -> PolicyView:
    """Make a policy. Of several that fit a call, all rules hold, the strictest limits and the shortest cache."""
    with edge.storage.writing() as work:
        return service.create_policy(actor, work, given)


@router.post("/try", dependencies=[needs(Permission.MODEL_READ)])
def try_masking(edge: CurrentEdge, actor: CurrentActor, given: MaskingTrialIn) -> MaskingTrialView:
    """What masking rules would do to a text; nothing of it is kept."""
    with edge.storage.reading() as work:
        return service.try_masking(actor, work, given)


@router.get("/{policy_id}", dependencies=[needs(Permission.MODEL_READ)])
def get_policy(edge: CurrentEdge, actor: CurrentActor, policy_id: str) -> PolicyView:
    """One policy."""
    with edge.storage.reading() as work:
        return service.get_policy(actor, work, policy_id)


@router.put("/{policy_id}", dependencies=[needs(Permission.MODEL_WRITE)])
def replace_policy(edge: CurrentEdge, actor: CurrentActor, policy_id: str, given: _Given) -> PolicyView:
    """Replace all that a policy says; its team stays."""
    with edge.storage.writing() as work:
        return service.replace_policy(actor, work, policy_id, given)


@router.delete("/{policy_id}", status_code=HTTPStatus.NO_CONTENT, dependencies=[needs(Permission.MODEL_WRITE)])
def delete_policy(edge: CurrentEdge, actor: CurrentActor, policy_id: str) -> None:
    """Remove a policy."""
    with edge.storage.writing() as work:
        service.delete_policy(actor, work, policy_id)
