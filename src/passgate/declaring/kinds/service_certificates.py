"""Certificates of a service's hosts, as parts of its document."""

from collections.abc import Iterable

from pydantic import SecretStr
from sqlalchemy import select

from passgate.declaring.desk import Desk, at_field
from passgate.declaring.service_document import CertificatePart
from passgate.declaring.variables import variable_for
from passgate.kernel.errors import InvalidInputError
from passgate.publishing.certificates import service as certificates
from passgate.publishing.certificates.models import ServiceCertificate
from passgate.publishing.certificates.reading import read_certificate
from passgate.publishing.certificates.schemas import CertificateIn

Parts = tuple[CertificatePart, ...]


def present_certificates(desk: Desk, service_id: str) -> Parts:
    """What there is, without keys."""
    found = certificates.list_certificates(desk.actor, desk.work, service_id)
    return _ordered(CertificatePart(chain_pem=view.chain_pem) for view in found)


def settled_certificates(desk: Desk, given: Parts | None, service_id: str | None) -> Parts:
    """As they are where the document does not say; a key only where it is not the stored one."""
    if given is None:
        return () if service_id is None else present_certificates(desk, service_id)
    stored = {row.chain_pem: row.sealed_key for row in _rows(desk, service_id)}
    parts = []
    for at, part in enumerate(given):
        key = desk.secret(part.key_pem, stored.get(part.chain_pem), f"certificates.{at}.key_pem")
        if key is None and part.chain_pem not in stored:
            raise InvalidInputError("A new certificate needs its key.", field=f"certificates.{at}.key_pem")
        parts.append(CertificatePart(chain_pem=part.chain_pem, key_pem=key))
    return _ordered(parts)


def settle_certificates(desk: Desk, service_id: str, wanted: Parts) -> None:
    """Renew in place what names a host of one that is there, add what is new, remove what is not named."""
    rows = _rows(desk, service_id)
    left = {row.id: set(row.hosts) for row in rows}
    kept = {row.chain_pem: row.id for row in rows}
    renewed: list[tuple[str | None, CertificateIn]] = []
    for at, part in enumerate(wanted):
        same = kept.get(part.chain_pem)
        if same is not None:
            left.pop(same, None)
        if part.key_pem is None:
            continue
        with at_field(f"certificates.{at}"):
            read = read_certificate(part.chain_pem, part.key_pem.get_secret_value(), desk.work.clock.now())
        place = same or next((one for one, hosts in left.items() if hosts & set(read.hosts)), None)
        if place is not None:
            left.pop(place, None)
        renewed.append((place, CertificateIn(chain_pem=part.chain_pem, key_pem=part.key_pem)))
    for unnamed in left:
        certificates.delete_certificate(desk.actor, desk.work, service_id, unnamed)
    for certificate_id, given in renewed:
        if certificate_id is None:
            certificates.add_certificate(desk.actor, desk.work, service_id, given)
        else:
            certificates.renew_certificate(desk.actor, desk.work, service_id, certificate_id, given)


def exported_certificates(desk: Desk, service_id: str, names: tuple[str, ...]) -> Parts | None:
    """Keys by names of variables, made of the service and the certificate's first host."""
    parts = []
    for row in _rows(desk, service_id):
        key = SecretStr(variable_for(*names, row.hosts[0], "key"))
        parts.append(CertificatePart(chain_pem=row.chain_pem, key_pem=key))
    return _ordered(parts) or None


def _rows(desk: Desk, service_id: str | None) -> list[ServiceCertificate]:
    if service_id is None:
        return []
    certificates.list_certificates(desk.actor, desk.work, service_id)
    query = select(ServiceCertificate).where(ServiceCertificate.service_id == service_id)
    return list(desk.work.session.scalars(query.order_by(ServiceCertificate.id)))


def _ordered(parts: Iterable[CertificatePart]) -> Parts:
    return tuple(sorted(parts, key=lambda part: part.chain_pem))
