"""Certificates of services' hosts."""

from http import HTTPStatus

from fastapi import APIRouter

from passgate.api.dependencies import CurrentActor, CurrentEdge, needs
from passgate.kernel.permissions import Permission
from passgate.publishing.certificates import service
from passgate.publishing.certificates.schemas import CertificateIn, CertificateView

router = APIRouter(prefix="/api/v1/services/{service_id}/certificates", tags=["services"])


@router.get("", dependencies=[needs(Permission.SERVICE_READ)])
def list_certificates(edge: CurrentEdge, actor: CurrentActor, service_id: str) -> list[CertificateView]:
    """The certificates of a service's hosts, the first to expire first; without their keys."""
    with edge.storage.reading() as work:
        return service.list_certificates(actor, work, service_id)


@router.post("", status_code=HTTPStatus.CREATED, dependencies=[needs(Permission.SERVICE_PUBLISH)])
def add_certificate(edge: CurrentEdge, actor: CurrentActor, service_id: str, given: CertificateIn) -> CertificateView:
    """Show a certificate to clients that ask for one of the service's hosts; no open connection is cut."""
    with edge.storage.writing() as work:
        return service.add_certificate(actor, work, service_id, given)


@router.put("/{certificate_id}", dependencies=[needs(Permission.SERVICE_PUBLISH)])
def renew_certificate(
    edge: CurrentEdge, actor: CurrentActor, service_id: str, certificate_id: str, given: CertificateIn
) -> CertificateView:
    """Put a renewed certificate in its place."""
    with edge.storage.writing() as work:
        return service.renew_certificate(actor, work, service_id, certificate_id, given)


@router.delete("/{certificate_id}", status_code=HTTPStatus.NO_CONTENT, dependencies=[needs(Permission.SERVICE_PUBLISH)])
def delete_certificate(edge: CurrentEdge, actor: CurrentActor, service_id: str, certificate_id: str) -> None:
    """Show the gate's own certificate at its hosts again."""
    with edge.storage.writing() as work:
        service.delete_certificate(actor, work, service_id, certificate_id)
