"""Trusted issuers, whose tokens pass the gate as well."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Body, Query
from pydantic import BaseModel

from passgate.api.dependencies import CurrentActor, CurrentEdge, needs
from passgate.identity.issuers import trusted as service
from passgate.identity.issuers.following import look_at, look_closely_at, note
from passgate.identity.issuers.schemas import (
    BlockIn,
    BlockView,
    TrustedIssuerChange,
    TrustedIssuerIn,
    TrustedIssuerView,
)
from passgate.kernel.permissions import Permission

router = APIRouter(prefix="/api/v1/trusted-issuers", tags=["trusted issuers"])

_ISSUER = {
    "name": "Company identity provider",
    "issuer": "https://id.example.com/realms/company",
    "audiences": ["passgate"],
    "application_claim": "azp",
    "applications": {"shop-backend": "app_01…"},
    "required_claims": {"groups": ["gate-users"]},
}


class TrustedIssuers(BaseModel):
    """All trusted issuers, the oldest first."""

    items: list[TrustedIssuerView]


@router.get("", dependencies=[needs(Permission.ISSUER_READ)])
def list_trusted_issuers(edge: CurrentEdge, actor: CurrentActor) -> TrustedIssuers:
    """All trusted issuers."""
    with edge.storage.reading() as work:
        return TrustedIssuers(items=service.list_trusted_issuers(actor, work))


@router.post("", status_code=HTTPStatus.CREATED, dependencies=[needs(Permission.ISSUER_WRITE)])
def create_trusted_issuer(
    edge: CurrentEdge, actor: CurrentActor, given: Annotated[TrustedIssuerIn, Body(examples=[_ISSUER])]
) -> TrustedIssuerView:
    """Trust an issuer. Its keys are fetched at once, which may take some seconds."""
    seen = look_closely_at(service.asked_issuer(actor, given))
    with edge.storage.writing() as work:
        return service.create_trusted_issuer(actor, work, given, seen, edge.token_issuer.issuer)


@router.get("/{issuer_id}", dependencies=[needs(Permission.ISSUER_READ)])
def get_trusted_issuer(edge: CurrentEdge, actor: CurrentActor, issuer_id: str) -> TrustedIssuerView:
    """One trusted issuer."""
    with edge.storage.reading() as work:
        return service.get_trusted_issuer(actor, work, issuer_id)


@router.patch("/{issuer_id}", dependencies=[needs(Permission.ISSUER_WRITE)])
def update_trusted_issuer(
    edge: CurrentEdge, actor: CurrentActor, issuer_id: str, change: TrustedIssuerChange
) -> TrustedIssuerView:
    """Change a trusted issuer. Whose calls its tokens are changes as a whole."""
    with edge.storage.writing() as work:
        return service.update_trusted_issuer(actor, work, issuer_id, change)


@router.delete("/{issuer_id}", status_code=HTTPStatus.NO_CONTENT, dependencies=[needs(Permission.ISSUER_WRITE)])
def delete_trusted_issuer(edge: CurrentEdge, actor: CurrentActor, issuer_id: str) -> None:
    """Trust an issuer no longer."""
    with edge.storage.writing() as work:
        service.delete_trusted_issuer(actor, work, issuer_id)


@router.post("/{issuer_id}/check", dependencies=[needs(Permission.ISSUER_WRITE)])
def check_trusted_issuer(edge: CurrentEdge, actor: CurrentActor, issuer_id: str) -> TrustedIssuerView:
    """Fetch its keys anew, and keep the outcome; those known before stay in use where that fails."""
    with edge.storage.reading() as work:
        followed = service.issuer_to_check(actor, work, issuer_id)
    seen = look_at(followed)
    with edge.storage.writing() as work:
        note(work, followed, seen)
        work.session.flush()
        return service.get_trusted_issuer(actor, work, issuer_id)


@router.post("/{issuer_id}/blocked", dependencies=[needs(Permission.TOKEN_REVOKE)])
def block_subject(edge: CurrentEdge, actor: CurrentActor, issuer_id: str, given: BlockIn) -> BlockView:
    """Refuse all tokens of somebody at that issuer, later ones too."""
    with edge.storage.writing() as work:
        return service.block_subject(actor, work, issuer_id, given)


@router.delete("/{issuer_id}/blocked", status_code=HTTPStatus.NO_CONTENT, dependencies=[needs(Permission.TOKEN_REVOKE)])
def unblock_subject(
    edge: CurrentEdge,
    actor: CurrentActor,
    issuer_id: str,
    subject: Annotated[str, Query(max_length=255, description="Whom to accept again.")],
) -> None:
    """Accept somebody's tokens again."""
    with edge.storage.writing() as work:
        service.unblock_subject(actor, work, issuer_id, subject)
